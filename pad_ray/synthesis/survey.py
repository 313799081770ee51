"""What a program binds, reads and never reaches. Pure; one walk over the tree, which is never executed."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable

from pad_ray.synthesis.scopes import Known, Scope
from pad_ray.synthesis.syntax import (
    CHILD_FIELDS,
    COMPREHENSIONS,
    EMPTY_STATEMENTS,
    ENDS_BLOCK,
    ROUNDING,
    SAFE_MODULES,
    TELL_NAMES,
    Unknowable,
    called,
    check_annotation,
    defaults,
    parameters,
)

MAX_DEPTH = 100
"""Nested nodes of a tree. Real programs have below 30; a recursion this deep fits under any caller's own frames."""


class Survey:
    """The walk. Afterwards the tree has no unreachable statement, `pass` or docstring of its own any more."""

    def __init__(self, tree: ast.Module) -> None:
        """Raises `Unknowable`."""
        self.module = Scope(None)
        self.of_node: dict[int, Scope] = {}
        self.bindings: list[tuple[Scope, str, ast.expr | None, Scope]] = []
        """(variable's scope, name, value, the value's scope), in the order of the text."""
        self.rebound: dict[int, ast.BinOp] = {}
        """The sum behind `name += value`, by the node's id."""
        self.reads: Counter[str] = Counter()
        self.bound: set[str] = set()
        self.functions: set[str] = set()
        self.keywords: set[str] = set()
        self.spreads = False
        """Whether a call unpacks a dict into keyword arguments."""
        self.has_class = False
        self.deletes = False
        self.rounding: Counter[str | None] = Counter()
        """Places where the last bit of a float can decide; calls by the name called."""
        self.candidates: list[tuple[Scope, str | None, ast.stmt, ast.AST, Known]] = []
        """Statements that are for nothing if nobody reads the name and what they evaluate cannot fail."""
        self._scope = self.module
        self._dead = False
        self._known: Known = None
        self._depth = 0
        self._handlers = {
            ast.Name: self._name, ast.Attribute: self._attribute, ast.Call: self._call, ast.Lambda: self._lambda,
            ast.FunctionDef: self._function, ast.AsyncFunctionDef: self._function, ast.ClassDef: self._class,
            ast.Assign: self._assign, ast.AugAssign: self._augmented, ast.AnnAssign: self._annotated,
            ast.BinOp: self._binary, ast.NamedExpr: self._walrus, ast.For: self._for,
            ast.Import: self._import, ast.ImportFrom: self._import,
            ast.Global: self._declare, ast.Nonlocal: self._declare, ast.Expr: self._expression,
            ast.Yield: self._yield, ast.YieldFrom: self._yield, ast.Await: self._yield,
            ast.Delete: self._delete, ast.ExceptHandler: self._bind_field, ast.MatchAs: self._bind_field,
            ast.MatchStar: self._bind_field, ast.MatchMapping: self._bind_field,
            **dict.fromkeys(COMPREHENSIONS, self._comprehension),
        }  # fmt: skip
        self._block(tree.body)

    # The walk itself.

    def _visit(self, node: ast.AST) -> None:
        kind = type(node)
        if kind is ast.Constant:
            return
        if kind in ROUNDING:
            self.rounding[None] += not self._dead
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Unknowable
        self._handlers.get(kind, self._children)(node)  # type: ignore[operator]
        self._depth -= 1

    def _children(self, node: ast.AST) -> None:
        for field in CHILD_FIELDS[type(node)]:
            value = getattr(node, field, None)
            if isinstance(value, list):
                if value and isinstance(value[0], ast.stmt):
                    known = self._known
                    self._block(value)
                    self._known = known
                else:
                    for each in value:
                        if isinstance(each, ast.AST):
                            self._visit(each)
            elif isinstance(value, ast.AST):
                self._visit(value)

    def _binary(self, node: ast.BinOp) -> None:
        if type(node.op) in ROUNDING:
            self.rounding[None] += not self._dead
        self._visit(node.left)
        self._visit(node.right)

    def _block(self, statements: list[ast.stmt]) -> bool:
        """Walk statements, leaving only those that are reached; True if what follows the block is not."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Unknowable
        live: list[ast.stmt] = []
        ended = False
        for statement in statements:
            if ended:
                self._unreached([statement])
                continue
            if isinstance(statement, ast.If | ast.While) and type(statement.test) is ast.Constant:
                holds = bool(statement.test.value)
                if not holds or isinstance(statement, ast.If):
                    taken, other = (statement.body, statement.orelse) if holds else (statement.orelse, statement.body)
                    self._unreached(other)
                    ended = self._block(taken)
                    live += taken
                    continue
            if type(statement) is ast.If:
                ended = self._if(statement)
            else:
                self._visit(statement)
                ended = isinstance(statement, ENDS_BLOCK)
            if not isinstance(statement, EMPTY_STATEMENTS):
                live.append(statement)
        statements[:] = live
        self._depth -= 1
        return ended

    def _if(self, node: ast.If) -> bool:
        self.rounding[None] += not self._dead
        self._visit(node.test)
        known = self._known
        ended = self._block(node.body)
        self._known = known
        ended = self._block(node.orelse) and ended
        self._known = known
        return ended

    def _unreached(self, statements: Iterable[ast.stmt]) -> None:
        """What is never reached still says which names are local."""
        before, self._dead = self._dead, True
        for statement in statements:
            self._visit(statement)
        self._dead = before

    # Names.

    def _bind(self, name: str, value: ast.expr | None = None, sure: bool = False) -> None:
        """`sure`: the binding is made whenever what follows in its block is reached."""
        scope = self._scope
        if name.startswith("__"):
            raise Unknowable
        self.bound.add(name)
        target = scope
        if name in scope.elsewhere:
            value = None
            target = self.module if scope.elsewhere[name] == "global" else scope.find(name) or self.module
        target.bound.add(name)
        if not self._dead:
            target.values.setdefault(name, []).append(value)
            self.bindings.append((target, name, value, scope))
            if sure and target is scope:
                self._known = (name, self._known)

    def _name(self, node: ast.Name) -> None:
        name = node.id
        if type(node.ctx) is not ast.Load:
            self._bind(name)
        elif name in TELL_NAMES or (name.startswith("__") and name != "__name__"):
            raise Unknowable
        elif not self._dead:
            self.reads[name] += 1
            self._scope.reads.add(name)

    def _attribute(self, node: ast.Attribute) -> None:
        if node.attr.startswith("__"):
            raise Unknowable
        self._children(node)

    def _bind_field(self, node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar | ast.MatchMapping) -> None:
        name = node.rest if isinstance(node, ast.MatchMapping) else node.name
        if name:
            self._bind(name)
        self._children(node)

    def _declare(self, node: ast.Global | ast.Nonlocal) -> None:
        for name in node.names:
            if self._scope is not self.module:
                self._scope.elsewhere[name] = "global" if isinstance(node, ast.Global) else "nonlocal"

    def _delete(self, node: ast.Delete) -> None:
        self.deletes = True
        self._children(node)

    # Statements and expressions that bind.

    def _assign(self, node: ast.Assign) -> None:
        self._visit(node.value)
        before = self._known
        for target in node.targets:
            self._target(target, node.value)
        if len(node.targets) == 1 and type(target) is ast.Name:
            self._candidate(target.id, node, node.value, before)

    def _target(self, target: ast.expr, value: ast.expr) -> None:
        if type(target) is ast.Name:
            self._bind(target.id, value, sure=True)
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            for one, part in zip(target.elts, value.elts, strict=True):
                if type(one) is ast.Name and type(part) is not ast.Starred:
                    self._bind(one.id, part, sure=True)
                else:
                    self._visit(one)
        else:
            self._visit(target)

    def _augmented(self, node: ast.AugAssign) -> None:
        if type(node.op) in ROUNDING:
            self.rounding[None] += not self._dead
        self._visit(node.value)
        if type(node.target) is ast.Name:
            read = ast.Name(node.target.id, ast.Load())
            self._visit(read)
            whole = self.rebound[id(node)] = ast.BinOp(read, node.op, node.value)
            self._bind(node.target.id, whole, sure=True)
        else:
            self._visit(node.target)

    def _annotated(self, node: ast.AnnAssign) -> None:
        check_annotation(node.annotation)
        if node.value is not None:
            self._visit(node.value)
        before = self._known
        if type(node.target) is not ast.Name:
            self._visit(node.target)
        elif node.value is not None:
            self._bind(node.target.id, node.value, sure=True)
            self._candidate(node.target.id, node, node.value, before)
        else:
            self._unreached([ast.Expr(node.target)])

    def _walrus(self, node: ast.NamedExpr) -> None:
        self._visit(node.value)
        scope, known = self._scope, self._known
        while scope.is_comprehension and scope.parent is not None:
            scope = scope.parent
        self._scope, inner = scope, self._scope
        self._bind(node.target.id, None if scope is not inner else node.value)
        self._scope, self._known = inner, known

    def _for(self, node: ast.For) -> None:
        self._visit(node.iter)
        known = self._known
        if type(node.target) is ast.Name:
            self._bind(node.target.id, ast.Subscript(node.iter, ast.Constant(0), ast.Load()), sure=True)
        else:
            self._visit(node.target)
        self._block(node.body)
        self._known = known
        self._block(node.orelse)
        self._known = known

    def _expression(self, node: ast.Expr) -> None:
        self._visit(node.value)
        self._candidate(None, node, node.value, self._known)

    def _candidate(self, name: str | None, node: ast.stmt, value: ast.AST, known: Known) -> None:
        if not self._dead and not self._scope.is_class and name not in self._scope.elsewhere:
            self.candidates.append((self._scope, name, node, value, known))

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        source = "" if isinstance(node, ast.Import) else f"{'.' * node.level}{node.module or ''}"
        if source == "__future__":
            return
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            if alias.name == "*":
                raise Unknowable
            self._bind(name, sure=True)
            if not self._dead and (source or alias.name) in SAFE_MODULES and name not in self._scope.elsewhere:
                self._scope.modules[name] = f"{source}.{alias.name}" if source else alias.name

    def _call(self, node: ast.Call) -> None:
        self.keywords.update(each.arg for each in node.keywords if each.arg)
        self.spreads = self.spreads or any(each.arg is None for each in node.keywords)
        if not self._dead:
            self.rounding[called(node)] += 1
        self._children(node)

    def _yield(self, node: ast.AST) -> None:
        self._scope.generator = True
        self._children(node)

    # Scopes.

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for expression in (*node.decorator_list, *defaults(node.args)):
            self._visit(expression)
        if node.returns:
            check_annotation(node.returns)
        before = self._known
        self._bind(node.name, sure=True)
        self.functions.add(node.name)
        if not node.decorator_list and not defaults(node.args) and type(node) is ast.FunctionDef:
            self._candidate(node.name, node, node, before)
        self._inside(node, node.args, node.body)

    def _lambda(self, node: ast.Lambda) -> None:
        for expression in defaults(node.args):
            self._visit(expression)
        self._inside(node, node.args, node.body)

    def _inside(self, node: ast.AST, args: ast.arguments, body: list[ast.stmt] | ast.expr) -> None:
        if getattr(node, "type_params", None):
            raise Unknowable
        outer, known = self._enter(node), self._known
        self._known = None
        for arg in parameters(args):
            if arg.annotation:
                check_annotation(arg.annotation)
            self._scope.parameters.add(arg.arg)
            self._bind(arg.arg, sure=True)
        if isinstance(body, list):
            self._block(body)
        else:
            self._visit(body)
        self._scope, self._known = outer, known

    def _class(self, node: ast.ClassDef) -> None:
        self.has_class = True
        for expression in (*node.decorator_list, *node.bases, *(each.value for each in node.keywords)):
            self._visit(expression)
        self._bind(node.name, sure=True)
        outer, known = self._enter(node, is_class=True), self._known
        self._block(node.body)
        self._scope, self._known = outer, known

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        self._visit(node.generators[0].iter)
        outer, known = self._enter(node), self._known
        self._scope.is_comprehension = True
        for position, generator in enumerate(node.generators):
            if position:
                self._visit(generator.iter)
            self._visit(generator.target)
            for test in generator.ifs:
                self.rounding[None] += not self._dead
                self._visit(test)
        for result in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self._visit(result)
        self._scope, self._known = outer, known

    def _enter(self, node: ast.AST, is_class: bool = False) -> Scope:
        """Begin a scope; returns the one to go back to."""
        outer = self._scope
        self._scope = self.of_node[id(node)] = Scope(outer, is_class)
        return outer
