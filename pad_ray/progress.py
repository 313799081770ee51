"""What a long command says on its way: events, and the two ways to show them (a terminal, a log file)."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

QUIET_SECONDS = 5.0
"""Between two lines of one stage where the output is no terminal: a log that a person can still read."""


@dataclass(frozen=True, slots=True)
class Event:
    """How far a stage is. `total` is 0 where it is not known yet."""

    stage: str
    done: float = 0
    total: float = 0
    detail: str = ""


Report = Callable[[Event], None]


class ProgressDisplay:
    """Shows events: bars on a terminal, a line every few seconds elsewhere. A context manager; call it with events."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        self._console = Console()
        self._live = self._console.is_terminal
        self._bars = Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[detail]}"),
            console=self._console,
        )
        self._tasks: dict[str, int] = {}
        self._said: dict[str, float] = {}
        self._start = time.monotonic()

    def __enter__(self) -> Self:
        if self._live:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._bars.stop()

    def __call__(self, event: Event) -> None:
        if self._live:
            self._draw(event)
        else:
            self._say(event)

    def _draw(self, event: Event) -> None:
        from rich.progress import TaskID

        if event.stage not in self._tasks:
            # Only one stage runs at a time: the one before is over.
            for task in self._bars.tasks:
                self._bars.stop_task(task.id)
            self._tasks[event.stage] = self._bars.add_task(event.stage, total=None, detail="")
        self._bars.update(
            TaskID(self._tasks[event.stage]), completed=event.done, total=event.total or None, detail=event.detail
        )

    def _say(self, event: Event) -> None:
        now = time.monotonic()
        finished = bool(event.total) and event.done >= event.total
        if event.stage in self._said and not finished and now - self._said[event.stage] < QUIET_SECONDS:
            return
        self._said[event.stage] = now
        count = f" {event.done:,.0f}/{event.total:,.0f}" if event.total else ""
        detail = f"  {event.detail}" if event.detail else ""
        sys.stdout.write(f"[{now - self._start:6.1f} s] {event.stage}{count}{detail}\n")
        sys.stdout.flush()
