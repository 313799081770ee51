"""The sandbox: untrusted programs in, outcomes out, in order. This process never executes them.

Covered: every program runs in a process of its own, forked from a clean zygote, with limits on CPU, wall time, memory,
output, files and processes, no network, no files but the interpreter's library, and nothing of ours in reach; it is
killed together with everything it started. Time limits are kept by the zygote and, should that fail, by this process.
One outcome per program; none changes another's. Not covered: exploits of the kernel or of CPython's memory safety,
timing side channels, exact memory accounting.

What a program does is an `Outcome`. What our machinery fails at is a `SandboxError`. A program whose zygote dies is run
again in a fresh one: under seccomp no program can reach its zygote, so that is the machine's failure. One that is shot
from outside `MAX_STRIKES` times is `killed`, and so is, where only `unsafe` let it run, one that loses as many zygotes.
"""

from __future__ import annotations

import signal
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from pad_ray.errors import SandboxError
from pad_ray.executor import wire
from pad_ray.executor.lane import Lane, LaneDied, LaneSettings, Reply, wait_readable
from pad_ray.executor.outcome import Outcome, outcome_of

if TYPE_CHECKING:
    from pad_ray.config import ExecutorConfig

MAX_STRIKES = 2
"""A child that is shot once may be the machine's fault (out of memory); twice with one program is its own."""

MAX_MACHINE_FAILURES = 5
"""Zygotes lost, and forks or confinements failed, with one program before the machine is given up."""

RETRY_SECONDS = 0.2
"""Pause after such a failure: processes or memory may be short for a moment."""

BACKUP_SECONDS = 2.0
"""Beyond the last wall limit, after which the zygote itself is broken: it keeps the limit to within a second."""

LOOK_AHEAD = 32
"""Programs per slot that may be finished ahead of a slow one whose turn it is: bounds what is kept, not what runs."""

MAX_SOURCE_BYTES = 1_000_000
"""Longer programs are `syntax`, unread: the longest real one has 10 kB, and CPython's compiler needs 1 kB a byte."""

UNSAFE = "unsafe:"
"""Begins the isolation of outcomes where the kernel has no seccomp filters."""

PROGRAM_TOO_LONG = Outcome(
    "syntax", error_type="ProgramTooLong", error_message=f"the program is longer than {MAX_SOURCE_BYTES} bytes"
)


@dataclass
class _Job:
    """A program on its way, and what has gone wrong with it so far."""

    index: int
    source: bytes
    strikes: int = 0
    machine_failures: int = 0
    deadline: float = 0.0


