"""The order of a training on segments that come one by one, and where a segment ends: pure.

First pass: segment after segment, each one epoch of a `Schedule` of its own. Later epochs: an ordinary `Schedule` over
all segments. So all follows from the segments, however long any of them was waited for.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np

from pad_ray.config import StudentConfig
from pad_ray.config.student import BudgetConfig
from pad_ray.errors import ConfigError
from pad_ray.shards.writer import ShardRecord
from pad_ray.student.dealing import Dealing
from pad_ray.student.order import Schedule
from pad_ray.student.packing import EMPTY, Bins

LEAST_STEPS = 8
"""Optimizer steps in a segment at least: with fewer, lengths differ more within a step and rows are less full, as both
are chosen among the examples of one segment; with more, the ranks wait longer for the first."""

DECAY_SHARE = 0.1
"""Of the steps done, that the decay takes at least where there are enough: MiniCPM's 10 %."""

ENDLESS = 2**31 - 1
"""Steps of a training whose end is not known yet, for those who want a number."""

Deal = Callable[[np.ndarray, float, int], Schedule]
"""(lengths, epochs, seed) -> the schedule of one part."""


def check_stream(config: StudentConfig) -> None:
    """Refuse what cannot be trained while the synthesis goes on.

    Raises:
        ConfigError: names the key and what would be right.
    """
    if config.epochs < 1:
        raise ConfigError(
            f"student.epochs: {config.epochs:g} of a corpus that is not known yet cannot be chosen; set it to 1 or "
            "more, or student.stream to false"
        )
    if config.budget != BudgetConfig():
        raise ConfigError(
            "student.budget: is counted on a corpus that is known; leave it out, or set student.stream to false"
        )


def later_epochs(epochs: float) -> float:
    """Passes after the first; rounded, as 1.1 - 1 is a little more than 0.1 and would be a step more."""
    return round(epochs - 1, 9)


def held_back(done: int, epochs: float) -> int:
    """Steps that must be left for the last segment, after `done` steps: for the decay, which begins with it."""
    return max(LEAST_STEPS, math.ceil((DECAY_SHARE - later_epochs(epochs)) * done))


def to_cut(steps: Sequence[float], done: int, epochs: float) -> int:
    """How many shards the next segment takes while the synthesis goes on: as many as may be, or none yet.

    Args:
        steps: that each new shard is worth, about.
        done: steps of the segments before.
    """
    taken = [0.0, *accumulate(steps)]
    for count in range(len(steps), 0, -1):
        if taken[count] < LEAST_STEPS:
            return 0
        if taken[-1] - taken[count] >= held_back(done + math.ceil(taken[count]), epochs):
            return count
    return 0


def programs_of(shards: Sequence[ShardRecord]) -> int:
    """About how many examples these shards give; at least 1."""
    return max(sum(shard.kept or shard.statuses.get("right", 0) for shard in shards), 1)


def warmup_steps(steps: int, share: float, config: StudentConfig) -> int:
    """Steps of the warm-up: of as many as there will be if all questions give as many examples as the first ones.

    Args:
        steps: of one pass over the first segment.
        share: of all questions that it was made of.
    """
    whole = steps / share
    return math.ceil(config.warmup_ratio * (whole + later_epochs(config.epochs) * whole))


def segment_seed(seed: int, number: int) -> int:
    """A seed for the shuffle of a segment; of another segment another."""
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0])


@dataclass(frozen=True, slots=True)
class Part:
    """One segment's pass, or all later epochs."""

    first_step: int
    """Steps before it."""
    tokens: int
    """Useful tokens before it."""
    offset: int
    """Examples before its first, in all segments end to end."""
    schedule: Schedule

    @property
    def passes(self) -> int:
        return math.ceil(self.schedule.total_steps / self.schedule.steps_per_epoch)

    def entries(self, number: int, ranks: int) -> list[Any]:
        """Entries of one pass for so many ranks, filled up with empty ones to whole optimizer steps.

        A pass in the midst of a training cannot end with fewer micro-batches than a step has: Trainer counts them.
        """
        dealing = Dealing(self.schedule, ranks)
        order = dealing.order(number)
        per_step = dealing.accumulation * ranks * self.schedule.batch
        missing = self.schedule.steps_per_epoch * per_step - len(dealing)
        if isinstance(order, Bins):
            return Bins(order.members + self.offset, order.starts).tolist() + [()] * missing
        shifted: list[Any] = np.where(order == EMPTY, EMPTY, order + self.offset).tolist()
        return shifted + [EMPTY] * missing


class StreamedSchedule:
    """What `Schedule` tells of a corpus, for segments: as far as they are known.

    `add` each segment in its order, and `close` where none of them was the last.
    """

    def __init__(self, deal: Deal, *, epochs: float, seed: int) -> None:
        self._deal, self._epochs, self._seed = deal, epochs, seed
        self.parts: list[Part] = []
        self._lengths: list[np.ndarray] = []
        self.known_steps = 0
        self.total_steps: int | None = None
        """None until the last segment is known."""
        self.decay_begins: int | None = None
        """Steps before the learning rate decays: all before the last segment."""
        self._known_tokens = 0

    def add(self, lengths: np.ndarray, *, last: bool) -> None:
        """The next segment; `lengths`: tokens per example, int[examples]."""
        number, before = len(self._lengths), self.known_steps
        offset = sum(map(len, self._lengths))
        self._lengths.append(lengths)
        self._append(offset, self._deal(lengths, 1, segment_seed(self._seed, number)))
        if last:
            self._close(before)

    def close(self) -> None:
        """There is no further segment; nothing happens if that is known."""
        if self.total_steps is None:
            self._close(self.known_steps)

    def _close(self, decay_begins: int) -> None:
        later = later_epochs(self._epochs)
        if later > 0:
            self._append(0, self._deal(np.concatenate(self._lengths), later, self._seed))
        self.total_steps, self.decay_begins = self.known_steps, decay_begins

    def _append(self, offset: int, schedule: Schedule) -> None:
        self.parts.append(Part(self.known_steps, self._known_tokens, offset, schedule))
        self.known_steps += schedule.total_steps
        self._known_tokens += schedule.tokens_after(schedule.total_steps)

    def steps_of(self, lengths: np.ndarray) -> int:
        """Steps of a pass over these examples alone."""
        return self._deal(lengths, 1, self._seed).total_steps

    def members(self, step: int) -> list[np.ndarray]:
        """As `Schedule.members`; the examples are counted through all segments."""
        part = self._part(step - 1)
        return [members + part.offset for members in part.schedule.members(step - part.first_step)]

    def tokens_after(self, step: int) -> int:
        """As `Schedule.tokens_after`, for steps that are known."""
        if step == 0:
            return 0
        part = self._part(step - 1)
        return part.tokens + part.schedule.tokens_after(step - part.first_step)

    def _part(self, done: int) -> Part:
        """The part of the step after `done`."""
        return self.parts[bisect_right(self.parts, done, key=lambda part: part.first_step) - 1]
