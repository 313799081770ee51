"""A child process as from a terminal."""

from __future__ import annotations

import signal


def attended() -> None:
    """For `preexec_fn`: a shell that put these tests in the background has had SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
