"""Ctrl-C once: an orderly end. Ctrl-C twice: at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

FINISHING = "finishing the blocks in flight; press Ctrl-C again to stop at once"
"""What a person is told after the first Ctrl-C."""


@contextmanager
def graceful(on_first: Callable[[], None]) -> Iterator[None]:
    """Within it, the first SIGINT or SIGTERM calls `on_first`; a SIGINT after that raises `KeyboardInterrupt`.

    A second SIGTERM is passed over: Slurm and container runtimes send several, and whoever wants it at once has
    SIGKILL. `on_first` runs inside the signal handler, between any two instructions of the main thread: it sets a flag,
    and neither prints nor waits. A signal that was ignored before (a job put in the background by a shell) stays
    ignored, and outside the main thread, where no handler can be installed, nothing is.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked = False

    def handle(number: int, _: FrameType | None) -> None:
        nonlocal asked
        if asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        if not asked:
            asked = True
            on_first()

    before: dict[signal.Signals, Any] = {
        number: known
        for number in (signal.SIGINT, signal.SIGTERM)
        # None is a handler that Python did not install, and could not put back.
        if (known := signal.getsignal(number)) not in (signal.SIG_IGN, None)
    }
    try:
        for number in before:
            signal.signal(number, handle)
        yield
    finally:
        for number, known in before.items():
            signal.signal(number, known)
