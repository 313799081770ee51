"""Errors that the interpreter reports, put into a right program. Pure; `injection` is the way in.

Each edit takes a program and a random source, and returns the faulty text, or None where it finds no place.
"""

from __future__ import annotations

import ast
import builtins
import keyword
from collections.abc import Callable
from random import Random

from pad_ray.refinement.source import Source, Unparsable, indentation, names_read, target


def undefined_name(source: Source, random: Random) -> str | None:
    """A variable is read under a name that nobody assigned: a part of its own, or with a word more."""
    return _renamed(
        source,
        random,
        lambda name: [
            f"total_{name}",
            f"{name}_count",
            f"{name}_total",
            name.partition("_")[2],
            name.rpartition("_")[0],
        ],
    )


def misspelt_name(source: Source, random: Random) -> str | None:
    """A variable is read with a letter missing, doubled or in another's place."""

    def misspelt(name: str) -> list[str]:
        place = random.randrange(len(name))
        swapped = name[:place] + name[place + 1 : place + 2] + name[place] + name[place + 2 :]
        dropped, doubled = name[:place] + name[place + 1 :], name[:place] + name[place] * 2 + name[place + 1 :]
        return [f"{name}s", name[:-1], dropped, doubled, swapped]

    return _renamed(source, random, misspelt)


def use_before_assignment(source: Source, random: Random) -> str | None:
    """A step stands after the first step that needs it."""
    steps = source.assignments()
    places = []
    for i, step in enumerate(steps):
        users = [j for j in range(i + 1, len(steps)) if target(step) in names_read(steps[j].value)]
        if users and all(target(step) != target(other) for other in steps[:i]):
            places.append((step, steps[users[0]]))
    if not places:
        return None
    step, user = random.choice(places)
    between = [source.line(n) for n in range(step.lineno + 1, user.lineno + 1)]
    return source.with_lines(step.lineno, user.lineno, [*between, source.line(step.lineno)])


def missing_return(source: Source, random: Random) -> str | None:
    """The last line of the function, which gives the answer, is left out."""
    last = source.body[-1] if len(source.body) > 1 else None
    if not isinstance(last, ast.Return) or last.value is None:
        return None
    return source.with_lines(last.lineno, last.end_lineno or last.lineno, [])


def wrong_arity(source: Source, random: Random) -> str | None:
    """A function is called with an argument too many or too few."""
    calls = [n for n in source.walk() if isinstance(n, ast.Call) and n.args and not n.keywords]
    candidates = [source.replaced(call, f"{source.text(call.func)}()") for call in calls]
    # Where nothing is called: as if there were a function for what the operator does.
    for operation in source.operations():
        left, right = source.text(operation.left), source.text(operation.right)
        candidates += [source.replaced(operation, f"{name}({left}, {right})") for name in ("abs", "float")]
    return random.choice(candidates) if candidates else None


def type_confusion(source: Source, random: Random) -> str | None:
    """A number is written as text, and then computed with."""
    places = [number for number in source.numbers() if number.value]
    if not places:
        return None
    place = random.choice(places)
    return source.replaced(place, f'"{source.text(place)}"')


def division_by_zero(source: Source, random: Random) -> str | None:
    """A divisor is nothing: a zero, or a difference of what is the same."""
    divisions = [o for o in source.operations() if isinstance(o.op, (ast.Div, ast.FloorDiv, ast.Mod))]
    if divisions:
        divisor = random.choice(divisions).right
        text = source.text(divisor)
        return source.replaced(divisor, random.choice(["0", f"({text} - {text})"]))
    products = [o for o in source.operations() if isinstance(o.op, ast.Mult)]
    if not products:
        return None
    product = random.choice(products)
    left, right = source.text(product.left), source.text(product.right)
    return source.replaced(product, f"{left} / ({right} - {right})")


def index_error(source: Source, random: Random) -> str | None:
    """A value is looked for beyond the end of a list."""
    reads = source.reads()
    if not reads:
        return None
    place = random.choice(reads)
    return source.replaced(place, f"[{place.id}][1]")


def key_error(source: Source, random: Random) -> str | None:
    """A value is looked for under a key that is not there."""
    reads = source.reads()
    if not reads:
        return None
    place = random.choice(reads)
    asked = place.id[:-1] or f"{place.id}s"
    return source.replaced(place, f'{{"{place.id}": {place.id}}}["{asked}"]')


def infinite_loop(source: Source, random: Random) -> str | None:
    """A step is repeated until something changes that never does."""
    steps = source.assignments()
    if not steps:
        return None
    step = random.choice(steps)
    line = source.line(step.lineno)
    indent = indentation(line)
    known = [target(before) for before in steps if before.lineno < step.lineno]
    condition = "True"
    if known:
        name = random.choice(known)
        condition = random.choice(["True", f"{name} == {name}"])
        if target(step) == name or name in names_read(step.value):
            condition = "True"
    return source.with_lines(step.lineno, step.lineno, [f"{indent}while {condition}:", f"    {line}"])


def dropped_colon(source: Source, random: Random) -> str | None:
    lines = _lines_of(source)
    return _broken(source, random, [(i, line.rstrip()[:-1]) for i, line in lines if line.rstrip().endswith(":")])


def dropped_bracket(source: Source, random: Random) -> str | None:
    changed = []
    for i, line in _lines_of(source):
        changed += [(i, line[:at] + line[at + 1 :]) for at, sign in enumerate(line) if sign in "()[]"]
    return _broken(source, random, changed)


def wrong_indentation(source: Source, random: Random) -> str | None:
    """A line stands too far to the right, or not far enough."""
    changed = []
    for i, line in _lines_of(source):
        if line.strip():
            changed += [(i, f"   {line}"), (i, line[1:])] if line.startswith(" ") else [(i, f"  {line}")]
    return _broken(source, random, changed)


def doubled_sign(source: Source, random: Random) -> str | None:
    """An equals sign stands there twice, or an operator without its second operand."""
    changed = []
    for i, line in _lines_of(source):
        if " = " in line:
            changed.append((i, line.replace(" = ", " = = ", 1)))
        changed += [(i, line.replace(f" {sign} ", f" {sign} {sign} ", 1)) for sign in ("*", "/") if f" {sign} " in line]
    return _broken(source, random, changed)


def _lines_of(source: Source) -> list[tuple[int, str]]:
    return list(enumerate(source.code.split("\n")))


def _broken(source: Source, random: Random, changed: list[tuple[int, str]]) -> str | None:
    """The program with one of the changed lines, of those with which it does not parse any more."""
    lines = source.code.split("\n")
    candidates = ["\n".join([*lines[:i], line, *lines[i + 1 :]]) for i, line in changed]
    broken = [candidate for candidate in candidates if not parses(candidate)]
    return random.choice(broken) if broken else None


def parses(code: str) -> bool:
    try:
        return bool(Source(code).tree)
    except Unparsable:
        return False


def _renamed(source: Source, random: Random, wrong_names: Callable[[str], list[str]]) -> str | None:
    reads = source.reads()
    if not reads:
        return None
    place = random.choice(reads)
    known = _known(source)
    wrong = [n for n in wrong_names(place.id) if n.isidentifier() and n not in known and not hasattr(builtins, n)]
    return source.replaced(place, random.choice(wrong)) if wrong else None


def _known(source: Source) -> set[str]:
    known = set(source.stored) | set(keyword.kwlist)
    for node in source.walk():
        match node:
            case ast.FunctionDef(name=name) | ast.arg(arg=name):
                known.add(name)
            case ast.alias(name=name, asname=other):
                known.add(other or name)
    return known
