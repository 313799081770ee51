"""Columns of a raw row, read with a message that tells the owner of the file what to mend."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pad_ray.number import number
from pad_ray.records import Question

MAX_SHOWN = 60
"""Most characters of an offending value that a message repeats."""

_PLAIN = str.maketrans({"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-", ",": "", "$": "", "€": "", "£": ""})


class RowError(ValueError):
    """One row cannot be read: what is wrong; what would be right."""


@dataclass(frozen=True, slots=True)
class Row:
    """A raw row, or the reason why there is none. `position` is 0-based: the line, or the place in the array."""

    where: str
    position: int
    raw: Any
    problem: str = ""


Mapper = Callable[[Mapping[str, Any], int], Question]
"""(raw row, position) -> Question; raises RowError. The same for a file and for the hub."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """What became of one row: a question, or a problem in words."""

    where: str
    question: Question | None
    problem: str = ""


def read(rows: Iterable[Row], mapper: Mapper) -> Iterator[ReadRow]:
    """Map every row; a row that cannot be mapped is a `ReadRow` with a problem, for the stream to judge."""
    for row in rows:
        if row.problem:
            yield ReadRow(row.where, None, row.problem)
            continue
        try:
            if not isinstance(row.raw, Mapping):
                raise RowError(f"the row is {shown(row.raw)}; an object of named columns is wanted")
            question = mapper(row.raw, row.position)
        except RowError as error:
            yield ReadRow(row.where, None, " ".join(str(error).split()))
        else:
            yield ReadRow(row.where, question)


def shown(value: object) -> str:
    """A value as a message repeats it: one short line."""
    text = " ".join(repr(value).split())
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "..."


def text_of(raw: Mapping[str, Any], *columns: str) -> str:
    """The text in the first of `columns` that is there, stripped.

    Raises:
        RowError: if none is there, or it is not text, or empty, or not valid Unicode (a lone surrogate).
    """
    name, value = _column(raw, columns)
    if not isinstance(value, str):
        raise RowError(f"{name!r} is {shown(value)}; text is wanted")
    value = value.strip()
    if not value:
        raise RowError(f"{name!r} is empty; text is wanted")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise RowError(f"{name!r} holds half a surrogate pair; valid Unicode is wanted") from None
    return value


def number_of(raw: Mapping[str, Any], *columns: str) -> str:
    """The number in the first of `columns` that is there, as text without a needless `.0` or thousands commas.

    Raises:
        RowError: if none is there or it is not a number that grading reads.
    """
    name, value = _column(raw, columns)
    if isinstance(value, str | int | float) and not isinstance(value, bool) and number(str(value)) is not None:
        return number_text(str(value))
    raise RowError(f"{name!r} is {shown(value)}; a number is wanted")


def number_text(text: str) -> str:
    """The written number, plain, and for `pad_ray.number` the same as before: `$1,200` -> `1200`, `51.0` -> `51`; a
    fraction stays one, a percentage keeps its sign, and what a program printed (`Fraction(1, 2)`) is not touched."""
    text = text.strip()
    if "(" in text or "[" in text:
        return text  # a comma in there does not stand for thousands
    plain = text.translate(_PLAIN).strip()
    return re.sub(r"^([+-]?[0-9]+)\.0*$", r"\1", plain)


def _column(raw: Mapping[str, Any], columns: tuple[str, ...]) -> tuple[str, Any]:
    for name in columns:
        if raw.get(name) is not None:
            return name, raw[name]
    has = ", ".join(sorted(map(str, raw))[:8]) or "no columns"
    raise RowError(f"no {' or '.join(map(repr, columns))}; the row has {shown(has)}")
