"""Writing a file so that it is there whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from pad_ray.errors import ShardError

HASH_CHUNK = 1 << 20
"""Bytes hashed at a time."""

WHOLE_BYTES = 1 << 28
"""Files up to 256 MiB are hashed whole by `content_hash`: a fifth of a second."""

TEMPORARY = ".*.tmp"
"""Pattern of the names under which `commit` writes."""

CHECKSUM, CHECKSUM_DIGITS = "checksum", 16
"""Key under which JSON holds a checksum of its own, and its length: 64 bits, in hexadecimal."""

_SEAL = f'\n "{CHECKSUM}": "'.encode()
"""What `json_bytes` writes before it: nothing else begins a line so, as texts have no line ends and what is inside
something is indented further."""


class FileDamaged(ShardError):
    """The disk gives the content of a file back no more; to read it again will not help."""


def commit(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """`commit_all` for one file: whole or not at all.

    Raises:
        ShardError: if the disk is full or the folder cannot be written.
    """
    commit_all(path.parent, {path.name: write})


def commit_all(folder: Path, contents: Mapping[str, Callable[[BinaryIO], object]]) -> None:
    """Write each file under a temporary name, flush it, then name them in their order, then flush the folder.

    A kill at any line leaves of each name either the old file or the new one, never a torn one. A leftover temporary
    file is swept by `sweep`; its name has a random part, as a process id is not unique on NFS or among threads.

    Raises:
        ShardError: if the disk is full or the folder cannot be written.
    """
    temporaries: dict[Path, Path] = {}
    path = folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, write in contents.items():
            path = folder / name
            temporaries[path] = folder / f".{name}.{os.getpid()}-{secrets.token_hex(4)}.tmp"
            with open(temporaries[path], "wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
        for path, temporary in temporaries.items():
            os.replace(temporary, path)
        sync(folder)
    except OSError as error:
        for temporary in temporaries.values():
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
    commit(path, lambda file: file.write(json_bytes(value)))


def json_bytes(value: Any) -> bytes:
    """JSON as committed files hold it: sorted, and one leaf per line for people."""
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()


def read_json(path: Path) -> Any:
    """The JSON value of a committed file.

    Raises:
        ShardError: if it is not JSON, which a committed file always is.
    """
    return parse_json(path.read_bytes(), str(path))


def parse_json(content: bytes, where: str) -> Any:
    """`read_json` for what has been read from `where`."""
    try:
        return json.loads(content.decode())
    except ValueError:
        raise ShardError(f"{where}: not JSON, though it was committed whole; was it edited by hand?") from None


def sealed_json(value: Mapping[str, Any]) -> bytes:
    """`json_bytes` of an object, with a checksum of all the rest in it."""
    before, seal, after = json_bytes({**value, CHECKSUM: ""}).partition(_SEAL)
    return before + seal + _checksum(before + seal + after) + after


def parse_sealed_json(content: bytes, where: str) -> Any:
    """`parse_json`, and a `ShardError` too if the checksum in it is not its own. What has none is taken as it is.

    It is of the bytes and not of what they mean: to write each object again would take twice as long as to read it.
    """
    value = parse_json(content, where)
    before, seal, after = content.partition(_SEAL)
    if seal and after[:CHECKSUM_DIGITS] != _checksum(before + seal + after[CHECKSUM_DIGITS:]):
        raise ShardError(f"{where}: its checksum is not its own; the run that made it makes it again")
    return value


def _checksum(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest()[:CHECKSUM_DIGITS].encode()


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
