"""The numbers of a question and those of its program, held against each other. Pure; nothing is known of the answer,
and what a model wrote is given to no parser.

Of 245 programs of a small student that ran and were wrong, 205 leave out a number that the question gives; of 249 right
ones 49 do (benchmarks/notes/refinement.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from pad_ray.refinement.silent import UNITS

GIVEN = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
"""A number in a text, with separators of thousands or without."""

PERCENT = re.compile(rf"({GIVEN.pattern})\s*(?:%|per ?cent\b)")

WRITTEN = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
"""A plain number in a program: no part of a name, no power of ten, not in base 16."""

COMMENT = re.compile(r"#.*")

CONVERTING = frozenset({Fraction(1), *(Fraction(str(number)) for number in UNITS)})
"""Numbers that convert units, or make the rest of a share."""

LONGEST = 24
"""Characters of a number; a longer one is no number of a word problem."""


def not_read(question: str, code: str) -> list[str]:
    """Numbers that the question gives in digits and the program does not have, in their order."""
    return _without(_given(question), _written(code))


def not_given(question: str, code: str) -> list[str]:
    """Numbers that the program has and the question does not give in digits, in their order: constants that convert
    units, what the question gives in words, and what is misread."""
    return _without(_written(code), _given(question))


def misread(question: str, code: str) -> int:
    """How many numbers the program leaves out or has from elsewhere, for the choice between two programs: 0.25 reads
    25 %, and a number that converts units is nothing against it."""
    given, written = ({Fraction(text) for text in texts} for texts in (_given(question), _written(code)))
    percents = {Fraction(text.replace(",", "")) for text in PERCENT.findall(question) if len(text) <= LONGEST}
    as_shares = {number / 100 for number in percents}
    left_out = {number for number in given - written if number not in percents or number / 100 not in written}
    return len(left_out) + len(written - given - as_shares - CONVERTING)


def _given(question: str) -> list[str]:
    return [text.replace(",", "") for text in GIVEN.findall(question) if len(text) <= LONGEST]


def _written(code: str) -> list[str]:
    return [text for text in WRITTEN.findall(COMMENT.sub("", code)) if len(text) <= LONGEST]


def _without(numbers: Iterable[str], others: Iterable[str]) -> list[str]:
    """Those of the numbers that are none of the others, whatever they are written like; each once."""
    known = {Fraction(other) for other in others}
    found: dict[Fraction, str] = {}
    for number in numbers:
        if Fraction(number) not in known:
            found.setdefault(Fraction(number), number)
    return list(found.values())
