"""The canonical text of a program's tree: the same for the same steps. Pure.

Kept are the operations, their order and what they are applied to. Variables are numbered by their first appearance in
their scope, operands that commute are sorted, and statements that are for nothing are left out.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable

from pad_ray.synthesis.magnitudes import FLOAT, INTEGER, QUIET, Magnitudes, module_path
from pad_ray.synthesis.scopes import Scope
from pad_ray.synthesis.survey import Survey
from pad_ray.synthesis.syntax import COMPREHENSIONS, EMPTY_STATEMENTS, ROUNDING, SMOOTH_CALLS, called, parameters

MAX_DEAD = 200
"""Statements for nothing that are left out, so that a hostile program cannot make the search for them quadratic."""

ENTRY_POINTS = ("solution", "solver")
"""By the answer contract; which of them a program has makes no difference."""

OPERATORS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip

COMMUTATIVE = (ast.Add, ast.Mult)

BUILTINS = frozenset(dir(builtins))


class Form:
    """The canonical text of a tree."""

    def __init__(self, tree: ast.Module, answer: str) -> None:
        survey = self._survey = Survey(tree)
        self._special = {"ans": "$ans", answer: "$answer"}
        entries = [name for name in ENTRY_POINTS if name in survey.module.bound]
        self._special |= {name: f"$entry{place}" for place, name in enumerate(entries)}
        self._magnitudes = Magnitudes(survey)
        self._dead: set[int] = set()
        self._leave_out()
        self._smooth = not survey.rounding[None] and all(
            name in survey.functions or (name in SMOOTH_CALLS and name not in survey.bound)
            for name, count in survey.rounding.items()
            if count and name is not None
        )
        self._scope = survey.module
        self._nesting = 0
        self._sums: dict[tuple[int, str], bool] = {}
        self._tries = 0
        self._handlers: dict[type[ast.AST], Callable[..., str]] = {
            ast.Name: self._name, ast.Constant: self._constant, ast.BinOp: self._binary, ast.Compare: self._compare,
            ast.Attribute: self._attribute, ast.JoinedStr: self._joined, ast.Lambda: self._lambda,
            ast.Assign: self._assign, ast.AugAssign: self._augmented, ast.AnnAssign: self._annotated,
            ast.FunctionDef: self._function, ast.AsyncFunctionDef: self._function, ast.ClassDef: self._class,
            ast.Import: self._import, ast.ImportFrom: self._import, ast.Try: self._try,
            ast.ExceptHandler: self._naming, ast.MatchAs: self._naming, ast.MatchStar: self._naming,
            ast.MatchMapping: self._naming, **dict.fromkeys(COMPREHENSIONS, self._comprehension),
        }  # fmt: skip
        self.text = self._block(tree.body)

    def _leave_out(self) -> None:
        """Find the statements that are for nothing; what only they read is then for nothing too."""
        survey = self._survey
        waiting = survey.candidates
        found = True
        while found and not survey.deletes:
            found, later = False, []
            for candidate in reversed(waiting):
                scope, name, statement, value, known = candidate
                if name is not None and (survey.reads[name] or (scope is survey.module and name in self._special)):
                    later.append(candidate)
                elif len(self._dead) < MAX_DEAD and self._magnitudes.cannot_fail(value, scope, known):
                    self._dead.add(id(statement))
                    self._forget(value)
                    found = True
            waiting = later[::-1]
            found = found and any(not survey.reads[name] for _, name, *_ in waiting if name)

    def _forget(self, value: ast.AST) -> None:
        survey = self._survey
        for node in ast.walk(value):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                survey.reads[node.id] -= 1
            elif isinstance(node, ast.Call):
                survey.rounding[called(node)] -= 1
            if type(node) in ROUNDING:
                survey.rounding[None] -= 1

    # Anything.

    def _of(self, node: ast.AST) -> str:
        handler = self._handlers.get(type(node))
        return handler(node) if handler else self._plain(node)

    def _plain(self, node: ast.AST) -> str:
        """A node without a rule of its own: its kind and all its fields."""
        parts = [type(node).__name__]
        self._nesting += 1
        for field in node._fields:
            if field not in ("ctx", "type_comment", "kind"):
                parts.append(self._field(getattr(node, field, None)))
        self._nesting -= 1
        return f"({' '.join(parts)})"

    def _field(self, value: object) -> str:
        if isinstance(value, ast.AST):
            return self._of(value)
        if isinstance(value, list):
            if value and isinstance(value[0], ast.stmt):
                return self._block(value)
            return f"[{' '.join(map(self._field, value))}]"
        return repr(value)

    def _block(self, statements: list[ast.stmt]) -> str:
        live = [each for each in statements if id(each) not in self._dead and not isinstance(each, EMPTY_STATEMENTS)]
        self._fold_return(live)
        texts = [self._of(each) for each in live]
        return f"[{' '.join(text for text in texts if text)}]"

    def _fold_return(self, live: list[ast.stmt]) -> None:
        """`result = e; return result` is `return e`, unless somebody can still see `result` afterwards."""
        if len(live) < 2 or self._tries or self._scope.parent is None:
            return
        assigned, returned = live[-2:]
        if isinstance(assigned, ast.AnnAssign) and assigned.value is not None:
            target: ast.expr = assigned.target
        elif isinstance(assigned, ast.Assign) and len(assigned.targets) == 1:
            target = assigned.targets[0]
        else:
            return
        if not isinstance(returned, ast.Return) or not isinstance(returned.value, ast.Name):
            return
        name = returned.value.id
        same = isinstance(target, ast.Name) and target.id == name
        if same and name not in self._scope.elsewhere and not self._scope.captures(name):
            live[-2:] = [ast.Return(assigned.value)]

    # Names.

    def _token(self, name: str, stored: bool = False) -> str:
        found = self._scope.find(name)
        if found is None:
            return "!" + name
        token = found.tokens.get(name)
        if token is None:
            token = found.tokens[name] = self._new_token(name, found, stored)
        return token

    def _new_token(self, name: str, found: Scope, stored: bool) -> str:
        survey = self._survey
        if survey.has_class:
            return "!" + name
        if found is survey.module:
            if name in self._special:
                return self._special[name]
            # Where a builtin may still be meant, the name says which one.
            if name in BUILTINS and (not stored or self._nesting or survey.deletes):
                return "!" + name
        if name in found.parameters and (survey.spreads or name in survey.keywords):
            return "=" + name
        if name in found.modules and len(found.values[name]) == 1:
            return "@" + found.modules[name]
        return f"%{found.level}.{len(found.tokens)}"

    def _name(self, node: ast.Name) -> str:
        return self._token(node.id, type(node.ctx) is not ast.Load)

    def _naming(self, node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar | ast.MatchMapping) -> str:
        name = node.rest if isinstance(node, ast.MatchMapping) else node.name
        self._nesting += 1
        token = self._token(name, stored=True) if name else ""
        if isinstance(node, ast.MatchMapping):
            node.rest = None
        else:
            node.name = None
        self._nesting -= 1
        return f"({token} {self._plain(node)})"

    def _attribute(self, node: ast.Attribute) -> str:
        path = module_path(node, self._scope)
        if path and not self._survey.has_class and self._of(node.value).startswith("@"):
            return "@" + path
        return f"(. {self._of(node.value)} {node.attr})"

    # Expressions.

    def _constant(self, node: ast.Constant) -> str:
        value = node.value
        return f"i{value:x}" if type(value) is int else repr(value)

    def _joined(self, node: ast.JoinedStr) -> str:
        if all(isinstance(part, ast.Constant) for part in node.values):
            return repr("".join(str(part.value) for part in node.values if isinstance(part, ast.Constant)))
        return self._plain(node)

    def _binary(self, node: ast.BinOp) -> str:
        op, left, right = node.op, node.left, node.right
        symbol = OPERATORS.get(type(op)) or type(op).__name__
        if isinstance(op, COMMUTATIVE):
            kinds = self._magnitudes.of(left, self._scope), self._magnitudes.of(right, self._scope)
            most = max(kinds)
            if most <= INTEGER or (most == FLOAT and self._smooth):
                operands = sorted(self._of(each) for each in self._chain(type(op), left, right))
                return f"({symbol} {' '.join(operands)})"
            # One number is enough: whatever it is added to or multiplied with gives the same from either side.
            if most <= QUIET and min(kinds) <= FLOAT:
                first, second = sorted((self._of(left), self._of(right)))
                return f"({symbol} {first} {second})"
        return f"({symbol} {self._of(left)} {self._of(right)})"

    def _chain(self, op: type[ast.operator], *operands: ast.expr) -> list[ast.expr]:
        found, waiting = [], list(reversed(operands))
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.BinOp) and type(node.op) is op:
                waiting += (node.right, node.left)
            else:
                found.append(node)
        return found

    def _compare(self, node: ast.Compare) -> str:
        operands = (node.left, *node.comparators)
        texts = [self._of(each) for each in operands]
        symbols = [OPERATORS.get(type(op)) or type(op).__name__ for op in node.ops]
        if symbols in (["=="], ["!="]) and all(isinstance(each, ast.Name | ast.Constant) for each in operands):
            texts.sort()
        return f"(? {' '.join(symbols)} {' '.join(texts)})"

    # Statements.

    def _assign(self, node: ast.Assign) -> str:
        value = self._of(node.value)
        return f"(= {value} {' '.join(map(self._of, node.targets))})"

    def _augmented(self, node: ast.AugAssign) -> str:
        if isinstance(node.target, ast.Name) and self._is_rebound(node.target, node):
            value = self._binary(self._survey.rebound[id(node)])
            return f"(= {value} {self._of(node.target)})"
        return f"(in-place {type(node.op).__name__} {self._of(node.value)} {self._of(node.target)})"

    def _is_rebound(self, target: ast.Name, node: ast.AugAssign) -> bool:
        """Whether the target's value is no list or set, which would be changed where others see it too."""
        found = self._scope.find(target.id)
        if found is None:
            return False
        if found.kinds.get(target.id, QUIET) <= FLOAT:
            return True
        if self._magnitudes.of(node.value, self._scope) <= FLOAT and not isinstance(node.op, ast.Mult):
            return True
        key = (id(found), target.id)
        if key not in self._sums:
            # A sum that begins as a number stays one, or fails, whatever is added to it.
            own = [value for value in found.values[target.id] if not _adds_to(value, target.id)]
            kinds = [QUIET if value is None else self._magnitudes.of(value, found) for value in own]
            self._sums[key] = bool(own) and max(kinds) <= FLOAT
        return self._sums[key]

    def _annotated(self, node: ast.AnnAssign) -> str:
        if self._scope.is_class:
            return self._plain(node)
        if node.value is None:
            return "" if isinstance(node.target, ast.Name) else self._of(node.target)
        value = self._of(node.value)
        return f"(= {value} {self._of(node.target)})"

    def _import(self, node: ast.Import | ast.ImportFrom) -> str:
        source = "" if isinstance(node, ast.Import) else f"{'.' * node.level}{node.module or ''}"
        texts = []
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            token = self._token(name, stored=True) if source != "__future__" else "__future__"
            if not token.startswith("@"):
                texts.append(f"(import {source} {alias.name} {alias.asname is None} {token})")
        return " ".join(texts)

    def _try(self, node: ast.Try) -> str:
        self._tries += 1
        text = self._plain(node)
        self._tries -= 1
        return text

    # Scopes.

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
        around = [self._of(each) for each in node.decorator_list]
        around += [self._field(node.args.defaults), self._field(node.args.kw_defaults)]
        name = self._token(node.name, stored=True)
        return f"({type(node).__name__} {name} {' '.join(around)} {self._inside(node, node.args, node.body)})"

    def _lambda(self, node: ast.Lambda) -> str:
        around = [self._field(node.args.defaults), self._field(node.args.kw_defaults)]
        return f"(lambda {' '.join(around)} {self._inside(node, node.args, node.body)})"

    def _inside(self, node: ast.AST, args: ast.arguments, body: list[ast.stmt] | ast.expr) -> str:
        outer, tries = self._scope, self._tries
        self._scope, self._tries = self._survey.of_node[id(node)], 0
        shape = f"{len(args.posonlyargs)} {args.vararg is not None} {len(args.kwonlyargs)} {args.kwarg is not None}"
        names = " ".join(self._token(arg.arg, stored=True) for arg in parameters(args))
        text = f"{shape} [{names}] {self._scope.generator} {self._field(body)}"
        self._scope, self._tries = outer, tries
        return text

    def _class(self, node: ast.ClassDef) -> str:
        outer = self._scope
        around = [self._field(node.decorator_list), self._field(node.bases), self._field(node.keywords)]
        self._scope = self._survey.of_node[id(node)]
        body = self._block(node.body)
        self._scope = outer
        return f"(class {node.name} {' '.join(around)} {body})"

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> str:
        parts = [type(node).__name__, self._of(node.generators[0].iter)]
        outer = self._scope
        self._scope = self._survey.of_node[id(node)]
        for position, generator in enumerate(node.generators):
            if position:
                parts.append(self._of(generator.iter))
            parts += [self._of(generator.target), self._field(generator.ifs), str(generator.is_async)]
        results = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
        parts += map(self._of, results)
        self._scope = outer
        return f"({' '.join(parts)})"


def _adds_to(value: ast.expr | None, name: str) -> bool:
    return isinstance(value, ast.BinOp) and any(
        isinstance(side, ast.Name) and side.id == name for side in (value.left, value.right)
    )
