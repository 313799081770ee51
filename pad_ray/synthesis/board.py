"""The board of a run: where its workers post their sums, and learn that no new part is to be taken up.

One actor per run, which dies with its driver. It holds nothing that it cannot be told again: a worker posts all its
sums each time, and the driver repeats a stop with every look. So a board that was restarted is right again after a
second. Its methods take microseconds; one at a time is enough for hundreds of workers.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pad_ray.synthesis.figures import Figures

DEATHS_IN_A_ROW = 5
"""Engines that die with no part committed in between, before the run halts. One or two is a sick node or a lost spot
machine; five is a model that does not fit or a setting that kills, and each start of a large model takes minutes."""

MOST_NOTES = 50
"""What comes after that repeats what was said."""

SILENT_SECONDS = 30.0
"""A worker reports every second; one that has been silent this long is dead, and what it had in flight is gone."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What is on the board."""

    by_worker: dict[str, Figures]
    """The last sums of every worker since the board started; of those that are gone, without what was in flight."""
    workers: int
    """Those that are alive."""
    halt: str
    """Why the run is to end before its last part; empty if it is not."""
    notes: tuple[str, ...] = ()
    """What workers had to say, from the first one on."""


class Board:
    """A plain class; `start_board` makes it an actor.

    Args:
        stagger_seconds: Between the starts of two engines.
        most_engines: That may be alive at a time.
        clock: Monotonic seconds.
    """

    def __init__(self, stagger_seconds: float, most_engines: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._stagger = stagger_seconds
        self._most_engines = most_engines
        self._clock = clock
        self._figures: dict[str, Figures] = {}
        self._heard: dict[str, float] = {}
        self._halt = ""
        self._notes: list[str] = []
        self._deaths = 0
        self._starts = 0
        self._next_start = clock()

    def report(self, worker: str, figures: Figures) -> bool:
        """Post the sums of a worker since it started. Returns whether to take up no new part.

        `worker`: unique to the actor's process. Report each second, and at once after a commit.
        """
        if figures.parts > self._figures.get(worker, Figures()).parts:
            self._deaths = self._starts = 0
        self._figures[worker] = figures
        self._heard[worker] = self._clock()
        return bool(self._halt)

    def turn(self) -> float:
        """Seconds that an engine waits before it starts to load. Call it once before each start."""
        self._starts += 1
        # An actor that is killed reports no death: but more starts than may be alive at a time mean as many deaths.
        if self._starts - self._most_engines >= DEATHS_IN_A_ROW:
            self._halt_for_deaths(self._starts - self._most_engines, "their processes were killed")
        now = self._clock()
        start = max(now, self._next_start)
        self._next_start = start + self._stagger
        return start - now

    def engine_died(self, worker: str, why: str) -> None:
        """An engine died; its worker starts another, and counts it in its sums."""
        self._deaths += 1
        self.note(f"an engine died and another is started: {why}")
        if self._deaths >= DEATHS_IN_A_ROW:
            self._halt_for_deaths(self._deaths, f"the last one, of {worker}: {' '.join(why.split())}")

    def note(self, text: str) -> None:
        """Something that a person should read."""
        if len(self._notes) < MOST_NOTES:
            self._notes.append(text)

    def stop(self, reason: str) -> None:
        """No worker takes up a new part. The first reason stays."""
        self._halt = self._halt or reason

    def look(self, stop: str = "") -> Posted:
        """What is on the board. `stop`: the driver's reason to stop, if it has one, each time again."""
        self.stop(stop)
        now = self._clock()
        alive = {worker for worker, heard in self._heard.items() if now - heard < SILENT_SECONDS}
        return Posted(
            {w: figures if w in alive else _landed(figures) for w, figures in self._figures.items()},
            len(alive),
            self._halt,
            tuple(self._notes),
        )

    def _halt_for_deaths(self, deaths: int, why: str) -> None:
        self.stop(
            f"{deaths} engines in a row died before a part was committed ({why}); see the attempt's log, mend "
            f"teacher.memory_fraction, teacher.max_sequences or the machine, and resume"
        )


def _landed(figures: Figures) -> Figures:
    return figures - Figures(in_flight=figures.in_flight)


def start_board(stagger_seconds: float, most_engines: int) -> Any:
    """A board as a Ray actor of this driver; hand its handle to the workers. Ray must be running.

    A call that the board dies under is made again to the new one: no caller has to know.
    """
    import ray

    actor: Any = ray.remote(Board)
    return actor.options(num_cpus=0, max_restarts=-1, max_task_retries=-1).remote(stagger_seconds, most_engines)
