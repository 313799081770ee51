"""What a long command says on its way: events, and the two ways to show them (a terminal, a log file)."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.console import RenderableType

QUIET_SECONDS = 5.0
"""Between two lines of one stage where the output is no terminal: a log that a person can still read."""

FRAMES_PER_SECOND = 4
"""Of the live display: figures come once a second, and a remote terminal need not redraw more often."""

BAR_WIDTH = 24
"""Columns of a bar; less where the terminal is narrow."""

LEAST_BAR_WIDTH = 8
"""Where there is no room for as many columns, a bar says nothing and is left out."""

DONE, STOPPED = "✓", "-"
"""Before the line of a stage that is over."""


@dataclass(frozen=True, slots=True)
class Event:
    """How far a stage is. `total` is 0 where it is not known yet."""

    stage: str
    done: float = 0
    total: float = 0
    detail: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    """(label, figures), one line each, most important first."""
    eta_seconds: float | None = None
    """Until the end of the stage, where it is known."""
    note: str = ""
    """What a person must not miss: that the stage ends early, and why. Shown at once; an event that says nothing else
    stays on the screen, above its stage."""

    @property
    def finished(self) -> bool:
        return bool(self.total) and self.done >= self.total

    @property
    def count(self) -> str:
        """`1,234/10,000`; empty where the total is not known."""
        return f"{self.done:,.0f}/{self.total:,.0f}" if self.total else ""

    @property
    def share(self) -> str:
        """`12%`, never 100% before the end."""
        return f"{math.floor(100 * min(self.done / self.total, 1))}%" if self.total else ""

    @property
    def eta(self) -> str:
        """`ETA 1:02:03`; empty where it is not known, or over."""
        return "" if self.eta_seconds is None or self.finished else f"ETA {clock(self.eta_seconds)}"


Report = Callable[[Event], None]


def clock(seconds: float) -> str:
    """`0:01:02`, `30:00:00`, `5 d 03:00:00`."""
    whole = round(seconds)
    days, rest = divmod(whole, 86_400)
    hours, minutes = (whole // 3600, rest % 3600 // 60) if days < 2 else (rest // 3600, rest % 3600 // 60)
    return f"{hours}:{minutes:02}:{rest % 60:02}" if days < 2 else f"{days} d {hours:02}:{minutes:02}:{rest % 60:02}"


def plain(text: str) -> str:
    """On one line, without control characters: what a server or a model said may be in it."""
    return "".join(char if char.isprintable() else " " for char in text)


class ProgressDisplay:
    """Shows events: the current stage live on a terminal, a line every few seconds elsewhere. A context manager; call
    it with events."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live
        from rich.spinner import Spinner

        self._console = Console()
        # A dumb terminal cannot move its cursor.
        self._live = self._console.is_terminal and not self._console.is_dumb_terminal
        self._spinner = Spinner("dots")
        self._now = Event("")
        self._mark = ""
        self._start = self._began = time.monotonic()
        self._said: dict[str, tuple[float, Event]] = {}
        self._screen = Live(
            console=self._console,
            get_renderable=lambda: self._drawn(self._now, self._mark),
            refresh_per_second=FRAMES_PER_SECOND,
        )

    def __enter__(self) -> Self:
        if self._live:
            self._screen.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._mark = self._mark_at_end(self._now) if kind is None else STOPPED
            self._screen.stop()

    def __call__(self, event: Event) -> None:
        if self._live:
            self._draw(event)
        else:
            self._say(event)

    def _draw(self, event: Event) -> None:
        from rich.text import Text

        if event.note and event == Event(event.stage, note=event.note):
            # With the next event it would be gone from the stage's own lines.
            self._console.print(Text(plain(f"{event.stage}: {event.note}"), style="yellow"))
            return
        if event.stage == self._now.stage:
            self._now = event
            return
        # Only one stage runs at a time: the one before is over, and stays above as it was.
        last, over = self._now, self._drawn(self._now, self._mark_at_end(self._now))
        self._began, self._now = time.monotonic(), event
        self._screen.refresh()
        if last.stage:
            self._console.print(over)

    @staticmethod
    def _mark_at_end(event: Event) -> str:
        return DONE if event.finished or not event.total else STOPPED

    def _drawn(self, event: Event, mark: str) -> RenderableType:
        """A line with a bar, a note, the rows. `mark`: before the line; without one something turns there."""
        from rich.console import Group
        from rich.table import Column, Table
        from rich.text import Text

        if not event.stage:
            return Text()
        parts: list[RenderableType] = [self._line(event, mark)]
        if event.note:
            parts.append(Text(f"  {plain(event.note)}", style="yellow"))
        if event.rows:
            rows = Table.grid(Column(style="dim", no_wrap=True), Column(overflow="fold"), padding=(0, 2, 0, 0))
            for label, text in event.rows:
                rows.add_row(Text(f"  {plain(label)}"), Text(plain(text)))
            parts.append(rows)
        return Group(*parts)

    def _line(self, event: Event, mark: str) -> RenderableType:
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        texts = [event.count, event.share, clock(time.monotonic() - self._began), event.eta]
        figures = [Text(text) for text in texts if text]
        room = self._console.width - len("x ") - sum(1 + figure.cell_len for figure in figures)
        stage = Text(plain(event.stage))
        stage.truncate(max(room, 1), overflow="ellipsis")
        room -= stage.cell_len
        cells: list[RenderableType] = [Text(mark, style="green") if mark else self._spinner, stage]
        detail = Text(plain(event.detail), style="dim")
        # The bar gives way to the detail, and both to the figures.
        if room > LEAST_BAR_WIDTH:
            width = min(BAR_WIDTH, max(room - 2 - detail.cell_len, LEAST_BAR_WIDTH))
            cells.append(ProgressBar(event.total or None, min(event.done, event.total), width, pulse=not event.total))
            room -= 1 + width
        cells += figures
        if detail and room > 1:
            detail.truncate(room - 1, overflow="ellipsis")
            cells.append(detail)
        line = Table.grid(*("" for _ in cells), padding=(0, 1, 0, 0), pad_edge=False)
        for column in line.columns:
            column.no_wrap = True
        line.add_row(*cells)
        return line

    def _say(self, event: Event) -> None:
        now = time.monotonic()
        if known := self._said.get(event.stage):
            then, said = known
            urgent = event.note != said.note or (event.finished and event != said)
            if not urgent and (event.finished or now - then < QUIET_SECONDS):
                return
        self._said[event.stage] = now, event
        figures = " | ".join(f"{label} {text}" for label, text in event.rows)
        stage = f"{event.stage} {event.count}".rstrip()
        line = "  ".join(plain(text) for text in (stage, event.eta, event.detail, figures, event.note) if text)
        sys.stdout.write(f"[{now - self._start:6.1f} s] {line}\n")
        sys.stdout.flush()
