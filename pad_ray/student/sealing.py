"""The thread of a rank that writes savepoints while training goes on. Imports torch."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch

from pad_ray.errors import ShardError, TrainingError
from pad_ray.student import savepoint


class SavepointWriter:
    """Writes, flushes, checksums and seals one savepoint at a time."""

    def __init__(self, folder: Path, *, rank: int, ranks: int) -> None:
        """`folder`: that of all savepoints."""
        self._folder, self._rank, self._ranks = folder, rank, ranks
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="savepoint")
        self._running: tuple[Path, Future[None]] | None = None

    def write(self, path: Path, states: dict[Path, Any], written: list[Path]) -> None:
        """Begin the savepoint `path`, when the one before is done.

        Args:
            states: by the files that they go to; on the CPU, and from now on the writer's.
            written: files of this rank that are there already.

        Raises:
            TrainingError: the one before could not be written.
        """
        self.wait()
        self._running = path, self._thread.submit(self._write, path, states, written)

    def check(self) -> None:
        """Return at once.

        Raises:
            TrainingError: the savepoint that was being written cannot be.
        """
        if self._running is not None and self._running[1].done():
            self.wait()

    def wait(self) -> None:
        """Return when nothing is being written.

        Raises:
            TrainingError: the savepoint cannot be written.
        """
        if self._running is None:
            return
        (path, writing), self._running = self._running, None
        try:
            writing.result()
        except (OSError, ShardError) as error:
            raise unwritable(path, error) from error

    def rotate(self) -> None:
        """Remove the savepoints that are not kept; what cannot be removed now is left to the next time."""
        if self._rank == 0:
            with suppress(OSError):
                savepoint.rotate(self._folder)

    def _write(self, path: Path, states: dict[Path, Any], written: list[Path]) -> None:
        try:
            for file in list(states):
                written.append(file)
                save(states.pop(file), file)  # taken out: its memory is free again before the next is written
            savepoint.seal(path, written, rank=self._rank, ranks=self._ranks)
        except (OSError, ShardError):
            remove(written)
            raise
        # Other ranks may still be at theirs: then this savepoint is counted the next time.
        self.rotate()


def remove(files: Iterable[Path]) -> None:
    """Those of a savepoint that could not be finished: on a full disk there is then room to say why training ended."""
    for file in files:
        with suppress(OSError):
            file.unlink()


def save(state: Any, file: Path) -> None:
    """`torch.save`.

    Raises:
        OSError: it cannot be written; torch alone would say that a position is not the expected one.
    """
    try:
        with file.open("wb") as stream:
            torch.save(state, stream)
    except RuntimeError as error:
        raise (error.__context__ if isinstance(error.__context__, OSError) else error) from None


def is_of_the_disk(error: Exception) -> bool:
    """Whether a file could not be written; `torch.save` to a path then raises a RuntimeError of its archive writer."""
    return isinstance(error, OSError) or "inline_container" in str(error) or "PytorchStreamWriter" in str(error)


def unwritable(path: Path, error: Exception) -> TrainingError:
    """What is said about a savepoint that cannot be written."""
    reason = (error.strerror if isinstance(error, OSError) else None) or error
    return TrainingError(
        f"savepoint {path.name} cannot be written ({reason}); make room in {path.parent} and start again, "
        "and training goes on from the savepoint before"
    )
