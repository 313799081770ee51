"""Writing a file so that it is there whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from pad_ray.errors import ShardError

HASH_CHUNK = 1 << 20
"""Bytes hashed at a time."""

WHOLE_BYTES = 1 << 28
"""Files up to 256 MiB are hashed whole by `content_hash`: a fifth of a second."""

TEMPORARY = ".*.tmp"
"""Pattern of the names under which `commit` writes."""


def commit(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write to a temporary name beside `path`, fsync, rename, fsync the folder.

    A kill at any line leaves either the old file or the new one, never a torn one; a leftover temporary file carries
    the process id and is swept by `sweep`.

    Raises:
        ShardError: if the disk is full or the folder cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as file:
            write(file)
        replace_durably(temporary, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise ShardError(
            f"{path}: cannot be written ({error.strerror or error}); nothing committed is lost: make room and run again"
        ) from error


def replace_durably(temporary: Path, final: Path) -> None:
    """Give the finished file or folder `temporary` its name `final`, in one step, after its content is on the disk."""
    inside = [path for path in temporary.rglob("*") if path.is_file()] if temporary.is_dir() else [temporary]
    for path in inside:
        sync(path)
    os.replace(temporary, final)
    sync(final.parent)


def sync(path: Path) -> None:
    """Flush a file, or the names in a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fingerprint_of(content: object) -> str:
    """Short hash of anything that JSON can say: 64 bits, in hexadecimal."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def content_hash(path: Path) -> str:
    """Short hash of what is in a file, or in the files of a folder, with their names.

    Of a file beyond `WHOLE_BYTES` its size and its two ends: to read the weights of a large model would take minutes,
    and other weights differ there too.
    """
    digest = hashlib.sha256()
    for file in sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]:
        size = file.stat().st_size
        digest.update(f"{file.name if path.is_dir() else ''}/{size}/".encode())
        with file.open("rb") as stream:
            if size <= WHOLE_BYTES:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
            else:
                digest.update(stream.read(HASH_CHUNK))
                stream.seek(-HASH_CHUNK, os.SEEK_END)
                digest.update(stream.read(HASH_CHUNK))
    return digest.hexdigest()[:16]


def commit_json(path: Path, value: Any) -> None:
    """`commit` for a JSON value."""
    commit(path, lambda file: file.write((json.dumps(value, indent=1, sort_keys=True) + "\n").encode()))


def read_json(path: Path) -> Any:
    """The JSON value of a committed file.

    Raises:
        ShardError: if it is not JSON, which a committed file always is.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise ShardError(f"{path}: not JSON, though it was committed whole; was it edited by hand?") from None


def sha256(path: Path) -> str:
    """Checksum of a file, read once."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(HASH_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def sweep(folder: Path) -> int:
    """Remove what a killed writer left half-written; returns how many files."""
    leftovers = list(folder.glob(TEMPORARY))
    for leftover in leftovers:
        leftover.unlink(missing_ok=True)
    return len(leftovers)
