"""Which expressions of a program are numbers, and how large: what may be reordered, and what cannot fail. Pure."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from pad_ray.synthesis.scopes import Known, Scope
from pad_ray.synthesis.survey import Survey
from pad_ray.synthesis.syntax import called

SMALL = 1000
"""Integers of at most this many bits can be made floats; kinds up to it are the number of bits."""
INTEGER, FLOAT = SMALL + 1, SMALL + 2
"""An integer of any size; a float, or either."""
QUIET, NOISY = SMALL + 3, SMALL + 4
"""Anything that is evaluated without effects, or with them. The larger kind of two is the kind of their sum."""

MAX_ROUNDS = 8
"""Passes over a program's assignments; kinds that have not settled by then (nobody writes so) are given up."""
WIDEN_AFTER = 2
"""Rounds after which an integer that still grows, as in a loop, may be of any size."""

MAX_LOOK_BACK = 500
"""Assignments, back from a place, among which a variable's is looked for."""

LENGTH_BITS = 64
"""Of what `len` and `range` give."""

INTEGER_CALLS = frozenset(("int", "round"))
NUMBER_CALLS = frozenset(("float", "abs", "min", "max", "sum"))
ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
MATH_INTEGERS = frozenset(("math.ceil", "math.floor"))
MATH_FLOATS = frozenset(("math.sqrt", "math.pi", "math.e"))


