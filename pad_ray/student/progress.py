"""What is said on the way: rank 0 appends JSON lines to a file, and whoever started the training reads along.

A file needs no actor, outlives every process, and tells afterwards how a training went.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

LOG_FILE = "progress.jsonl"

POLL_SECONDS = 0.2
"""How often new lines are looked for: below what a person notices, far above what it costs."""

GIB = 2**30


def say(out_dir: Path, entry: dict[str, Any]) -> None:
    """Append one entry."""
    with (out_dir / LOG_FILE).open("a", encoding="utf-8") as log:
        log.write(json.dumps(entry) + "\n")


def shown(entry: dict[str, Any]) -> tuple[str, str]:
    """The figures of an entry in one line, as (`loss`, `0.412  lr 5.9e-05  9,812 tokens/s  MFU 31%  ...`): the first is
    a label. What is not known is left out.
    """
    parts = [
        f"{entry['loss']:.3f}",
        f"lr {entry['learning_rate']:.2g}",
        f"{entry['tokens_per_second']:,.0f} tokens/s",
    ]
    if entry.get("mfu") is not None:
        parts.append(f"MFU {entry['mfu']:.0%}")
    if "data_wait" in entry:
        parts.append(f"wait {entry['data_wait']:.1%}")
    if "memory_bytes" in entry:
        parts.append(f"{entry['memory_bytes'] / GIB:.1f} GiB")
    return "loss", "  ".join(parts)


class Listener:
    """`with Listener(out_dir, heard):` calls `heard(entry)`, on a thread of its own, for every entry made meanwhile.

    An error that `heard` raises ends the listening and is raised at the end of the `with` block.
    """

    def __init__(self, out_dir: Path, heard: Callable[[dict[str, Any]], None]) -> None:
        self._path, self._heard = out_dir / LOG_FILE, heard
        self._position = self._path.stat().st_size if self._path.exists() else 0
        self._stop = threading.Event()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._listen, name="training-progress", daemon=True)

    def __enter__(self) -> Listener:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()
        if self._error is not None and error is None:
            raise self._error

    def _listen(self) -> None:
        try:
            while not self._stop.wait(POLL_SECONDS):
                self._read()
            self._read()
        except Exception as error:  # carried to the caller's thread
            self._error = error

    def _read(self) -> None:
        if not self._path.exists():
            return
        with self._path.open("rb") as log:
            log.seek(self._position)
            for line in log:
                if not line.endswith(b"\n"):
                    return
                self._position += len(line)
                self._heard(json.loads(line))
