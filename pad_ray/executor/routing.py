"""The decisions of the executor pool, over numbers: who gets the next batch, what is redone, when to give up. No Ray.

A *place* is one of the pool's executors, 0 to n - 1, whichever process holds it at the moment. A *batch* is a run of
programs, numbered as it was admitted. What happens is told to the `Router`; what to do is asked of it.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass

CALLS_PER_ACTOR = 2
"""Batches outstanding per place: one is judged while the next is on its way. More would only hold memory."""

WINDOW_PER_ACTOR = 8
"""Batches admitted and not delivered, per place: so far may the others run ahead of a slow one. Bounds the memory."""

MAX_ATTEMPTS = 3
"""Per batch. Executors that fail three times under the same batch, not all in one place, are no accident."""

MAX_FAILURES_AT_A_PLACE = 3
"""With nothing judged there in between, after which the place stays empty if there are others."""

MAX_FAILURES_IN_A_ROW = 5
"""Anywhere, with nothing judged in between, after which the run is halted."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a router goes."""

    calls: int = CALLS_PER_ACTOR
    window: int = WINDOW_PER_ACTOR
    attempts: int = MAX_ATTEMPTS
    at_a_place: int = MAX_FAILURES_AT_A_PLACE
    in_a_row: int = MAX_FAILURES_IN_A_ROW


def crew(spare: Sequence[float], share: float) -> tuple[int, int]:
    """Executors, one per node that has `share` of a CPU to spare, and the programs that each runs at a time.

    `spare`: CPUs per node. The programs are as many as the least of those nodes has CPUs. One of one, if none has any:
    it starts when something ends.
    """
    able = [cpus for cpus in spare if cpus >= share]
    return max(len(able), 1), max(round(min(able, default=0)), 1)


class Router:
    """Which batch goes where. Every admitted batch is delivered once, in order, or the run is halted."""

    def __init__(self, places: int, limits: Limits | None = None) -> None:
        """`places`: all down at first.

        Raises:
            ValueError: if there is no place.
        """
        if places < 1:
            raise ValueError(f"{places} places; there must be one at least")
        self._limits = limits or Limits()
        self._up: set[int] = set()
        self._given_up: set[int] = set()
        self._outstanding: list[list[int]] = [[] for _ in range(places)]
        self._failures_at = [0] * places
        self._failed_at: dict[int, list[int]] = {}
        """Of every batch that is not judged yet: the places under which it failed."""
        self._waiting: list[int] = []
        self._judged: set[int] = set()
        self._admitted = 0
        self._delivered = 0
        self._failures_in_a_row = 0
        self._halted = ""

    @property
    def halted(self) -> str:
        """Why the run is to be given up; empty while it is not."""
        return self._halted

    @property
    def undelivered(self) -> int:
        """Batches admitted and not delivered."""
        return self._admitted - self._delivered

    @property
    def wants_batch(self) -> bool:
        """Whether a batch that were admitted now could be given out at once, and be held until its turn."""
        served = all(self._place_for(self._failed_at[number]) is None for number in self._waiting)
        return (
            served
            and self._place_for(()) is not None
            and self.undelivered < self._limits.window * len(self._outstanding)
        )

    @property
    def busy(self) -> list[int]:
        """Places that have batches."""
        return [place for place, batches in enumerate(self._outstanding) if batches]

    def outstanding(self, place: int) -> Sequence[int]:
        """The batches that a place has."""
        return self._outstanding[place]

    def up(self, place: int) -> None:
        """The executor at `place` has started: it may be given batches."""
        self._up.add(place)

    def admit(self) -> int:
        """Take in one more batch; its number."""
        number = self._admitted
        self._admitted += 1
        self._failed_at[number] = []
        self._waiting.append(number)
        return number

    def assign(self) -> tuple[int, int] | None:
        """The next (batch, place), outstanding from now on; None if nothing can be given out.

        The lowest batch first, to the place with the fewest outstanding, ties by number. A batch that failed at a place
        does not go there again while another place is up.
        """
        for number in self._waiting:
            place = self._place_for(self._failed_at[number])
            if place is not None:
                self._waiting.remove(number)
                self._outstanding[place].append(number)
                return number, place
        return None

    def judged(self, number: int, place: int) -> None:
        """A batch came back with its verdicts.

        Raises:
            ValueError: if it was not outstanding at `place`.
        """
        self._outstanding[place].remove(number)
        del self._failed_at[number]
        self._judged.add(number)
        self._failures_in_a_row = self._failures_at[place] = 0

    def lost(self, place: int, why: str, batch: int | None = None) -> bool:
        """The executor at `place` failed or died: it is down, and its batches are to be redone.

        `batch`: the one under which it failed; by default the oldest there, since a place judges one after the other.
        The others are not to blame. An executor that dies while it starts holds none, and counts as a failure too.

        Returns:
            Whether another is to be started there: not where they only fail, unless it is the last place.

        Raises:
            ValueError: if `batch` was not outstanding at `place`.
        """
        if batch is not None and batch not in self._outstanding[place]:
            raise ValueError(f"batch {batch} is not at place {place}")
        redone, self._outstanding[place] = self._outstanding[place], []
        self._up.discard(place)
        for number in redone:
            insort(self._waiting, number)
        if redone:
            self._blame(redone[0] if batch is None else batch, place, why)
        return self._count_failure(place, why)

    def deliver(self) -> int | None:
        """The next batch in order, if it is judged; from then on it is no longer held."""
        if self._delivered not in self._judged:
            return None
        self._judged.remove(self._delivered)
        self._delivered += 1
        return self._delivered - 1

    def stopped(self, place: int) -> None:
        """The executor at `place` was ended on purpose: it is down, and nobody is to blame. For use before `forget`."""
        self._up.discard(place)

    def forget(self) -> None:
        """Nobody waits for the batches any more: begin again at 0. Places stay as they are, with nothing to do."""
        for batches in self._outstanding:
            batches.clear()
        self._failed_at.clear()
        self._waiting.clear()
        self._judged.clear()
        self._admitted = self._delivered = self._failures_in_a_row = 0
        self._halted = ""

    def _place_for(self, failed_at: Sequence[int]) -> int | None:
        others = self._up.difference(failed_at)
        free = [place for place in others or self._up if len(self._outstanding[place]) < self._limits.calls]
        return min(free, key=lambda place: (len(self._outstanding[place]), place), default=None)

    def _blame(self, number: int, place: int, why: str) -> None:
        failed_at = self._failed_at[number]
        failed_at.append(place)
        if len(failed_at) >= self._limits.attempts:
            self._halt(f"a batch of programs could not be judged in {len(failed_at)} attempts; the last failure: {why}")

    def _count_failure(self, place: int, why: str) -> bool:
        self._failures_in_a_row += 1
        self._failures_at[place] += 1
        # All executors of a node that is lost fail at the same moment.
        if self._failures_in_a_row >= max(self._limits.in_a_row, 2 * len(self._outstanding)):
            self._halt(f"the executors failed {self._failures_in_a_row} times in a row; the last failure: {why}")
        last = len(self._given_up) == len(self._outstanding) - 1
        if self._failures_at[place] >= self._limits.at_a_place and not last:
            self._given_up.add(place)
        return place not in self._given_up

    def _halt(self, why: str) -> None:
        self._halted = self._halted or why
