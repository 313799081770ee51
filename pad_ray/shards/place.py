"""A folder for shards and records: on a disk, on NFS, in S3 or in GCS, all used the same way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from pad_ray.errors import ShardError
from pad_ray.shards.address import Remote, parse
from pad_ray.shards.bucket import Bucket
from pad_ray.shards.disk import Disk
from pad_ray.shards.files import json_bytes, parse_json


@dataclass(frozen=True, slots=True)
class Place:
    """A folder, known by its address alone: it can be hashed, pickled, and used by many threads and processes.

    Files in it are named by their plain names. Make one with `Place.of`.

    Every method that touches the folder raises `ShardError` in one line: it is not there, is denied, is full, or does
    not answer.
    """

    address: str

    @staticmethod
    def of(where: str | Path | Place) -> Place:
        """From a path, `file://`, `s3://bucket/folder` or `gs://bucket/folder`; nothing is touched yet.

        S3 takes options after `?`: `endpoint_override`, `scheme`, `region`, `anonymous`; without an endpoint there,
        `AWS_ENDPOINT_URL` of the process's environment counts. Credentials come from the environment or the machine.

        Raises:
            ConfigError: for an address that cannot be one, or that has credentials in it (they are not repeated).
        """
        return where if isinstance(where, Place) else Place(str(parse(where)))

    def __truediv__(self, name: str) -> Place:
        """The folder `name` below."""
        for piece in name.split("/"):
            _plain(piece)
        here = parse(self.address)
        if isinstance(here, Path):
            return Place(str(here / name))
        return Place(str(Remote(here.scheme, f"{here.path}/{name}", here.options)))

    def __str__(self) -> str:
        return self.address

    @property
    def local(self) -> Path | None:
        """The folder's path, where it has one."""
        side = _side(self.address)
        return side.folder if isinstance(side, Disk) else None

    @property
    def name(self) -> str:
        """The folder's own name."""
        here = parse(self.address)
        return (here if isinstance(here, Path) else Path(here.path)).name

    def put(self, name: str, write: Callable[[BinaryIO], object]) -> None:
        """Write a file, whole or not at all, in the place of what had the name; it survives a power cut.

        On a disk a temporary file is flushed and renamed; in an object store the content is gathered and put at once.
        """
        self.put_all({name: write})

    def put_all(self, contents: Mapping[str, Callable[[BinaryIO], object]]) -> None:
        """`put` for several files, in their order: no file has its name before all earlier ones have theirs."""
        _side(self.address).put_all({_plain(name): write for name, write in contents.items()})

    def put_bytes(self, name: str, content: bytes | memoryview | pa.Buffer) -> None:
        """`put` for what is in memory."""
        self.put(name, lambda file: file.write(content))

    def put_json(self, name: str, value: Any) -> None:
        """`put` for a JSON value."""
        self.put_bytes(name, json_bytes(value))

    def read_bytes(self, name: str) -> bytes:
        """The whole file."""
        return _side(self.address).read_bytes(_plain(name))

    def read_json(self, name: str) -> Any:
        """The JSON value of a file; a `ShardError` too if it is not JSON."""
        return parse_json(self.read_bytes(name), f"{self}/{name}")

    def open(self, name: str) -> pa.NativeFile:
        """The file, for reading anywhere in it; memory-mapped on a disk. The caller closes it."""
        return _side(self.address).open(_plain(name))

    def sha256(self, name: str) -> str:
        """Checksum of the file, read once, a piece at a time."""
        return _side(self.address).sha256(_plain(name))

    def exists(self, name: str) -> bool:
        """Whether there is a file of that name."""
        return _side(self.address).size(_plain(name)) is not None

    def size(self, name: str) -> int:
        """Bytes of the file."""
        size = _side(self.address).size(_plain(name))
        if size is None:
            raise ShardError(f"{self}/{name}: no such file")
        return size

    def names(self, prefix: str = "", suffix: str = "") -> list[str]:
        """Sorted names of the files directly in the folder; none if there is no folder. One listing, no look-ups."""
        return sorted(n for n in _side(self.address).names() if n.startswith(prefix) and n.endswith(suffix))

    def entries(self) -> list[str]:
        """Sorted names of the files and of the folders directly in the folder."""
        return sorted(_side(self.address).entries())

    def sizes(self, prefix: str = "", suffix: str = "") -> dict[str, int]:
        """`names`, with the bytes of each."""
        found = _side(self.address).sizes()
        return {n: found[n] for n in sorted(found) if n.startswith(prefix) and n.endswith(suffix)}

    def remove(self, name: str) -> None:
        """Remove the file, if it is there."""
        _side(self.address).remove(_plain(name))

    def move(self, name: str, to: Place, new_name: str = "") -> None:
        """Move the file to another folder; in object stores it is copied, then deleted."""
        source, target, final = _side(self.address), _side(to.address), _plain(new_name or name)
        if not source.move(_plain(name), target, final):
            to.put_bytes(final, self.read_bytes(name))
            self.remove(name)

    def make(self) -> None:
        """Make the folder; of an object store, see that it answers and has the bucket."""
        _side(self.address).make()

    def sweep(self) -> int:
        """Remove what killed writers left half-written; returns how many files."""
        return _side(self.address).sweep()


def _plain(name: str) -> str:
    if name in ("", ".", "..") or "/" in name or "\0" in name:
        raise ShardError(f"{name[:80]!r}: not the plain name of a file")
    return name


@lru_cache(maxsize=256)
def _side(address: str) -> Disk | Bucket:
    here = parse(address)
    return Disk(here) if isinstance(here, Path) else Bucket(here)
