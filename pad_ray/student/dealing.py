"""The steps of a training on another number of ranks than it began with. Pure.

A step stays what it was: the same entries, of which the loss is the mean over all their tokens. They are dealt anew to
the ranks that there are, in as many micro-steps as that takes.
"""

from __future__ import annotations

import math

import numpy as np

from pad_ray.student.order import Schedule, shares
from pad_ray.student.packing import EMPTY, Bins


def deal(entries: np.ndarray, lengths: np.ndarray, *, accumulation: int, ranks: int, batch: int) -> np.ndarray:
    """Entries int64[steps, entries of a step], `EMPTY` anywhere, -> int64[steps, accumulation, ranks, batch].

    In each step the micro-steps, and in these the ranks, get as many as any other, or one fewer; the longest come first
    together, so that little is padded.

    Args:
        lengths: tokens of each entry, in the shape of `entries`.
    """
    from_long_to_short = np.argsort(np.where(entries == EMPTY, 1, -lengths), axis=1, kind="stable")
    entries = np.take_along_axis(entries, from_long_to_short, axis=1)
    per_rank = shares(shares((entries != EMPTY).sum(axis=1), accumulation), ranks)
    dealt = np.full((len(entries), accumulation, ranks, batch), EMPTY, dtype=np.int64)
    dealt[np.arange(batch) < per_rank[..., None]] = entries[entries != EMPTY]
    return dealt


class Dealing:
    """A schedule as `ranks` ranks go through it; on as many as it was made for, it is as it was made."""

    def __init__(self, schedule: Schedule, ranks: int) -> None:
        self.schedule, self._ranks = schedule, ranks
        self._as_made = ranks == schedule.ranks
        self.accumulation = math.ceil(schedule.accumulation * schedule.ranks / ranks)
        """Micro-steps per optimizer step."""

    def __len__(self) -> int:
        """Places in the order of an epoch, empty ones included."""
        if self._as_made:
            return self.schedule.examples_per_epoch
        return self.schedule.steps_per_epoch * self.accumulation * self._ranks * self.schedule.batch

    def order(self, epoch: int) -> np.ndarray | Bins:
        """As `Schedule.order`: rank r of micro-step i takes the `batch` entries from `(i * ranks + r) * batch` on."""
        if self._as_made:
            return self.schedule.order(epoch)
        entries, lengths = self.schedule.entries(epoch)
        dealt = deal(
            entries, lengths, accumulation=self.accumulation, ranks=self._ranks, batch=self.schedule.batch
        )  # fmt: skip
        return self.schedule.rows(epoch, dealt.reshape(-1))
