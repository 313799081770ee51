"""Which edit would have made a right program into one that failed. Pure.

The interpreter names what it stumbled over. For a wrong answer the faulty program is held against a right one of the
same question: their steps, operators and numbers, whatever their variables are called.
"""

from __future__ import annotations

import ast
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeGuard

from pad_ray.records import Status
from pad_ray.refinement.silent import POWERS, UNITS
from pad_ray.refinement.source import BEYOND, Source, target

OF_ERRORS: dict[str, tuple[str, ...]] = {
    "NameError": ("undefined_name", "misspelt_name"),
    "UnboundLocalError": ("use_before_assignment",),
    "TypeError": ("type_confusion", "wrong_arity"),
    "ZeroDivisionError": ("division_by_zero",),
    "IndexError": ("index_error",),
    "KeyError": ("key_error",),
    "IndentationError": ("wrong_indentation",),
    "SyntaxError": ("dropped_colon", "dropped_bracket", "doubled_sign"),
}
"""By the type of the error."""

OF_STATUSES: dict[str, tuple[str, ...]] = {Status.TIMEOUT: ("infinite_loop",), Status.NO_ANSWER: ("missing_return",)}

Edits = tuple[str, ...]

Inputs = tuple[str, ...]
"""What an expression takes: steps by their place, numbers as they are written."""


def diagnose(status: str, error_type: str, faulty: str, right: str) -> Edits:
    """Names of edits (`injection.EDITS`), each as likely as the others; none where nothing like it is known."""
    if status == Status.WRONG:
        return _of_wrong(faulty, right)
    return OF_ERRORS.get(error_type) or OF_STATUSES.get(status, ())


@dataclass(frozen=True, slots=True)
class Shape:
    """Of a program, without its names."""

    steps: int
    operators: Counter[str]
    numbers: Counter[Fraction]
    rounding: int
    swappable: tuple[Inputs, ...]
    """Of the operations whose operands must not be swapped: what is in the operands, in the order of the program."""
    inputs: tuple[Inputs, ...]
    """Of each step, which steps and numbers it takes: names by the step that gave them their value."""
    read: tuple[Inputs, ...]
    """The same without the numbers."""


def _of_wrong(faulty: str, right: str) -> Edits:
    try:
        is_, should = _shape(Source(faulty)), _shape(Source(right))
    except BEYOND:
        return ()
    if is_.steps != should.steps:
        return ("dropped_step",) if is_.steps < should.steps else ("duplicated_step",)
    if is_.rounding != should.rounding:
        return ("wrong_rounding",)
    if is_.operators != should.operators:
        return ("wrong_operator",)
    if is_.numbers != should.numbers:
        return _of_numbers(is_.numbers, should.numbers)
    if is_.swappable != should.swappable and _sorted(is_.swappable) == _sorted(should.swappable):
        return ("swapped_operands",)
    if is_.inputs == should.inputs:
        return ()
    # The numbers are the same ones: where the variables are too, it is their places that differ.
    return ("swapped_numbers",) if is_.read == should.read else ("wrong_variable",)


def _finite(value: object) -> TypeGuard[int | float]:
    """`1e999` is a literal too, and infinite."""
    return isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))


def _of_numbers(is_: Counter[Fraction], should: Counter[Fraction]) -> Edits:
    too_many, missing = sorted((is_ - should).elements()), sorted((should - is_).elements())
    if any(number in should for number in too_many):
        return ("repeated_number",)
    if len(too_many) != 1 or len(missing) != 1:
        return ("wrong_digit",)
    wrong, meant = too_many[0], missing[0]
    if abs(wrong - meant) == 1:
        return ("off_by_one",)
    scaled = any(wrong in (meant * power, meant / power) for power in POWERS)
    return ("wrong_unit",) if scaled or meant in UNITS else ("wrong_digit",)


def _shape(source: Source) -> Shape:
    steps = source.assignments()
    # A step is called by its place, and a name from elsewhere by itself.
    places: dict[str, str] = {}
    inputs, read, swappable = [], [], []
    for number, step in enumerate(steps):
        inputs.append(_inputs(step.value, places))
        read.append(tuple(places.get(n.id, n.id) for n in ast.walk(step.value) if isinstance(n, ast.Name)))
        for operation in ast.walk(step.value):
            if isinstance(operation, ast.BinOp) and isinstance(operation.op, (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod)):
                swappable.append(
                    (*_inputs(operation.left, places), type(operation.op).__name__, *_inputs(operation.right, places))
                )
        places[target(step)] = f"step {number}"
    nodes = [node for node in source.walk() if isinstance(node, ast.BinOp)]
    calls = [n for n in source.walk() if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    return Shape(
        steps=len(steps),
        operators=Counter(_symbol(node) for node in nodes),
        numbers=Counter(Fraction(n.value) for n in source.numbers() if _finite(n.value)),
        rounding=sum(isinstance(n.op, ast.FloorDiv) for n in nodes)
        + sum(isinstance(n.func, ast.Name) and n.func.id in ("round", "int") for n in calls),
        swappable=tuple(swappable),
        inputs=tuple(inputs),
        read=tuple(read),
    )


def _symbol(node: ast.BinOp) -> str:
    """Whole and exact division are told apart by `Shape.rounding`."""
    return "Div" if isinstance(node.op, ast.FloorDiv) else type(node.op).__name__


def _inputs(node: ast.expr, places: dict[str, str]) -> Inputs:
    found = []
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            found.append(places.get(part.id, part.id))
        elif isinstance(part, ast.Constant):
            found.append(repr(part.value))
    return tuple(found)


def _sorted(operations: Sequence[Inputs]) -> list[list[str]]:
    return [sorted(operation) for operation in operations]
