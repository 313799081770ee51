"""What a synthesis has done and spent, as sums that add up, and how fast it goes. Pure: numbers in, numbers out.

Each worker reports its own sums since it started; the run's are the sums of all workers, dead ones included. What was
spent (tokens, dollars, programs run) is counted as it happens; what was gained (questions, kept programs, parts) when
its part is committed, since a part that a crash interrupts is done again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from pad_ray.records import Status
from pad_ray.shards.sums import Sums

WINDOW_SECONDS = 60.0
"""Over which a rate is taken: long enough to smooth out blocks that end together, short enough to show a stall."""

ETA_WINDOW_SECONDS = 900.0
"""Over which the rate of questions is taken for the time left. They are counted block by block, and a block takes
minutes."""

ETA_LEAST_SECONDS = 10.0
"""Before less than this has passed since the first block ended, a rate says nothing about the time left."""


@dataclass(frozen=True, slots=True)
class Figures(Sums):
    """Sums since the start of a worker, of an attempt or of a run. All of them add up, `in_flight` included."""

    programs: Mapping[str, int] = field(default_factory=dict)
    """Programs judged, by `Status`."""
    completion_tokens: int = 0
    """All that the teacher wrote, the wasted ones included."""
    parts: int = 0
    """Parts committed."""
    engine_deaths: int = 0
    executor_failures: int = 0
    """Times that the machinery around programs failed; not one of them is a verdict."""
    in_flight: int = 0
    """Draws that are being written now."""

    def __add__(self, other: Figures) -> Figures:
        return Figures(**{f.name: _plus(getattr(self, f.name), getattr(other, f.name)) for f in fields(self)})

    def __sub__(self, earlier: Figures) -> Figures:
        """What came since `earlier`."""
        return Figures(**{f.name: _minus(getattr(self, f.name), getattr(earlier, f.name)) for f in fields(self)})

    @property
    def judged(self) -> int:
        """Programs of any status."""
        return sum(self.programs.values())

    @property
    def right(self) -> int:
        return self.programs.get(Status.RIGHT, 0)

    @property
    def yield_(self) -> float:
        """Share of the programs that were right; 0 while there is none."""
        return self.right / self.judged if self.judged else 0.0

    @property
    def exhausted(self) -> int:
        """Questions that got all the samples they may have, without enough right programs among them."""
        return self.questions - self.satisfied - self.given_up - self.failed


def _plus(one: Any, other: Any) -> Any:
    if isinstance(one, Mapping):
        return {status: one.get(status, 0) + other.get(status, 0) for status in one | other}
    return one + other


def _minus(one: Any, other: Any) -> Any:
    if isinstance(one, Mapping):
        return {status: one.get(status, 0) - other.get(status, 0) for status in one | other}
    return one - other


@dataclass(frozen=True, slots=True)
class Rates:
    """How fast it goes, per second over the last minute."""

    tokens: float = 0.0
    """Completion tokens."""
    programs: Mapping[str, float] = field(default_factory=dict)
    """Programs judged, by status; those that did not come up are left out."""
    kept: float = 0.0
    eta_seconds: float | None = None
    """Until the last question is done; None where too little is known."""


class Meter:
    """Rates of sums that grow. Feed it about once a second.

    Args:
        questions: How many there are in all.
    """

    def __init__(self, questions: int) -> None:
        self._questions = questions
        self._seen: deque[tuple[float, Figures]] = deque()
        self._ends: deque[tuple[float, int]] = deque()
        self._questions_seen = 0

    def observe(self, figures: Figures, now: float) -> Rates:
        """`now`: monotonic, in seconds."""
        if figures.questions > self._questions_seen:
            # What is there at the first look was done before: it has no time.
            if self._seen:
                self._ends.append((now, figures.questions))
            self._questions_seen = figures.questions
        self._seen.append((now, figures))
        # One that is older than the window stays, so that the whole window is covered.
        _forget(self._seen, now - WINDOW_SECONDS, keep=1)
        _forget(self._ends, now - ETA_WINDOW_SECONDS, keep=2)
        then, before = self._seen[0]
        eta = self._eta(figures, now)
        if now <= then:
            return Rates(eta_seconds=eta)
        grown, seconds = figures - before, now - then
        return Rates(
            tokens=grown.completion_tokens / seconds,
            programs={status: count / seconds for status, count in grown.programs.items() if count},
            kept=grown.kept / seconds,
            eta_seconds=eta,
        )

    def _eta(self, figures: Figures, now: float) -> float | None:
        """Engines load at the start: the rate counts from the end of the first block."""
        left = self._questions - figures.questions
        if left <= 0:
            return 0.0
        if len(self._ends) < 2:
            return None
        (first, questions), (last, _) = self._ends[0], self._ends[-1]
        # The next block is under way: only a longer wait than for those before is a slowdown.
        usual = (last - first) / (len(self._ends) - 1)
        seconds = max(last - first, now - first - usual)
        return left * seconds / (self._questions_seen - questions) if seconds >= ETA_LEAST_SECONDS else None


def _forget(entries: deque[Any], until: float, keep: int) -> None:
    """All that is older than `until`, but for the youngest of it and the last `keep`."""
    while len(entries) > keep and entries[1][0] <= until:
        entries.popleft()
