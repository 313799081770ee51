"""Two models on the same questions. Pure.

A question counts for the model that gets it right where the other does not (of several draws: more often); those that
both get right, or both wrong, say nothing of a difference (McNemar 1947, Psychometrika 12). The test is the exact one,
as the counts may be small. The unit is the question: several draws of it, or several seeds, are not so many questions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pad_ray.errors import QuestionsError


@dataclass(frozen=True, slots=True)
class Paired:
    """A model against another one."""

    questions: int
    first: int
    """Questions that the first alone gets right, or more often."""
    second: int
    """Questions that the second alone gets right, or more often."""
    p: float
    """Chance of counts as uneven as these or more, if neither were better (two-sided)."""
    gain: float
    """By how much the second is better: the difference of the accuracies on these questions."""


def mcnemar(first: int, second: int) -> float:
    """The exact two-sided p of so many questions that one of two models alone got right."""
    count = first + second
    if not count:
        return 1.0
    tail = math.fsum(math.comb(count, k) / 2**count for k in range(min(first, second) + 1))
    return min(1.0, 2 * tail)


def compared(first: Mapping[str, float], second: Mapping[str, float]) -> Paired:
    """The shares of right draws of two models, by question.

    Raises:
        QuestionsError: they were asked other questions.
    """
    common = first.keys() & second.keys()
    if first.keys() != second.keys():
        raise QuestionsError(
            f"these were asked other questions: {len(common):,} of {len(first):,} and {len(second):,} are the same; "
            "evaluate both on the same sets, or compare only what is the same with --intersect"
        )
    if not common:
        raise QuestionsError("these have no question in common, and cannot be compared")
    gains = [second[question] - first[question] for question in common]
    only_first, only_second = sum(gain < 0 for gain in gains), sum(gain > 0 for gain in gains)
    return Paired(
        len(common), only_first, only_second, mcnemar(only_first, only_second), math.fsum(gains) / len(common)
    )
