"""Arithmetic as people write it (`$1,200 x 20%`), read without ever running it as code.

Text is rewritten to Python's notation, parsed with `ast`, and refused unless every node is a number or one of the
arithmetic operations. Nothing here can call, import or look up anything, and powers are bounded, so a question file
from anywhere is safe to read.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping

Number = int | float

MAX_CHARS = 400
"""Longest expression, in characters: bounds the parser's depth and the size of every number in it."""
MAX_EXPONENT = 64
"""Largest power: compound interest over years stays below it, 9**9**9 does not."""
MAX_BASE = 1e9
"""Largest base of a power: with `MAX_EXPONENT` it bounds the digits of the outcome."""
ABSOLUTE_TOLERANCE = 1e-3
RELATIVE_TOLERANCE = 1e-6
"""Two numbers are one answer within these: the answer contract."""

_OPERATIONS: dict[type[ast.operator], Callable[[Number, Number], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}
_ROUNDINGS: dict[str, Callable[..., Number]] = {"round": round, "int": int}
_REWRITES = [
    (re.compile(r"[$€£]"), ""),
    (re.compile(r"[\u00d7\u00b7]"), "*"),
    (re.compile(r"\u00f7"), "/"),
    (re.compile(r"[\u2212\u2013]"), "-"),
    (re.compile(r"\^"), "**"),
    (re.compile(r"[\[{]"), "("),
    (re.compile(r"[\]}]"), ")"),
    (re.compile(r"(?<=\d)[, ](?=\d{3}(?!\d))"), ""),
    (re.compile(r"(?<![\d.])(\d+)\s+(\d+\s*/\s*\d+)"), r"(\1 + \2)"),
    (re.compile(r"(\d+\.?\d*|\.\d+)\s*%"), r"(\1 / 100.)"),
    (re.compile(r"(?<=[\d)\s])[xX](?=[\s\d(.])"), "*"),
    (re.compile(r"(?<=[\d)])\s*\("), " * ("),
    (re.compile(r"\)\s*(?=[\d.])"), ") * "),
    (re.compile(r"(?<![\d.])0+(?=\d)"), ""),
]
"""Human notation (the escapes are the signs for times, divided by and minus) to Python's, in this order:
percentages and mixed fractions before implied multiplication."""
_WRITTEN = re.compile(r"[-+*/().\d\s]+")
_HUNDRED = "100."
"""How `_REWRITES` spell the 100 of a `%`, and people do not spell a hundred."""

PERCENT = "%"
"""The `kind` of the constant 100 that a percentage is divided by: no quantity of the problem."""


class NotArithmeticError(ValueError):
    """The text is no arithmetic, or arithmetic beyond the bounds."""


def parse(text: str) -> ast.expr:
    """Text of one expression -> its tree of numbers and operations; the 100 of a `%` is of the kind `PERCENT`.

    Raises:
        NotArithmeticError: for anything else, whatever it is.
    """
    if len(text) > MAX_CHARS:
        raise NotArithmeticError(f"{len(text)} characters, at most {MAX_CHARS}")
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    if not _WRITTEN.fullmatch(text):
        raise NotArithmeticError("more than numbers and operators")
    try:
        tree = ast.parse(" ".join(text.split()), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise NotArithmeticError("not an expression") from None
    _refuse_other_nodes(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value == 100 and _width(node) == len(_HUNDRED):
            node.kind = PERCENT
    return tree


def _width(node: ast.expr) -> int:
    return (node.end_col_offset or 0) - node.col_offset


def _refuse_other_nodes(tree: ast.expr) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            if not isinstance(node.value, int | float) or isinstance(node.value, bool) or not _fits_float(node.value):
                raise NotArithmeticError("not a number")
        elif not isinstance(node, ast.BinOp | ast.UnaryOp | ast.operator | ast.UAdd | ast.USub):
            raise NotArithmeticError(f"{type(node).__name__} is not arithmetic")


def _fits_float(value: Number) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # whole numbers have no bound in Python; from 309 digits on no float holds them
        return False


def evaluate(node: ast.expr, names: Mapping[str, Number] | None = None) -> Number:
    """The value that Python would give, in ints and floats; `names` are the variables, `round` and `int` the calls.

    Raises:
        NotArithmeticError: for an unknown name, a division by zero, a power out of bounds or any other node.
    """
    try:
        value = _value(node, names or {})
    except (ArithmeticError, ValueError, RecursionError) as error:  # ValueError: `int` of infinity less infinity
        raise NotArithmeticError(str(error)) from None
    if not _fits_float(value):
        raise NotArithmeticError("not finite")
    return value


def _value(node: ast.expr, names: Mapping[str, Number]) -> Number:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return value
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, names)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _value(operand, names)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(_value(left, names), _value(right, names))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
            return _OPERATIONS[type(op)](_value(left, names), _value(right, names))
        case ast.Call(func=ast.Name(id=call), args=args, keywords=[]) if call in _ROUNDINGS and len(args) in (1, 2):
            return _ROUNDINGS[call](*(_value(argument, names) for argument in args))
    raise NotArithmeticError(f"{type(node).__name__} is not arithmetic")


def _power(base: Number, exponent: Number) -> Number:
    if abs(base) > MAX_BASE or abs(exponent) > MAX_EXPONENT or (base < 0 and exponent != int(exponent)):
        raise NotArithmeticError("power out of bounds")
    return base**exponent


def run(program: str) -> Number:
    """What a reference program (`def solution():` of assignments and a return) answers, without executing it.

    Raises:
        NotArithmeticError: if it holds anything but arithmetic assignments.
    """
    names: dict[str, Number] = {}
    match ast.parse(program).body:
        case [ast.FunctionDef(name="solution", body=[*assignments, ast.Return(value=ast.expr() as answer)])]:
            for statement in assignments:
                match statement:
                    case ast.Assign(targets=[ast.Name(id=name)], value=value):
                        names[name] = evaluate(value, names)
                    case _:
                        raise NotArithmeticError("not an assignment")
            return evaluate(answer, names)
    raise NotArithmeticError("not a solution() that returns")


def value_of(text: str) -> Number | None:
    """The value of a number within a worked answer (`$1,200`, `5/2`, `-(1/3)`, `20%` as the 0.2 that it is reckoned
    with), None if it is none. Gold answers are read with `pad_ray.number`, as grading reads them."""
    try:
        tree = parse(text)
        if any(isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Div) for node in ast.walk(tree)):
            return None
        return evaluate(tree)
    except NotArithmeticError:
        return None


def close(one: Number, other: Number) -> bool:
    """Are these the same answer? `other` is gold."""
    return abs(one - other) <= max(ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE * abs(other))
