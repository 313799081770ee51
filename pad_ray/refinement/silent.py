"""Errors that only the answer shows, put into a right program: it runs, and is wrong. Pure; `injection` is the way in.

Of the failures of a CodeT5-large on GSM8K nine in ten are of this kind (PaD, released predictions: 754 of 841).
"""

from __future__ import annotations

import ast
import math
from random import Random

from pad_ray.refinement.source import Source, indentation, names_read, target

OPERATORS: dict[type[ast.operator], tuple[str, ...]] = {
    ast.Add: ("-", "*"),
    ast.Sub: ("+", "*"),
    ast.Mult: ("+", "/"),
    ast.Div: ("*", "-"),
    ast.FloorDiv: ("*", "-"),
    ast.Mod: ("*", "/"),
    ast.Pow: ("*", "+"),
}
"""What an operator is mistaken for."""

SYMBOLS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
}  # fmt: skip

UNITS: dict[object, tuple[int, ...]] = {
    7: (5, 30), 12: (10, 24), 24: (12, 60), 52: (12, 50), 60: (24, 100, 3600), 100: (10, 1000), 365: (360, 12),
    1000: (100, 10),
}  # fmt: skip
"""Numbers that convert units, and what they are mistaken for."""

POWERS = (10, 100)
"""By which a number is too large or too small where it converts nothing."""


def wrong_operator(source: Source, random: Random) -> str | None:
    """One arithmetic operator is mistaken for another."""
    places = [operation for operation in source.operations() if type(operation.op) in OPERATORS]
    if not places:
        return None
    place = random.choice(places)
    start, end = source.between(place.left, place.right)
    between, symbol = source.code[start:end], SYMBOLS[type(place.op)]
    if between.count(symbol) != 1:
        return None  # a comment or a bracket with the same sign in it: not worth a guess
    mistaken = between.replace(symbol, random.choice(OPERATORS[type(place.op)]))
    return source.code[:start] + mistaken + source.code[end:]


def swapped_operands(source: Source, random: Random) -> str | None:
    """What is subtracted, divided or raised stands on the other side."""
    places = [
        operation
        for operation in source.operations()
        if isinstance(operation.op, (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow))
        and ast.dump(operation.left) != ast.dump(operation.right)
        and "(" not in "".join(source.code[slice(*source.between(operation.left, operation.right))])
        and ")" not in "".join(source.code[slice(*source.between(operation.left, operation.right))])
    ]
    if not places:
        return None
    place = random.choice(places)
    start, end = source.between(place.left, place.right)
    left, right = (_bracketed(source, operand) for operand in (place.left, place.right))
    return source.replaced(place, right + source.code[start:end] + left)


def off_by_one(source: Source, random: Random) -> str | None:
    """A whole number is one more or one less."""
    places = [number for number in source.numbers() if type(number.value) is int]
    if not places:
        return None
    place = random.choice(places)
    assert isinstance(place.value, int)
    return source.replaced(place, str(max(0, place.value + random.choice((-1, 1)))))


def wrong_digit(source: Source, random: Random) -> str | None:
    """A digit of a number is another, or two are swapped."""
    places = [number for number in source.numbers() if source.text(number).replace(".", "", 1).isdecimal()]
    if not places:
        return None
    place = random.choice(places)
    text = source.text(place)
    digits = [i for i, sign in enumerate(text) if sign.isdecimal()]
    at = random.choice(digits)
    other = str((int(text[at]) + random.randint(1, 9)) % 10)
    candidates = [text[:at] + other + text[at + 1 :]]
    if at + 1 in digits and text[at] != text[at + 1]:
        candidates.append(text[:at] + text[at + 1] + text[at] + text[at + 2 :])
    # A leading zero is a syntax error.
    wrong = [c for c in candidates if c[0] != "0" or len(c) == 1 or c[1] == "."]
    return source.replaced(place, random.choice(wrong)) if wrong else None


def swapped_numbers(source: Source, random: Random) -> str | None:
    """Two numbers have changed places: each is read from the question, and given the other's meaning."""
    numbers = source.numbers()
    pairs = [(a, b) for i, a in enumerate(numbers) for b in numbers[i + 1 :] if a.value != b.value]
    if not pairs:
        return None
    first, second = sorted(random.choice(pairs), key=source.span)
    (start, end), (later, last) = source.span(first), source.span(second)
    code = source.code
    return code[:start] + code[later:last] + code[end:later] + code[start:end] + code[last:]


