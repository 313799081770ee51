"""A storm: random kills of a run's processes, by a seed, until there were enough; then the run is let to its end."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

import psutil
from driver import Driver
from prey import BOARD, CHILD, DRIVER, ENGINE_ACTOR, EXECUTOR, RAYLET, ZYGOTE, Prey
from raylets import Raylets

WATCHDOG_SECONDS = 600.0
"""Longest life of a run under kills; one that takes longer hangs."""

PAUSE_SECONDS = (0.2, 2.0)
"""Between two kills, evenly distributed."""

BARREN_KILLS = 3
"""Kills in a row with no part committed in between. A run halts on purpose after five deaths of its engines, or of its
executors, with nothing done in between: the storm stays below that."""

LOOK_SECONDS, COUNT_SECONDS = 0.02, 0.2
"""Between two looks at the driver, and at what is committed, which may lie in an object store."""

GONE_SECONDS = 20.0
"""After its end, for the last process of a run to be gone."""

CHEAP = (DRIVER, BOARD, CHILD)
"""Kinds whose death counts for nothing in that: a new driver counts from nought."""

CHILD_REST_SECONDS = 5.0
"""Between two kills of a zygote's child. A program whose process is shot twice is `killed`, as it may be its own doing:
by then the first one has come to its end, with 0.3 s of CPU at most."""

WEIGHTS = {DRIVER: 3, ENGINE_ACTOR: 4, EXECUTOR: 4, ZYGOTE: 4, CHILD: 3, BOARD: 2, RAYLET: 3}
"""How often each kind has its turn."""


@dataclass(slots=True)
class Kills:
    """What a storm did."""

    by_kind: Counter[str] = field(default_factory=Counter)
    drivers: int = 0
    """Starts of a driver, the first included."""
    seconds: float = 0.0
    left: list[str] = field(default_factory=list)
    """Processes that outlived the run."""


def turns(random: Random, count: int, weights: dict[str, int] = WEIGHTS) -> list[str]:
    """The kinds in the order of their turns: each once before any comes twice, then by weight."""
    kinds = list(weights)
    random.shuffle(kinds)
    return (kinds + random.choices(kinds, [weights[kind] for kind in kinds], k=max(0, count - len(kinds))))[:count]


class Storm:
    """Kills of one run on one cluster."""

    def __init__(
        self,
        raylets: Raylets,
        driver: Driver,
        random: Random,
        tell: Callable[[str], object] = lambda _: None,
        *,
        into_work: bool = False,
    ) -> None:
        """`into_work`: the first kill is of a run that has committed something."""
        self._raylets = raylets
        self._driver = driver
        self._prey = Prey(raylets)
        self._random = random
        self._tell = tell
        self._kills = Kills()
        self._barren = BARREN_KILLS if into_work else 0
        self._committed = 0
        self._counted = 0.0
        self._shot = -CHILD_REST_SECONDS
        self._last = ""
        self._began = time.monotonic()

    def rage(self, kinds: Sequence[str]) -> Kills:
        """Kill one of each of `kinds` in turn, then wait for the end of the run."""
        self._driver.start()
        for kind in kinds:
            self._watch(self._random.uniform(*PAUSE_SECONDS))
            self._strike(kind)
        while not self._ended:
            self._watch(LOOK_SECONDS)
        self._kills.seconds = time.monotonic() - self._began
        self._kills.drivers = self._driver.starts
        self._kills.left += self._left()
        return self._kills

    def cut_off(self, parts: int) -> None:
        """Kill the driver once `parts` more parts are committed, and wait until all of the run is gone."""
        self._driver.start()
        wanted = self._driver.committed + parts
        while not self._ended and self._driver.committed < wanted:
            self._watch(COUNT_SECONDS)
        self._driver.kill()
        self._count(DRIVER, f"{self._driver.called}, and the run with it")
        self._kills.left += self._left()

    @property
    def _ended(self) -> bool:
        return self._driver.code == 0

    def _watch(self, seconds: float) -> None:
        """Let time go by, up to the end of the run.

        Raises:
            AssertionError: if the driver gave up, or the run hangs.
        """
        until = time.monotonic() + seconds
        while True:
            self._look()
            if self._ended or time.monotonic() >= until:
                return
            time.sleep(LOOK_SECONDS)

    def _look(self) -> None:
        assert time.monotonic() - self._began < WATCHDOG_SECONDS, f"the run hangs: {self._driver.tail()}"
        code = self._driver.code
        assert code in (None, 0), (
            f"the driver gave up with {code} after {self._last or 'nothing'}: {self._driver.tail()}"
        )
        if time.monotonic() >= self._counted + COUNT_SECONDS:
            self._counted = time.monotonic()
            if (committed := self._driver.committed) > self._committed:
                self._committed, self._barren = committed, 0

    def _strike(self, kind: str) -> None:
        """Kill one of `kind` as soon as there is one; none if the run ends before."""
        while not self._ended:
            if self._may_strike(kind):
                found = [self._driver.process] if kind == DRIVER else self._prey.of(kind)
                alive = [process for process in found if process is not None]
                if alive and self._kill(kind, self._random.choice(alive)):
                    return
            self._watch(LOOK_SECONDS)

    def _may_strike(self, kind: str) -> bool:
        if kind == CHILD:
            return time.monotonic() - self._shot >= CHILD_REST_SECONDS
        return self._barren < BARREN_KILLS or kind in CHEAP

    def _kill(self, kind: str, victim: psutil.Process) -> bool:
        """Whether it was still there."""
        try:
            victim.kill()
        except psutil.Error:
            return False
        self._barren += kind not in CHEAP
        if kind == CHILD:
            self._shot = time.monotonic()
        self._count(kind, f"{self._driver.called if kind == DRIVER else kind} {victim.pid}")
        self._mend(kind)
        return True

    def _count(self, kind: str, words: str) -> None:
        self._kills.by_kind[self._driver.called if kind == DRIVER else kind] += 1
        self._last = words
        self._tell(
            f"{time.monotonic() - self._began:6.1f} s  {self._kills.by_kind.total():3} kills  "
            f"{self._committed:4} parts  {words}"
        )

    def _mend(self, kind: str) -> None:
        """What a cluster's operator does: a node is replaced, a job that was killed is submitted again."""
        if kind == DRIVER:
            self._driver.kill()
            self._driver.start()
        elif kind == RAYLET:
            self._watch(self._random.uniform(*PAUSE_SECONDS))
            self._raylets.add()

    def _left(self) -> list[str]:
        until = time.monotonic() + GONE_SECONDS
        while (left := self._prey.left()) and time.monotonic() < until:
            time.sleep(LOOK_SECONDS)
        return left
