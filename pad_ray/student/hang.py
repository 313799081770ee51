"""Whether a training hangs, and because of which rank, from what the ranks say of themselves. Pure.

Ranks pass the same places in the same order and wait for each other at every step, so when nobody gets on, the one that
is furthest behind is what the others wait for: it did not come to a collective that they are in. A rank whose process
is stopped, or stuck in the kernel, cannot even say where it is; that gives it away sooner.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SILENT_SHARE = 0.5
"""Of the time after which ranks hang: a rank that has not written for so long cannot write. Ranks write many times
within it."""

SILENT_SECONDS = 600.0
"""The least of that where a rank may take its time: a library that loads, or a file system that is slow, can keep a
whole process from running, its watchdog included."""

COLLECTIVES = ("torch/distributed/", "deepspeed/comm/")
"""Parts of the paths of files in which a rank waits for the others."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a rank is, as it last wrote."""

    rank: int
    host: str
    pid: int
    created: float
    """When the process was started, seconds since 1970: tells it from another one with its id."""
    place: str
    """In words: `step 17, micro-step 2 of 4, forward`."""
    passed: int
    """Places passed, of those that all ranks pass in the same order."""
    changes: int
    """Goes up whenever the rank gets on, also where other ranks do not follow."""
    writes: int
    """Goes up whenever this is written."""
    patience: float | None
    """Seconds for which nothing need happen here; None: as long as it takes. See `Watchdog`."""
    stack: tuple[str, ...] = ()
    """Lines of the training thread's Python stack, innermost last; empty while the rank gets on."""

    @property
    def waits(self) -> bool:
        """Whether it is known to be in a collective."""
        return any(part in line for line in self.stack for part in COLLECTIVES)

    @property
    def name(self) -> str:
        return f"rank {self.rank} ({self.host}, process {self.pid})"

    @property
    def described(self) -> str:
        """The place, and two lines of the stack: the innermost says what it does, the innermost of ours what for."""
        shown = list(self.stack[-1:])
        ours = [line for line in self.stack if "pad_ray/" in line][-1:]
        shown += [line for line in ours if line not in shown]
        return f"{self.place} [{', called from '.join(shown)}]" if shown else self.place


@dataclass(frozen=True, slots=True)
class Hang:
    """A training that does not get on."""

    culprits: tuple[int, ...]
    """The ranks that the others wait for."""
    silent: bool
    """Their processes do not run any more."""


@dataclass(slots=True)
class _Seen:
    """What was last seen of a rank, and for how many seconds it has been so."""

    idle: float
    silent: float = 0.0
    changes: int = -1
    writes: int = -1


class Lookout:
    """What one rank sees of all ranks, itself included, from the moment at which it no longer gets on.

    Only what is seen counts: hosts' clocks are not compared, and time in which the observer itself could not run, such
    as a pause of its machine, is nobody's fault.
    """

    def __init__(self, ranks: int, limit: float, *, idle: float) -> None:
        """
        Args:
            limit: seconds without progress after which ranks hang.
            idle: seconds for which the observer has not got on already, which holds for the others too, or nearly: they
                wait for it, or it for them.
        """
        self._limit = limit
        self._seen = {rank: _Seen(idle) for rank in range(ranks)}
        self._begun = False

    def observe(self, positions: Mapping[int, Position], elapsed: float) -> Hang | None:
        """The hang, once there is one.

        Args:
            positions: of each rank that has written one.
            elapsed: seconds since the last call.
        """
        for rank, seen in self._seen.items():
            position = positions.get(rank)
            changes, writes = (position.changes, position.writes) if position else (-1, -1)
            seen.idle = seen.idle + elapsed if changes == seen.changes or not self._begun else 0.0
            seen.silent = seen.silent + elapsed if writes == seen.writes and self._begun else 0.0
            seen.changes, seen.writes = changes, writes
        self._begun = True
        idle = min(seen.idle for seen in self._seen.values())
        if idle <= self._limit:
            return None
        silent = [rank for rank in self._seen if self._seen[rank].silent > self._longest_silence(positions.get(rank))]
        if silent:
            return Hang(tuple(silent), silent=True)
        return _behind(positions, idle)

    def _longest_silence(self, position: Position | None) -> float:
        """Seconds without a word that can still be explained."""
        enough = SILENT_SHARE * self._limit
        if position is None or position.patience is None or position.patience > self._limit:
            enough = max(enough, SILENT_SECONDS)
        return enough


def _behind(positions: Mapping[int, Position], idle: float) -> Hang | None:
    """A rank that has written nothing yet has been silent, so it is not looked for here."""
    least = min(position.passed for position in positions.values())
    behind = [position for position in positions.values() if position.passed == least]
    if any(position.patience is None or idle <= position.patience for position in behind):
        return None
    at_fault = [position for position in behind if not position.waits] or behind
    return Hang(tuple(sorted(position.rank for position in at_fault)), silent=False)


def told(hang: Hang, positions: Mapping[int, Position], *, ranks: int, minutes: float) -> str:
    """One line: who, and where it was."""
    if len(hang.culprits) == ranks > 1 and not hang.silent:
        where = positions[hang.culprits[0]].described
        return f"no progress for {minutes:g} min: all {ranks} ranks are at the same place, {where}"
    return f"no progress for {minutes:g} min: " + "; ".join(
        _told(rank, positions.get(rank), silent=hang.silent) for rank in hang.culprits
    )


def _told(rank: int, position: Position | None, *, silent: bool) -> str:
    if position is None:
        return f"rank {rank} has not begun"
    if silent:
        return f"{position.name} runs no more (stopped, or stuck in the kernel); it was at {position.described}"
    return f"{position.name} is at {position.described}"