def repeated_number(source: Source, random: Random) -> str | None:
    """A number stands where another one should, too."""
    numbers = source.numbers()
    places = [(place, other) for place in numbers for other in numbers if place.value != other.value]
    if not places:
        return None
    place, other = random.choice(places)
    return source.replaced(place, source.text(other))


def wrong_unit(source: Source, random: Random) -> str | None:
    """A number that converts units is another one's, or a number is ten or a hundred times too large or too small."""
    converting = [number for number in source.numbers() if number.value in UNITS]
    if converting:
        place = random.choice(converting)
        return source.replaced(place, str(random.choice(UNITS[place.value])))
    operands = [side for o in source.operations() for side in (o.left, o.right) if isinstance(side, ast.Name)]
    if not operands:
        return None
    operand = random.choice(operands)
    return source.replaced(operand, f"({operand.id} {random.choice('*/')} {random.choice(POWERS)})")


def dropped_step(source: Source, random: Random) -> str | None:
    """A step is left out; what needed it takes something that it was made of instead."""
    places = []
    for step in source.assignments():
        name, made_of = target(step), sorted(names_read(step.value) & source.stored - {target(step)})
        readers = [read for read in source.reads() if read.id == name and read.lineno > step.lineno]
        if made_of and readers and not isinstance(step.value, ast.Name) and _once(source, name):
            places.append((step, readers, made_of))
    if not places:
        return None
    step, readers, made_of = random.choice(places)
    instead, code = random.choice(made_of), source.code
    for read in sorted(readers, key=source.span, reverse=True):
        start, end = source.span(read)
        code = code[:start] + instead + code[end:]
    return Source(code).with_lines(step.lineno, step.lineno, [])


def duplicated_step(source: Source, random: Random) -> str | None:
    """A step is taken a second time, on its own result."""
    places = []
    for step in source.assignments():
        if isinstance(step.value, ast.BinOp) and isinstance(step.value.left, ast.Name):
            places.append(step)
    if not places:
        return None
    step = random.choice(places)
    assert isinstance(step.value, ast.BinOp)
    start, _ = source.span(step.value.left)
    left, end = source.span(step.value.left)[1], source.span(step.value)[1]
    again = f"{indentation(source.line(step.lineno))}{target(step)} = {target(step)}{source.code[left:end]}"
    return source.with_lines(step.lineno + 1, step.lineno, [again]) if start < left else None


def wrong_variable(source: Source, random: Random) -> str | None:
    """A step reads another variable that is there by then."""
    steps = source.assignments()
    places = []
    for i, step in enumerate(steps):
        known = {target(before) for before in steps[:i]}
        for read in ast.walk(step.value):
            if not (isinstance(read, ast.Name) and isinstance(read.ctx, ast.Load)):
                continue
            if read.id in source.stored and (others := known - {read.id}):
                places.append((read, sorted(others)))
    if not places:
        return None
    read, known_by_then = random.choice(places)
    return source.replaced(read, random.choice(known_by_then))


def wrong_rounding(source: Source, random: Random) -> str | None:
    """A result is cut or rounded that was to be kept as it is, or the other way round."""
    candidates = []
    for node in source.walk():
        match node:
            case ast.Call(func=ast.Name(id="round" | "int"), args=[inner, *_], keywords=[]):
                candidates.append(source.replaced(node, _bracketed(source, inner)))
            case ast.BinOp(op=ast.Div()):
                text = source.text(node)
                candidates += [source.replaced(node, f"{name}({text})") for name in ("int", "round")]
            case ast.BinOp(op=ast.FloorDiv()):
                text = source.text(node)
                start, end = source.between(node.left, node.right)
                if source.code[start:end].count("//") == 1:
                    between = source.code[start:end].replace("//", "/")
                    candidates.append(source.code[:start] + between + source.code[end:])
            case ast.Constant(value=float() as value) if math.isfinite(value):
                candidates.append(source.replaced(node, str(int(value))))
    return random.choice(candidates) if candidates else None


def _bracketed(source: Source, node: ast.expr) -> str:
    text = source.text(node)
    return text if isinstance(node, (ast.Name, ast.Constant, ast.Call)) else f"({text})"


def _once(source: Source, name: str) -> bool:
    """It is given a value in one place only."""
    return sum(isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Store) for n in source.walk()) == 1