class Sandbox:
    """Runs programs, `slots` at a time. A context manager; not for use by two threads at once."""

    def __init__(
        self,
        *,
        cpu_seconds: float = 5,
        wall_seconds: float = 10,
        memory_mb: int = 512,
        output_kb: int = 64,
        answer_from: str = "auto",
        slots: int = 1,
        unsafe: bool = False,
        without: tuple[str, ...] = (),
    ) -> None:
        """Start `slots` zygotes. Limits are per program; `memory_mb` is on top of the interpreter's own address space.

        Args:
            answer_from: `auto`, `return`, `stdout` or `variable:NAME`.
            unsafe: run even where the kernel has no seccomp filters; every outcome then says so.
            without: levels of isolation to leave out (`seccomp`, `landlock`), for tests.

        Raises:
            SandboxError: if a zygote does not start, or holds no seccomp filter and `unsafe` is not set.
        """
        self._settings = LaneSettings(cpu_seconds, wall_seconds, memory_mb, output_kb, answer_from, without=without)
        self._unsafe = unsafe
        self._turn = threading.Lock()
        self._closed = False
        self._lanes: list[Lane] = []
        self._busy: dict[Lane, _Job] = {}
        self.isolation = ""
        try:
            for _ in range(slots):
                self._lanes.append(self._open_lane())
        except BaseException:
            self.close()
            raise

    @classmethod
    def from_config(cls, config: ExecutorConfig, slots: int = 1) -> Self:
        """A sandbox with the limits of a run's `executor` section."""
        return cls(
            cpu_seconds=config.cpu_seconds,
            wall_seconds=config.wall_seconds,
            memory_mb=config.memory_mb,
            output_kb=config.output_kb,
            answer_from=config.answer_from,
            slots=slots,
        )

    def run(self, codes: Iterable[str]) -> Iterator[Outcome]:
        """The outcome of each program, in order, lazily. Abandoning the iterator kills what is running.

        Raises:
            SandboxError: if the machinery fails, or the sandbox is closed or in use by another iterator.
        """
        if self._closed or not self._turn.acquire(blocking=False):
            raise SandboxError("the sandbox is closed" if self._closed else "in use: exhaust or close the other run()")
        try:
            yield from self._run(enumerate(codes))
        finally:
            for lane in list(self._busy):
                self._drop(lane)
            self._turn.release()

    def close(self) -> None:
        """End all processes. Safe to call twice."""
        self._closed = True
        for lane in self._lanes:
            lane.stop()
        self._lanes.clear()
        self._busy.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if not getattr(self, "_closed", True):
            self.close()

    @property
    def pids(self) -> list[int]:
        """Process ids of the zygotes, for those who check that none survives."""
        return [lane.pid for lane in self._lanes]

    def _run(self, codes: Iterator[tuple[int, str]]) -> Iterator[Outcome]:
        again: deque[_Job] = deque()
        done: dict[int, Outcome] = {}
        turn, more, most = 0, True, LOOK_AHEAD * len(self._lanes)
        while more or again or self._busy or done:
            while len(self._busy) < len(self._lanes) and (again or (more and len(done) < most)):
                job = again.popleft() if again else _next_job(codes)
                if job is None:
                    more = False
                elif len(job.source) > MAX_SOURCE_BYTES:
                    done[job.index] = PROGRAM_TOO_LONG
                else:
                    self._start(job, again)
            while turn in done:
                yield done.pop(turn)
                turn += 1
            if self._busy:
                for job, outcome in self._collect():
                    if outcome is None:
                        again.append(job)
                    else:
                        done[job.index] = outcome

    def _start(self, job: _Job, again: deque[_Job]) -> None:
        lane = next(lane for lane in self._lanes if lane not in self._busy)
        try:
            lane.submit(job.source)
        except LaneDied:  # while idle, so no program is to blame
            self._replace(lane)
            again.append(self._machine_failed(job, "its zygote died"))
            return
        job.deadline = time.monotonic() + wire.HARD_WALL_FACTOR * self._settings.wall_seconds + BACKUP_SECONDS
        self._busy[lane] = job

    def _collect(self) -> Iterator[tuple[_Job, Outcome | None]]:
        """Jobs that ended, with their outcomes, or None for those to be run again."""
        lanes = list(self._busy)
        readable = wait_readable(lanes, min(job.deadline for job in self._busy.values()))
        for lane in readable or [lane for lane in lanes if self._busy[lane].deadline <= time.monotonic()]:
            try:
                if not readable:
                    raise LaneDied("silent beyond the wall limit")
                reply = lane.collect()
            except LaneDied as death:
                job = self._busy.pop(lane)
                self._replace(lane)
                yield job, self._lost(job, f"its zygote was lost: {death}")
                continue
            job = self._busy.pop(lane)
            yield job, self._outcome(job, reply)

    def _outcome(self, job: _Job, reply: Reply) -> Outcome | None:
        if reply.ended in (wire.END_UNREADY, wire.END_NO_FORK):
            step = "fork" if reply.ended == wire.END_NO_FORK else "jail"
            self._machine_failed(job, f"no confined process for it ({step} failed)")
            return None
        if reply.ended == wire.END_SIGNALLED and reply.detail == signal.SIGKILL and job.strikes + 1 < MAX_STRIKES:
            job.strikes += 1  # not by us, not by itself: the kernel ran out of memory, or an administrator
            return None
        settings = self._settings
        limits = {"cpu_seconds": settings.cpu_seconds, "wall_seconds": settings.wall_seconds}
        return outcome_of(reply, **limits, isolation=self.isolation)

    def _lost(self, job: _Job, why: str) -> Outcome | None:
        if not self.isolation.startswith(UNSAFE):
            self._machine_failed(job, why)
            return None
        job.strikes += 1
        if job.strikes < MAX_STRIKES:
            return None
        return Outcome("killed", error_type="Killed", error_message=why, isolation=self.isolation)

    def _machine_failed(self, job: _Job, why: str) -> _Job:
        job.machine_failures += 1
        if job.machine_failures >= MAX_MACHINE_FAILURES:
            raise SandboxError(f"a program could not be run {MAX_MACHINE_FAILURES} times: {why}")
        time.sleep(RETRY_SECONDS)
        return job

    def _open_lane(self) -> Lane:
        lane = Lane(self._settings)
        held = lane.isolation if "seccomp" in lane.isolation else UNSAFE + lane.isolation
        problem = ""
        if "seccomp" not in lane.isolation and not self._unsafe:
            problem = f"no seccomp filter holds here (only {lane.isolation}); unsafe=True runs programs all the same"
        elif self.isolation not in ("", held):
            problem = f"the level of isolation changed from {self.isolation} to {held}"
        if problem:
            lane.stop()
            raise SandboxError(problem)
        self.isolation = held
        return lane

    def _replace(self, lane: Lane) -> None:
        lane.stop(at_once=True)
        self._lanes[self._lanes.index(lane)] = self._open_lane()

    def _drop(self, lane: Lane) -> None:
        """A lane whose program nobody waits for any more."""
        self._busy.pop(lane)
        lane.stop()
        if not self._closed:
            self._lanes[self._lanes.index(lane)] = self._open_lane()


def _next_job(codes: Iterator[tuple[int, str]]) -> _Job | None:
    for index, code in codes:
        return _Job(index, code.encode("utf-8", "surrogatepass"))
    return None
