"""One run, and the processes that drive it, one after the other: each goes on where the last one was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil
from prey import DRIVER
from raylets import ROOT, Raylets

from pad_ray.shards.place import Place

END_SECONDS = 30
"""For a killed process to be reaped."""

TAIL = 3000
"""Characters of a log that are shown when something went wrong."""


class Driver:
    """`pad-ray synthesize` as a user starts it, on a cluster that is there.

    Args:
        folder: The run directory.
        settings: Of the run, as on the command line, the config file first.
        place: Where the judged programs are kept, if not in the run directory.
    """

    called = DRIVER

    def __init__(self, raylets: Raylets, folder: Path, settings: Sequence[str], place: Place | None = None) -> None:
        self.place = place or Place.of(folder / "synthesis")
        self.command = [
            sys.executable, "-m", "pad_ray.cli", "synthesize", *settings,
            f"run_dir={folder}", f"ray.address={raylets.address}",
            *([f"synthesis.folder={place}"] if place else []),
        ]  # fmt: skip
        self._folder = folder
        self._environment = raylets.environment
        self._output = folder.with_name(f"{folder.name}.output")
        self._process: subprocess.Popen[bytes] | None = None
        self.starts = 0

    def start(self) -> None:
        with open(self._output, "ab") as output:
            self._process = subprocess.Popen(
                self.command, cwd=ROOT, env=self._environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        self.starts += 1

    @property
    def code(self) -> int | None:
        """What it ended with; None while it lives."""
        return self._process.poll() if self._process else None

    @property
    def process(self) -> psutil.Process | None:
        if self._process is None or self._process.poll() is not None:
            return None
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self._process.pid)
        return None

    def kill(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait(END_SECONDS)

    @property
    def committed(self) -> int:
        """Parts that are done."""
        return len((self.place / "shards").names("shard-", ".json"))

    def tail(self) -> str:
        """The end of what it said and of its last log."""
        said = self._output.read_text(errors="replace")[-TAIL:] if self._output.exists() else ""
        logs = sorted((self._folder / "logs").glob("attempt-*.log"), key=lambda log: log.stat().st_mtime)
        return said + (logs[-1].read_text(errors="replace")[-TAIL:] if logs else "")