class Magnitudes:
    """The kind of every expression. A variable's kind is the largest of all that is ever assigned to it."""

    def __init__(self, survey: Survey) -> None:
        self._bound = survey.bound
        self._kinds: dict[int, int] = {}
        self._unsettled = False
        for turn in range(MAX_ROUNDS):
            changed = self._unsettled = False
            self._kinds.clear()
            for scope, name, value, inner in survey.bindings:
                before = scope.kinds.get(name, 0)
                kind = QUIET if value is None else min(self.of(value, inner), QUIET)
                if kind > before:
                    kind = INTEGER if before and turn >= WIDEN_AFTER and kind < INTEGER else kind
                    changed = changed or before > 0
                    scope.kinds[name] = kind
            if not (changed or self._unsettled):
                return
        for scope, name, _, _ in survey.bindings:
            scope.kinds[name] = QUIET
        self._kinds.clear()

    def of(self, node: ast.expr, scope: Scope) -> int:
        """The kind of `node`, read in `scope`."""
        key = id(node)
        kind = self._kinds.get(key)
        if kind is None:
            kind = self._kinds[key] = self._find(node, scope)
        return kind

    def _find(self, node: ast.expr, scope: Scope) -> int:
        kind = type(node)
        if kind is ast.Constant:
            return _literal(node.value)  # type: ignore[attr-defined]
        if kind is ast.Name:
            return self._variable(node.id, scope)  # type: ignore[attr-defined]
        if isinstance(node, ast.BinOp):
            return self._arithmetic(node.op, self.of(node.left, scope), self.of(node.right, scope))
        if isinstance(node, ast.UnaryOp):
            operand = self.of(node.operand, scope)
            return 1 if isinstance(node.op, ast.Not) and operand < QUIET else operand
        if isinstance(node, ast.Call):
            return self._call(node, scope)
        if isinstance(node, ast.Attribute):
            path = module_path(node, scope)
            return FLOAT if path in MATH_FLOATS else self._most((node.value,), scope, QUIET)
        if isinstance(node, ast.Compare):
            most = self._most((node.left, *node.comparators), scope)
            return 1 if most < QUIET else most
        if isinstance(node, ast.IfExp):
            return self._most((node.test, node.body, node.orelse), scope)
        if isinstance(node, ast.BoolOp):
            return self._most(node.values, scope)
        if isinstance(node, ast.Subscript):
            return self._subscript(node, scope)
        if isinstance(node, ast.Tuple | ast.List):
            return self._most(node.elts, scope, QUIET)
        if isinstance(node, ast.JoinedStr):
            return self._most(node.values, scope, QUIET)
        if isinstance(node, ast.FormattedValue):
            return NOISY if node.format_spec else self._most((node.value,), scope, QUIET)
        return NOISY

    def _most(self, nodes: Iterable[ast.expr], scope: Scope, least: int = 0) -> int:
        return max([least, *(self.of(node, scope) for node in nodes)])

    def _variable(self, name: str, scope: Scope) -> int:
        found = scope.find(name)
        if found is None or found.is_class or name in found.modules:
            return QUIET
        kind = found.kinds.get(name, 0)
        if not kind:
            self._unsettled = True
        return kind

    def _arithmetic(self, op: ast.operator, left: int, right: int) -> int:
        most = max(left, right)
        if most > FLOAT:
            return most
        if type(op) not in ARITHMETIC:
            return INTEGER if most <= INTEGER else FLOAT
        if most == FLOAT or isinstance(op, ast.Div | ast.Pow):
            return FLOAT
        if isinstance(op, ast.FloorDiv):
            return left + 1 if left <= SMALL else INTEGER
        if isinstance(op, ast.Mod):
            return right if right <= SMALL else INTEGER
        bits = left + right if isinstance(op, ast.Mult) else most + 1
        return bits if bits <= SMALL else INTEGER

    def _call(self, node: ast.Call, scope: Scope) -> int:
        if node.keywords or any(isinstance(each, ast.Starred) for each in node.args):
            return NOISY
        most = self._most(node.args, scope)
        name = called(node)
        if most <= QUIET and (name in self._bound or name is None):
            path = module_path(node.func, scope)
            return INTEGER if path in MATH_INTEGERS else FLOAT if path in MATH_FLOATS else NOISY
        if name == "len" and len(node.args) == 1 and most <= QUIET:
            return LENGTH_BITS
        if name == "sum" and len(node.args) == 1 and most <= QUIET:
            return FLOAT
        if most > FLOAT:
            return NOISY
        if name in INTEGER_CALLS:
            return most if most <= INTEGER else INTEGER if len(node.args) == 1 else FLOAT
        return most if name in NUMBER_CALLS - {"float"} else FLOAT if name == "float" else NOISY

    def _subscript(self, node: ast.Subscript, scope: Scope) -> int:
        """Also the variable of a `for`, which stands for an element of what is looped over."""
        whole = node.value
        if isinstance(whole, ast.Call) and called(whole) == "range" and "range" not in self._bound:
            return LENGTH_BITS if self._most(whole.args, scope) <= QUIET else NOISY
        if isinstance(whole, ast.List | ast.Tuple) and whole.elts and not isinstance(node.slice, ast.Slice):
            return max(self._most(whole.elts, scope), 0 if self.of(node.slice, scope) < QUIET else QUIET)
        return NOISY if isinstance(node.slice, ast.Slice) else self._most((whole, node.slice), scope, QUIET)

    def cannot_fail(self, node: ast.AST, scope: Scope, known: Known) -> bool:
        """Whether `node` is evaluated without effect or error where the names in `known` have values."""
        if isinstance(node, ast.Constant | ast.FunctionDef | ast.Lambda):
            return True
        if isinstance(node, ast.Name):
            for _ in range(MAX_LOOK_BACK):
                if known is None:
                    return False
                name, known = known
                if name == node.id:
                    return True
            return False
        if isinstance(node, ast.Tuple | ast.List):
            return all(self.cannot_fail(each, scope, known) for each in node.elts)
        if not isinstance(node, ast.expr) or self.of(node, scope) > FLOAT:
            return False
        if isinstance(node, ast.UnaryOp):
            return not isinstance(node.op, ast.Invert) and self.cannot_fail(node.operand, scope, known)
        if isinstance(node, ast.BinOp):
            return (
                self._is_harmless(node, scope)
                and self.cannot_fail(node.left, scope, known)
                and self.cannot_fail(node.right, scope, known)
            )
        if isinstance(node, ast.Compare):
            return all(self.cannot_fail(each, scope, known) for each in (node.left, *node.comparators))
        return False

    def _is_harmless(self, node: ast.BinOp, scope: Scope) -> bool:
        """Arithmetic fails where it divides by nothing, or makes a float of an integer that is too large for one."""
        left, right = self.of(node.left, scope), self.of(node.right, scope)
        fits = max(left, right) <= INTEGER if not isinstance(node.op, ast.Div) else False
        fits = fits or INTEGER not in (left, right)
        if isinstance(node.op, ast.Add | ast.Sub | ast.Mult):
            return fits
        divisor = isinstance(node.right, ast.Constant) and bool(node.right.value)
        return fits and divisor and isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod)


def module_path(node: ast.expr, scope: Scope) -> str | None:
    """`math.sqrt`, however it was imported; None for what is not of an imported safe module."""
    if isinstance(node, ast.Attribute):
        root = module_path(node.value, scope)
        return f"{root}.{node.attr}" if root else None
    if not isinstance(node, ast.Name):
        return None
    found = scope.find(node.id)
    if found is None or len(found.values.get(node.id, ())) != 1:
        return None
    return found.modules.get(node.id)


def _literal(value: object) -> int:
    if isinstance(value, int):
        bits = max(value.bit_length(), 1)
        return bits if bits <= SMALL else INTEGER
    return FLOAT if isinstance(value, float) else QUIET
