"""Reference programs: the steps of a worked answer, chained by name, proven to give the gold answer or not shipped.

A step is one equation of the answer. Where a later step repeats the result of an earlier one, the program says the
earlier one's name; where it repeats a number of the question, the program names that number after the words beside it.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from pad_ray.number import number
from pad_ray.questions.arithmetic import PERCENT, NotArithmeticError, Number, close, evaluate, parse, run, value_of
from pad_ray.questions.naming import Names, name_near

SAME = 1e-9
"""Relative difference below which a written number repeats a value: only the noise of floating point."""
MAX_DECIMALS = 4
"""Decimals to which a worked answer may round on the way."""
RATE = "rate"
"""The `kind` of a number that the question states in per cent: never the result of an earlier step."""

_MENTION = re.compile(r"(?<![\w./])(\$?)\s?(\d[\d,]*(?:\.\d+)?|\.\d+)\s?(%?)(?![\w/])")
_RATE = re.compile(r"(?<![\w./])(\d[\d,]*(?:\.\d+)?|\.\d+)[\s-]?(?:%|per\s?cent\b)", re.IGNORECASE)
_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_SPELT = {word: value for value, word in enumerate(_WORDS, start=2)}
_SPELT_MENTION = re.compile(rf"\b({'|'.join(_SPELT)})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Step:
    """One equation: the expression, the value that the text states for it (None if none), a wish for its name."""

    expression: ast.expr
    stated: Number | None
    name: str
    percent: bool = False
    """The text states the value in per cent: `60% * 50% = 30%`."""


@dataclass(frozen=True, slots=True)
class _Assignment:
    name: str
    expression: ast.expr
    value: Number


def reference(question: str, steps: Sequence[Step], gold: str) -> str:
    """A program made of the steps that answers `gold`, the plainest reading first; empty if no reading does.

    The readings: every step as it is; results rounded as the text rounds them; only results that were stated without
    rounding chained. The answer is the last step, or else the last step whose value is gold.
    """
    answer = _float(gold)
    if answer is None or not any(isinstance(step.expression, ast.BinOp | ast.UnaryOp) for step in steps):
        return ""
    rates = _rates(question)
    for step in steps:
        _mark_percentages(step.expression, rates)
    for chain, exact in ((steps, False), (_rounded(steps), False), (steps, True)):
        try:
            program = _program(question, _chained(chain, exact), chain, answer)
            if program and close(run(program), answer):
                return program
        except (NotArithmeticError, OverflowError):  # the latter: a whole number that no float can be compared with
            continue
    return ""


def _float(gold: str) -> float | None:
    """The number that grading compares with; None if it is none, or beyond the floats."""
    value = number(gold)
    try:
        return None if value is None else float(value)
    except OverflowError:
        return None


def _rates(question: str) -> frozenset[Number]:
    """The numbers that the question states in per cent."""
    return frozenset(value for match in _RATE.finditer(question) if (value := value_of(match[1])) is not None)


def _mark_percentages(expression: ast.expr, rates: Set[Number]) -> None:
    """Give the numbers of percentages their kinds. A divisor 100 is that of a percentage not only where a `%` was, but
    also below a rate of the question, or below what a rate leaves or makes of the whole (`80 / 100` for 20% off)."""
    wanted = rates | {100 - rate for rate in rates} | {100 + rate for rate in rates}
    for node in ast.walk(expression):
        match node:
            case ast.BinOp(left=above, op=ast.Div(), right=ast.Constant(value=100) as hundred):
                if not wanted.isdisjoint(_numbers(above)):
                    hundred.kind = PERCENT
                rate = above.right if isinstance(above, ast.BinOp) else above
                if isinstance(rate, ast.Constant) and rate.value in rates:
                    rate.kind = RATE
                elif isinstance(above, ast.Constant) and above.value == 100:
                    above.kind = hundred.kind


def from_equation(question: str, equation: str, gold: str) -> str:
    """A program for a set that gives one equation per question; empty if it is none or does not give gold."""
    try:
        return reference(question, [Step(parse(equation), None, "answer")], gold)
    except NotArithmeticError:
        return ""


def _rounded(steps: Sequence[Step]) -> list[Step]:
    """Each step that states another value than it has, rounded as stated: `17 / 3 = 5.67`, `17 / 2 = 8`."""
    return [Step(_rounded_expression(step), step.stated, step.name, step.percent) for step in steps]


def _rounded_expression(step: Step) -> ast.expr:
    try:
        value = evaluate(step.expression)
    except NotArithmeticError:
        return step.expression
    if step.stated is None or _same(value, step.stated):
        return step.expression
    half = _same(value % 1, 0.5)  # `round` takes a half to the even side, which no text means
    for decimals in range(half, MAX_DECIMALS + 1):
        if _same(round(value, decimals), step.stated):
            digits = [ast.Constant(decimals)] if decimals else []
            return ast.Call(ast.Name("round"), [step.expression, *digits], [])
    whole = ast.Call(ast.Name("int"), [step.expression], [])
    if math.floor(value) == step.stated >= 0:
        return whole
    if math.ceil(value) == step.stated > 0:
        return ast.BinOp(whole, ast.Add(), ast.Constant(1))
    return step.expression


def _chained(steps: Sequence[Step], exact: bool) -> list[_Assignment]:
    """The steps as assignments, earlier results by name. With `exact`, only results stated as they are."""
    values, done = dict[str, Number](), list[_Assignment]()
    known: list[tuple[Number, str]] = []
    for index, step in enumerate(steps, start=1):
        expression = _rebuilt(step.expression, _by_name(known, PERCENT, RATE))
        name = f"step_{index}"
        value = evaluate(expression, values)
        values[name] = value
        done.append(_Assignment(name, expression, value))
        if not exact or step.stated is None or _same(value, step.stated):
            known.append((value, name))
            if step.stated is not None:
                known.append((step.stated, name))
    return done


def _rebuilt(node: ast.expr, leaf: Callable[[ast.expr], ast.expr]) -> ast.expr:
    """The expression with other leaves; the digits of `round` are no quantity and stay."""
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            return ast.BinOp(_rebuilt(left, leaf), op, _rebuilt(right, leaf))
        case ast.UnaryOp(op=sign, operand=operand):
            return ast.UnaryOp(sign, _rebuilt(operand, leaf))
        case ast.Call(func=func, args=[first, *digits]):
            return ast.Call(func, [_rebuilt(first, leaf), *digits], [])
    return leaf(node)


def _by_name(known: Sequence[tuple[Number, str]], *kept: str) -> Callable[[ast.expr], ast.expr]:
    """Numbers that are known -> the most recent name. Those of a kind that is `kept` have the value by chance: named
    after a class of 100, the 100 of a percentage would be wrong in the same program for a class of 90."""

    def leaf(node: ast.expr) -> ast.expr:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and node.kind not in kept:
            for value, name in reversed(known):
                if _same(value, node.value):
                    return ast.Name(name)
        return node

    return leaf


def _renamed(names: Mapping[str, str]) -> Callable[[ast.expr], ast.expr]:
    """Steps -> the names that the program gives them."""
    return lambda node: ast.Name(names.get(node.id, node.id)) if isinstance(node, ast.Name) else node


def _program(question: str, done: Sequence[_Assignment], steps: Sequence[Step], answer: Number) -> str:
    found = _answering(done, steps, answer)
    if found is None:
        return ""
    last, percent = found
    wishes = {item.name: step.name for item, step in zip(done, steps, strict=True)}
    needed = _needed(done[: last + 1])
    used = {value for item in needed for value in _numbers(item.expression)}
    names = Names()
    quantities = [(value, names.fresh(wish, "")) for value, wish in _mentions(question) if value in used]
    named = {item.name: names.fresh(wishes[item.name], f"step_{at}") for at, item in enumerate(needed, start=1)}
    lines = [f"{name} = {_literal(value)}" for value, name in quantities]
    for item in needed:
        expression = _rebuilt(_rebuilt(item.expression, _renamed(named)), _by_name(quantities, PERCENT))
        lines.append(f"{named[item.name]} = {_written(expression)}")
    lines += [f"result = {named[needed[-1].name]}{' * 100' if percent else ''}", "return result"]
    return "\n".join(["def solution():", *(f"    {line}" for line in lines)]) + "\n"


def _numbers(expression: ast.expr) -> Iterator[Number]:
    for node in ast.walk(expression):
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and node.kind != PERCENT:
            yield node.value


def _answering(done: Sequence[_Assignment], steps: Sequence[Step], answer: Number) -> tuple[int, bool] | None:
    """(index of the last step that fits the answer, whether the answer is that step in per cent)."""
    for index in range(len(done) - 1, -1, -1):
        item = done[index]
        if isinstance(item.expression, ast.Name | ast.Constant):
            continue
        if close(item.value, answer):
            return index, False
        if steps[index].percent and close(item.value * 100, answer):
            return index, True
    return None


def _needed(done: Sequence[_Assignment]) -> list[_Assignment]:
    """The assignments that the last one depends on: what the answer does not use is no step of the program."""
    wanted, kept = {done[-1].name}, list[_Assignment]()
    for item in reversed(done):
        if item.name in wanted:
            kept.append(item)
            wanted |= {node.id for node in ast.walk(item.expression) if isinstance(node, ast.Name)}
    return kept[::-1]


def _mentions(question: str) -> Iterator[tuple[Number, str]]:
    """(value, wish for a name) of every number that the question mentions once. What it mentions twice may mean two
    things, and stays a plain number."""
    found: list[tuple[int, Number, str]] = []
    for match in _MENTION.finditer(question):
        value = value_of(match[2])
        if value is not None:
            unit = "dollars" if match[1] else "percent" if match[3] else ""
            found.append((match.start(), value, name_near("", question[match.end() :], unit) or unit))
    for match in _SPELT_MENTION.finditer(question):
        found.append((match.start(), _SPELT[match[1].lower()], name_near("", question[match.end() :])))
    values = [value for _, value, _ in found]
    for _, value, wish in sorted(found):
        if wish and values.count(value) == 1:
            yield value, wish


def _written(expression: ast.expr) -> str:
    """Python text, whole numbers without a decimal point."""

    def leaf(node: ast.expr) -> ast.expr:
        whole = isinstance(node, ast.Constant) and isinstance(node.value, float) and node.value.is_integer()
        return ast.Constant(int(node.value)) if whole else node  # type: ignore[attr-defined]

    return ast.unparse(_rebuilt(expression, leaf))


def _literal(value: Number) -> str:
    return repr(int(value) if value == int(value) else value)


def _same(one: Number, other: Number) -> bool:
    return abs(one - other) <= SAME * max(1.0, abs(other))
