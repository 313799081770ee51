"""How much is learnt from, so that two students can be compared at equal cost (`student.budget`). Pure.

examples   so many of the corpus, drawn by the seed
tokens     the training ends with the optimizer step that reaches them, or with its epochs
steps      so many optimizer steps, fewer or more than the epochs have
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol

import numpy as np

from pad_ray.config import BudgetConfig


class Steps(Protocol):
    """Of `order.Schedule`, what a budget needs to know."""

    steps_per_epoch: int
    total_steps: int

    def tokens_after(self, step: int, /) -> int: ...


def last_step(schedule: Steps, *, tokens: int | None = None, steps: int | None = None) -> int:
    """Optimizer steps of a training of this schedule within the budget; without one those of its epochs.

    Of both limits the one that is reached first counts. `steps` may go on into further epochs, `tokens` does not.
    """
    end = schedule.total_steps if steps is None else steps
    return end if tokens is None else min(end, step_that_reaches(schedule, tokens))


def step_that_reaches(schedule: Steps, tokens: int) -> int:
    """The first optimizer step after which so many useful tokens have gone through the model."""
    per_epoch = schedule.tokens_after(schedule.steps_per_epoch)
    # Whole epochs are counted, not drawn: drawing one takes a while where examples are many.
    before = (tokens - 1) // per_epoch * schedule.steps_per_epoch
    within = range(before + 1, before + schedule.steps_per_epoch)
    return within.start + bisect_left(within, tokens, key=schedule.tokens_after)


def expected_steps(
    epochs: float, steps_per_epoch: int, tokens_per_step: float, *, tokens: int | None, steps: int | None
) -> int:
    """`last_step` before there is a schedule, with as many tokens in every step."""
    end = math.ceil(epochs * steps_per_epoch) if steps is None else steps
    return end if tokens is None else min(end, math.ceil(tokens / tokens_per_step))


def unspent(budget: BudgetConfig, *, examples: int, tokens: int) -> str:
    """What a finished training has left of its budget, in words; empty where it is spent: who compares students at
    equal cost must know.

    Args:
        examples: in the corpus.
        tokens: useful ones that went through the model.
    """
    short = []
    if budget.examples and examples < budget.examples:
        short.append(f"there are {examples:,} examples and not student.budget.examples={budget.examples:,}")
    if budget.tokens and budget.steps is None and tokens < budget.tokens:
        short.append(f"the epochs ended at {tokens:,} tokens, before student.budget.tokens={budget.tokens:,}")
    return "; ".join(short)


@dataclass(frozen=True, slots=True)
class Draw:
    """Which examples of a corpus are learnt from."""

    count: int
    seed: int

    def places(self, source_ids: Iterable[str]) -> np.ndarray:
        """Where each example stands in the draw, uint64[examples]: the lowest are taken.

        By the hash of its id: a larger budget has the examples of a smaller one among its own, and an example that is
        gone or new moves no other.
        """
        return np.fromiter((self._place(name) for name in source_ids), np.uint64)

    def _place(self, name: str) -> int:
        text = f"{self.seed}/{name}".encode("utf-8", "surrogatepass")
        return int.from_bytes(blake2b(text, digest_size=8).digest(), "little")

    def taken(self, places: np.ndarray, possible: np.ndarray) -> np.ndarray:
        """The examples that are taken, bool[examples]: exactly `count` of those that are `possible`, or all of them."""
        candidates = np.flatnonzero(possible)
        # Stable, so that of examples without an id, which all have the same place, the first are taken.
        order = np.argsort(places[candidates], kind="stable")
        taken = np.zeros(len(places), dtype=bool)
        taken[candidates[order[: self.count]]] = True
        return taken
