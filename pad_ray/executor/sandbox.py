"""The sandbox: untrusted programs in, outcomes out, in order. This process never executes or parses them.

Covered: a program runs in a process forked from a clean zygote, confined, with limits on CPU, wall time, memory,
output, files and processes, no network, no files but the interpreter's library, and nothing of ours in reach; it is
killed together with everything it started. Programs that pass a gate share a process with others of their kind
(`lanes.py`, `gate.py`); what one of them does there cannot reach another. Time limits are kept by the zygote and,
should that fail, by this process. One outcome per program; none changes another's. Not covered: exploits of the kernel
or of CPython's memory safety, timing side channels, exact memory accounting.

What a program does is an `Outcome`. What our machinery fails at is a `SandboxError`. A program whose zygote dies is run
again in a fresh one: under seccomp no program can reach its zygote, so that is the machine's failure. One that is shot
from outside `MAX_STRIKES` times is `killed`, and so is, where only `unsafe` let it run, one that loses as many zygotes.
"""

from __future__ import annotations

import importlib.machinery
import resource
import threading
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from pad_ray.errors import SandboxError
from pad_ray.executor.dispatch import BATCH, Dispatch, SharedLane
from pad_ray.executor.lanes import Lane
from pad_ray.executor.outcome import Outcome, Terms
from pad_ray.executor.seat import Seat
from pad_ray.executor.slot import Slot, SlotSettings, site_packages

if TYPE_CHECKING:
    from pad_ray.config import ExecutorConfig

SCIENTIFIC_MODULES = ("numpy", "sympy")
"""Loaded in a zygote of their own, where they are installed: a fork of it costs twice that of a lean one."""

LEAST_CPU_SECONDS, LEAST_WALL_SECONDS, LEAST_MEMORY_MB, LEAST_OUTPUT_KB = 0.01, 0.05, 16, 1
"""Below these not even `ans = 1` would run to its end."""

UNSAFE = "unsafe:"
"""Begins the isolation of outcomes where the kernel has no seccomp filters."""


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
        lanes: str = "auto",
        batch: int = BATCH,
        trace: bool = False,
        unsafe: bool = False,
        without: tuple[str, ...] = (),
    ) -> None:
        """Start `slots` zygotes. Limits are per program; `memory_mb` is on top of the interpreter's own address space.

        A limit of nothing, or beyond what this process may use itself, is clamped with a warning.

        Args:
            answer_from: `auto`, `return`, `stdout` or `variable:NAME`.
            lanes: `auto` lets programs that pass the gate share a process, `solo` gives each its own.
            batch: programs per shared process.
            trace: report the values of variables with each outcome.
            unsafe: run even where the kernel has no seccomp filters; every outcome then says so.
            without: levels of isolation to leave out (`seccomp`, `landlock`, `namespaces`), for tests.

        Raises:
            SandboxError: if a zygote does not start, or holds no seccomp filter and `unsafe` is not set.
            ValueError: for `lanes`, `batch` or `slots` that mean nothing.
        """
        if lanes not in ("auto", "solo") or batch < 1 or slots < 1:
            raise ValueError(f"lanes {lanes!r} (auto or solo), batch {batch} and slots {slots} (1 or more)")
        installed = tuple(name for name in SCIENTIFIC_MODULES if _installed(name))
        self._lean = SlotSettings(
            _clamped("wall_seconds", wall_seconds, LEAST_WALL_SECONDS),
            int(_clamped("memory_mb", memory_mb, LEAST_MEMORY_MB, resource.RLIMIT_AS, 2**20)),
            int(_clamped("output_kb", output_kb, LEAST_OUTPUT_KB)),
            answer_from,
            trace,
            elsewhere=installed,
            without=without,
        )
        self._scientific = replace(self._lean, elsewhere=(), preload=installed)
        self._unsafe = unsafe
        self._turn = threading.Lock()
        self._closed = False
        self._seats: list[Seat] = []
        self.isolation = ""
        try:
            for _ in range(slots):
                self._seats.append(Seat(self._open_slot))
        except BaseException:
            self.close()
            raise
        self._terms = Terms(
            cpu_seconds=_clamped("cpu_seconds", cpu_seconds, LEAST_CPU_SECONDS, resource.RLIMIT_CPU),
            wall_seconds=self._lean.wall_seconds,
            isolation=self.isolation,
            unsafe=self.isolation.startswith(UNSAFE),
        )
        self._shared = SharedLane(lanes == "auto", batch)

    @classmethod
    def from_config(cls, config: ExecutorConfig, slots: int = 1, *, trace: bool = False) -> Self:
        """A sandbox with the limits of a run's `executor` section."""
        return cls(
            cpu_seconds=config.cpu_seconds,
            wall_seconds=config.wall_seconds,
            memory_mb=config.memory_mb,
            output_kb=config.output_kb,
            answer_from=config.answer_from,
            slots=slots,
            trace=trace,
        )

    def run(self, codes: Iterable[str | bytes]) -> Iterator[Outcome]:
        """The outcome of each program (text or UTF-8), in order, lazily. Abandoning the iterator kills what is running.

        Raises:
            SandboxError: if the machinery fails, or the sandbox is closed or in use by another iterator.
        """
        if self._closed or not self._turn.acquire(blocking=False):
            raise SandboxError("the sandbox is closed" if self._closed else "in use: exhaust or close the other run()")
        try:
            yield from Dispatch(self._seats, self._terms, self._shared, codes).outcomes()
        finally:
            for seat in self._seats:
                seat.abandon()
            self._turn.release()

    def close(self) -> None:
        """End all processes. Safe to call twice."""
        self._closed = True
        for seat in self._seats:
            seat.close()
        self._seats.clear()

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
        return [slot.pid for seat in self._seats for slot in seat.slots]

    def _open_slot(self, lane: Lane) -> Slot:
        """A zygote for programs that run in `lane`; all must hold the same level of isolation."""
        slot = Slot(self._scientific if lane is Lane.SCIENTIFIC else self._lean)
        held = slot.isolation if "seccomp" in slot.isolation else UNSAFE + slot.isolation
        problem = ""
        if "seccomp" not in slot.isolation and not self._unsafe:
            problem = f"no seccomp filter holds here (only {slot.isolation}); unsafe=True runs programs all the same"
        elif self.isolation not in ("", held):
            problem = f"the level of isolation changed from {self.isolation} to {held}"
        if problem:
            slot.stop()
            raise SandboxError(problem)
        self.isolation = held
        return slot


def _clamped(name: str, value: float, least: float, limit: int | None = None, unit: int = 1) -> float:
    """`value`, but no less than what a program needs and no more than this process itself is allowed."""
    most = float("inf")
    if limit is not None and (hard := resource.getrlimit(limit)[1]) != resource.RLIM_INFINITY:
        most = max(least, hard / unit)
    clamped = min(max(value, least), most)
    if clamped != value:
        why = "the least that works" if value < least else "the hard limit of this process"
        warnings.warn(f"{name}={value:g} of the sandbox is taken as {clamped:g}, {why}", stacklevel=3)
    return clamped


def _installed(module: str) -> bool:
    return importlib.machinery.PathFinder.find_spec(module, list(site_packages())) is not None
