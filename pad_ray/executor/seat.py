"""A seat: what may run at a time. A lean zygote, and a scientific one once a program needs it, but never both at
once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from pad_ray.executor.lanes import Lane
from pad_ray.executor.slot import Slot

AHEAD = {Lane.SHARED: 3, Lane.SOLO: 8, Lane.SCIENTIFIC: 4}
"""Requests that a zygote may have: the next one is there when a child ends, whatever this process is doing."""


@dataclass(slots=True)
class Job:
    """A program on its way, and what has gone wrong with it so far."""

    index: int
    source: bytes
    lane: Lane
    suspect: bool = False
    """Whether it ran into the short limit, and so will probably run for long: nothing is to wait behind it."""
    strikes: int = 0
    machine_failures: int = 0
    shared_status: str = ""
    shared_answer: str = ""
    """What it came to in the shared lane, if it runs alone only to be compared with that."""


@dataclass(slots=True)
class Request:
    """Programs that were sent to one child."""

    slot: Slot
    lane: Lane
    jobs: list[Job]
    deadline: float
    """Seconds that it may take once its turn has come; then, in monotonic seconds, when it must be done."""


class Seat:
    """Opens its zygotes with `open_slot`, and keeps in order what it sent them.

    Raises:
        SandboxError: from every method that may open one.
    """

    def __init__(self, open_slot: Callable[[Lane], Slot]) -> None:
        self._open = open_slot
        self._lean = open_slot(Lane.SOLO)
        self._scientific: Slot | None = None
        self.requests: deque[Request] = deque()

    @property
    def slots(self) -> list[Slot]:
        """Its zygotes."""
        return [self._lean] if self._scientific is None else [self._lean, self._scientific]

    def has_room(self, lane: Lane, *, suspect: bool) -> bool:
        """Whether it takes another request now."""
        if not self.requests:
            return True
        last = self.requests[-1]
        if suspect or last.jobs[0].suspect or len(self.requests) >= AHEAD[lane]:
            return False
        return (last.lane is Lane.SCIENTIFIC) == (lane is Lane.SCIENTIFIC)

    def submit(self, lane: Lane, jobs: list[Job], *, cpu_seconds: float, may_take: float, now: float) -> None:
        """Send `jobs` to one child of the zygote for `lane`.

        Raises:
            SlotDied: if the zygote is gone; nothing was taken.
        """
        slot = self._slot(lane)
        slot.submit([job.source for job in jobs], shared=lane is Lane.SHARED, cpu_seconds=cpu_seconds)
        self.requests.append(Request(slot, lane, jobs, may_take if self.requests else now + may_take))

    def finished(self, now: float) -> Request:
        """The request whose reply came, taken off; the time of the next one begins."""
        request = self.requests.popleft()
        if self.requests:
            self.requests[0].deadline += now
        return request

    def replace(self, lane: Lane) -> list[Request]:
        """A new zygote in place of the broken one of `lane` -> the requests that are lost with it."""
        lost = list(self.requests)
        self.requests.clear()
        broken = self._slot(lane)
        broken.stop(at_once=True)
        if broken is self._lean:
            self._lean = self._open(Lane.SOLO)
        else:
            self._scientific = None  # opened again when it is needed
        return lost

    def abandon(self) -> None:
        """Nobody waits any more for what it is doing."""
        if self.requests:
            self.replace(self.requests[0].lane)

    def close(self) -> None:
        """End its zygotes."""
        self.requests.clear()
        for slot in self.slots:
            slot.stop()

    def _slot(self, lane: Lane) -> Slot:
        if lane is not Lane.SCIENTIFIC:
            return self._lean
        if self._scientific is None:
            self._scientific = self._open(Lane.SCIENTIFIC)
        return self._scientific
