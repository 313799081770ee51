"""The objects of a folder in S3 or GCS, through `pyarrow.fs`."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import pyarrow as pa
from pyarrow import fs

from pad_ray.errors import ConfigError, ShardError
from pad_ray.shards.address import Remote

CHUNK = 1 << 24
"""Bytes read at a time, 16 MiB: each piece is a request."""

ATTEMPTS = 8
"""Tries of one request to S3, with a growing pause: half a minute or more of an outage is ridden out."""

GCS_SECONDS = 60
"""How long one request to GCS is tried again."""

CONNECT_SECONDS = 5
"""pyarrow's default of 1 s is too short for a store that hundreds of nodes turn to at once."""

LONGEST_REASON = 300
"""Characters of a store's own words that are repeated in a message."""

SECRETS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
"""Variables whose values are taken out of a store's own words."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """What `Place` does, for a folder in an object store."""

    remote: Remote

    @property
    def _store(self) -> fs.FileSystem:
        # Connections and their threads do not survive a fork: each process has its own.
        return _file_system(self.remote.scheme, self.remote.options, os.getpid())

    def _path(self, name: str) -> str:
        return f"{self.remote.path}/{name}"

    def put_all(self, contents: Mapping[str, Callable[[BinaryIO], object]]) -> None:
        """Each is one request that the store carries out whole or not at all: what fails in `write` is never sent."""
        for name, write in contents.items():
            buffer = io.BytesIO()
            write(buffer)
            with self._plainly(name, "written"), self._store.open_output_stream(self._path(name)) as stream:
                stream.write(buffer.getbuffer())

    def read_bytes(self, name: str) -> bytes:
        with self._plainly(name, "read"), self._store.open_input_file(self._path(name)) as file:
            return bytes(file.read())

    def open(self, name: str) -> pa.NativeFile:
        with self._plainly(name, "read"):
            return self._store.open_input_file(self._path(name))

    def sha256(self, name: str) -> str:
        digest = hashlib.sha256()
        with self._plainly(name, "read"), self._store.open_input_stream(self._path(name)) as stream:
            while chunk := stream.read_buffer(CHUNK):
                digest.update(chunk)
        return digest.hexdigest()

    def size(self, name: str) -> int | None:
        with self._plainly(name, "looked up"):
            info = self._store.get_file_info(self._path(name))
        return int(info.size) if info.type == fs.FileType.File else None

    def names(self) -> list[str]:
        return list(self.sizes())

    def entries(self) -> list[str]:
        return [info.base_name for info in self._listing()]

    def sizes(self) -> dict[str, int]:
        return {info.base_name: int(info.size) for info in self._listing() if info.type == fs.FileType.File}

    def _listing(self) -> list[fs.FileInfo]:
        with self._plainly("", "listed"):
            return list(self._store.get_file_info(fs.FileSelector(self.remote.path, allow_not_found=True)))

    def remove(self, name: str) -> None:
        if self.size(name) is not None:
            with self._plainly(name, "removed"):
                self._store.delete_file(self._path(name))

    def move(self, name: str, to: object, new_name: str) -> bool:
        """False if that cannot be done here, as `to` is elsewhere."""
        if not isinstance(to, Bucket) or to._store != self._store:
            return False
        with self._plainly(name, "copied"):
            self._store.copy_file(self._path(name), to._path(new_name))
        self.remove(name)
        return True

    def make(self) -> None:
        """Folders need no making; that the store answers and has the bucket is seen here, before any work."""
        bucket = self.remote.path.split("/")[0]
        with self._plainly("", "used"):
            found = self._store.get_file_info(bucket)
        if found.type == fs.FileType.NotFound:
            raise ShardError(f"{self.remote}: there is no bucket {bucket!r}; make it, or name another")
        self.sizes()

    def sweep(self) -> int:
        """A put that was cut off has left nothing that has a name."""
        return 0

    @contextmanager
    def _plainly(self, name: str, done: str) -> Iterator[None]:
        """Say in one line what is wrong, and what would be right."""
        try:
            yield
        except OSError as error:
            where = Remote(self.remote.scheme, self._path(name).rstrip("/"), self.remote.options)
            raise ShardError(f"{where}: cannot be {done} ({_reason(error, self.remote)})") from None


def _reason(error: OSError, remote: Remote) -> str:
    words = " ".join(str(error).split())
    for value in filter(None, map(os.environ.get, SECRETS)):
        words = words.replace(value, "***")
    bucket = remote.path.split("/")[0]
    if "NO_SUCH_BUCKET" in words or f"Bucket '{bucket}' not found" in words:
        return f"there is no bucket {bucket!r}; make it, or name another"
    if "ACCESS_DENIED" in words or "PERMISSION_DENIED" in words or isinstance(error, PermissionError):
        return (
            f"access to bucket {bucket!r} is denied; give this machine's role, or the credentials in the environment, "
            "the right to list, read, write and delete there"
        )
    if "NETWORK_CONNECTION" in words:
        return f"the store does not answer; is its endpoint right and reachable from this machine? {words[:120]}"
    if isinstance(error, FileNotFoundError):
        return "no such object"
    return words[:LONGEST_REASON]


@lru_cache(maxsize=8)
def _file_system(scheme: str, options: tuple[tuple[str, str], ...], process: int) -> fs.FileSystem:
    given: dict[str, Any] = dict(options)
    if scheme == "s3" and "endpoint_override" not in given:
        given |= _endpoint_of_environment()
    if given.get("anonymous"):
        given["anonymous"] = given["anonymous"] == "true"
    if scheme == "gs":
        from datetime import timedelta

        given.pop("region", None)
        return fs.GcsFileSystem(retry_time_limit=timedelta(seconds=GCS_SECONDS), **given)
    return fs.S3FileSystem(
        **given,
        # Without it the store is asked for an upload in parts as soon as a stream is opened: three requests for one.
        allow_delayed_open=True,
        connect_timeout=CONNECT_SECONDS,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=ATTEMPTS),
    )


def _endpoint_of_environment() -> dict[str, str]:
    address = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    if not address:
        return {}
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc or "@" in address:
        raise ConfigError("AWS_ENDPOINT_URL: an address like http://host:port is wanted, without credentials")
    return {"scheme": parts.scheme, "endpoint_override": parts.netloc}
