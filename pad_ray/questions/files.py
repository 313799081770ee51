"""Finding the file of a set, and opening it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pad_ray.errors import QuestionsError

CHUNK_BYTES = 1 << 16
"""Bytes read at a time."""
MAX_ROW_BYTES = 10_000_000
"""Longest row, in bytes: a longer one is no question but a broken file, and must not fill the memory."""


def find(path: Path, names: Sequence[str]) -> Path:
    """`path` itself if it is a file, else the first of `names` (paths below it) that is there.

    Raises:
        QuestionsError: if there is neither, saying what was looked for.
    """
    try:
        if path.is_file():
            return path
        if path.is_dir():
            for name in names:
                if (path / name).is_file():
                    return path / name
            looked = " or ".join(names) or "a file, not a folder"
            raise QuestionsError(f"questions.path {path}: looked for {looked} and it is not there")
    except OSError as error:
        raise QuestionsError(f"questions.path {path}: cannot be read ({error.strerror})") from None
    raise QuestionsError(f"questions.path {path}: there is no such file or folder")


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file, with every failure to open or read it as a `QuestionsError`."""
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise QuestionsError(f"{path}: cannot be read ({error.strerror}); a readable file is wanted") from None


def chunks(file: BinaryIO) -> Iterator[bytes]:
    """The bytes of a file, a chunk at a time."""
    while chunk := file.read(CHUNK_BYTES):
        yield chunk
