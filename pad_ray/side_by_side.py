"""The synthesis, and at the same time the training that follows it: which ends which, and what is shown of the two."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Generic, TypeVar

from pad_ray.errors import Halted
from pad_ray.progress import Event, Report

JOIN_SECONDS = 0.5
"""Between two moments in which a signal is seen while the training is waited for."""

First = TypeVar("First")
Second = TypeVar("Second")


class SideBySide(Generic[First, Second]):
    """`SideBySide(first, second, end_second)()` runs both, the first one in this thread, and gives both results.

    The first error ends the other too, in its orderly way, and is raised.
    """

    def __init__(
        self,
        first: Callable[[Callable[[], str]], First],
        second: Callable[[], Second],
        end_second: Callable[[str], None],
    ) -> None:
        """What to run.

        Args:
            first: is given a function that says why it is to end, or nothing; then raises `Halted`.
            end_second: lets the second one end, for a reason; may be called at any time.
        """
        self._first, self._second, self._end_second = first, second, end_second
        self._result: list[Second] = []
        self._error: BaseException | None = None

    def __call__(self) -> tuple[First, Second]:
        """Both results.

        Raises:
            KeyboardInterrupt: after Ctrl-C, when both have ended; after another one at once.
            the errors of both.
        """
        thread = threading.Thread(target=self._run_second, name="side-by-side", daemon=True)
        thread.start()
        try:
            done = self._first(self._why_end_first)
            _join(thread)
        except Halted:
            if self._error is not None:  # the reason
                raise self._error from None
            self._end(thread, "the synthesis was halted")
            raise
        except KeyboardInterrupt:
            self._end(thread, "stopped by Ctrl-C")
            raise
        except BaseException:
            self._end(thread, "the synthesis failed")
            raise
        if self._error is not None:
            raise self._error
        return done, self._result[0]

    def _end(self, thread: threading.Thread, reason: str) -> None:
        self._end_second(reason)
        _join(thread)

    def _run_second(self) -> None:
        try:
            self._result.append(self._second())
        except BaseException as error:  # raised in the caller's thread
            self._error = error

    def _why_end_first(self) -> str:
        return f"the training failed: {self._error}" if self._error is not None else ""


def _join(thread: threading.Thread) -> None:
    while thread.is_alive():
        thread.join(JOIN_SECONDS)


class Together:
    """Shows the events of two stages as one, as long as both go on; a display shows one stage at a time.

    `first` and `second` are given to the two as their reports.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._lock = threading.Lock()
        self._shown = Event("")
        self._second = Event("")
        self._over = False

    def first(self, event: Event) -> None:
        """What the first stage reports."""
        with self._lock:
            if event.note and event == Event(event.stage, note=event.note):
                self._report(event)
                return
            self._shown = event
            self._both()

    def end_first(self) -> None:
        """The first stage is over."""
        self._over = True

    def second(self, event: Event) -> None:
        """What the second stage reports; after the end of the first, by itself."""
        with self._lock:
            if event.note and event == Event(event.stage, note=event.note):
                self._report(event)  # a note by itself: it stays on the screen, and is nobody's last state
                return
            self._second = event
            if self._over:
                self._report(event)
            else:
                self._both()

    def _both(self) -> None:
        second = self._second
        shown = [second.count or f"{second.done:,.0f} steps", *(f"{label} {text}" for label, text in second.rows)]
        figures = "  ".join(text for text in (*shown, second.detail) if text)
        rows = ((second.stage, figures),) if second.stage else ()
        name = f"{self._shown.stage or '...'} and {second.stage}" if second.stage else self._shown.stage
        note = self._shown.note or second.note
        self._report(replace(self._shown, stage=name, rows=(*self._shown.rows, *rows), note=note))
