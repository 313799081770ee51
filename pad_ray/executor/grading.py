"""Does an answer, as text, equal the gold answer? Pure and linear: text in, bool out, nothing is evaluated.

Numbers are those of `pad_ray.number`, compared exactly (as fractions), with the tolerance of the answer contract. What
is no number is never equal to one.
"""

from __future__ import annotations

from fractions import Fraction

from pad_ray.number import number

ABSOLUTE_TOLERANCE = Fraction(1, 1000)
"""Answer contract: money rounded to a tenth of a cent is the same answer."""

RELATIVE_TOLERANCE = Fraction(1, 1_000_000)
"""Of the gold answer. Answer contract: large results of float arithmetic."""


def same_answer(given: str, gold: str, kind: str) -> bool:
    """Whether `given` is the answer `gold`. `kind` is `number` or `text` (case-folded, stripped).

    A `number` question whose gold answer is no number (some of ASDiv's) is compared as text.
    """
    if kind == "number":
        wanted = number(gold)
        if wanted is not None:
            found, tolerance = number(given), max(ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE * abs(wanted))
            return found is not None and abs(found - wanted) <= tolerance
    return given.strip().casefold() == gold.strip().casefold()
