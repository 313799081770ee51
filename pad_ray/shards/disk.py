"""The files of a folder on this machine's disks or on NFS."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from pad_ray.errors import ShardError
from pad_ray.shards import files

DAMAGED = (errno.EIO, errno.EISDIR)
"""Errors of a file itself. Others, as of rights or a stale NFS handle, are of the machine and may pass."""


@dataclass(frozen=True, slots=True)
class Disk:
    """What `Place` does, for a folder that has a path."""

    folder: Path

    def put_all(self, contents: Mapping[str, Callable[[BinaryIO], object]]) -> None:
        files.commit_all(self.folder, contents)

    def read_bytes(self, name: str) -> bytes:
        with self._reading(name) as path:
            return path.read_bytes()

    def open(self, name: str) -> pa.NativeFile:
        with self._reading(name) as path:
            # An empty file cannot be mapped.
            return pa.memory_map(str(path)) if path.stat().st_size else pa.OSFile(str(path))

    def sha256(self, name: str) -> str:
        with self._reading(name) as path:
            return files.sha256(path)

    def size(self, name: str) -> int | None:
        path = self.folder / name
        return path.stat().st_size if path.is_file() else None

    def names(self) -> list[str]:
        return [entry.name for entry in self._listing() if entry.is_file()]

    def entries(self) -> list[str]:
        return [entry.name for entry in self._listing()]

    def _listing(self) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self.folder) as entries:
                return list(entries)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise ShardError(f"{self.folder}: cannot be listed ({error.strerror or error})") from None

    def sizes(self) -> dict[str, int]:
        found = {name: self.size(name) for name in self.names()}
        return {name: size for name, size in found.items() if size is not None}

    def remove(self, name: str) -> None:
        with self._changing(name) as path:
            path.unlink(missing_ok=True)

    def move(self, name: str, to: object, new_name: str) -> bool:
        """False if that cannot be done here, as `to` is elsewhere."""
        if not isinstance(to, Disk):
            return False
        with self._changing(name) as path:
            to.folder.mkdir(parents=True, exist_ok=True)
            shutil.move(path, to.folder / new_name)
            files.sync(to.folder)
            files.sync(self.folder)
        return True

    def make(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ShardError(f"{self.folder}: cannot be made ({error.strerror or error}); choose another") from None

    def sweep(self) -> int:
        return files.sweep(self.folder)

    @contextmanager
    def _reading(self, name: str) -> Iterator[Path]:
        path = self.folder / name
        try:
            yield path
        except OSError as error:
            kind = files.FileDamaged if error.errno in DAMAGED else ShardError
            raise kind(f"{path}: cannot be read ({error.strerror or error})") from None

    @contextmanager
    def _changing(self, name: str) -> Iterator[Path]:
        path = self.folder / name
        try:
            yield path
        except OSError as error:
            raise ShardError(f"{path}: cannot be moved or removed ({error.strerror or error})") from None
