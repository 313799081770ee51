"""One worker at a time in a folder: a lock of the file system, or in an object store a heartbeat that others watch."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from pad_ray.errors import FolderBusy, RunDirectoryError, ShardError
from pad_ray.shards.place import Place

LOCK = ".lock"
"""The locked file, on a disk. The kernel lets it go when its process ends, however it ends."""

BEAT_FILE = "lock.json"
"""The heartbeat, in an object store, which has no locks."""

BEAT_SECONDS = 5.0
"""Between two beats. A run after a crash waits for two and a half of them, and resuming is to take 20 s in all."""

WATCHED_BEATS = 2.5
"""How long a beat is watched, in beats: one may be late by a slow request or two."""

SETTLE_BEATS = 0.5
"""How long a taker waits, in beats, before it looks whether its own beat is still there: of two takers one sees the
other's."""

LOST_BEATS = 2.0
"""A holder whose last beat came through longer ago than this may have been taken for dead: it looks before going on."""


@dataclass(frozen=True, slots=True)
class Beat:
    """What the holder of a folder writes again and again."""

    token: str
    host: str
    pid: int
    beat: int


class Lease:
    """A context manager: inside, this process is the only one that works in the folder.

    On a disk or NFS it is a lock (flock) on a file. In an object store the holder counts up a beat in `lock.json`, and
    whoever finds one watches whether it changes: no clock of one machine is compared with that of another, as clocks
    jump. Without conditional writes this cannot be airtight: a holder that was cut off for longer than the watch finds
    out at its next `check`, and what it wrote meanwhile is whole shards of the same content.
    """

    def __init__(self, place: Place, called: str = "folder", beat_seconds: float = BEAT_SECONDS) -> None:
        self._place = place
        self._local = _Flock(place.local, called) if place.local is not None else None
        self._remote = Heartbeat(place, called, beat_seconds) if place.local is None else None

    def __enter__(self) -> Lease:
        if self._local is not None:
            self._local.take()
        if self._remote is not None:
            self._remote.take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._local is not None:
            self._local.release()
        if self._remote is not None:
            self._remote.release()

    def check(self) -> None:
        """To be called now and then by the holder.

        Raises:
            RunDirectoryError: if another process has taken the folder over.
        """
        if self._remote is not None:
            self._remote.check()


class _Flock:
    def __init__(self, folder: Path, called: str) -> None:
        self._folder = folder
        self._called = called
        self._lock: IO[str] | None = None

    def take(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = open(self._folder / LOCK, "w")  # noqa: SIM115  held until release
        except OSError as error:
            raise RunDirectoryError(
                f"{self._called} {self._folder}: cannot be written ({error.strerror}); choose another"
            ) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise FolderBusy(
                f"{self._called} {self._folder}: another process works in it; wait for it or choose another "
                f"{self._called}"
            ) from None
        except OSError as error:
            lock.close()
            raise RunDirectoryError(
                f"{self._called} {self._folder}: its file system has no locks ({error.strerror}); choose another "
                f"{self._called}"
            ) from None
        self._lock = lock

    def release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None


class Heartbeat:
    """The lock of a folder that has no file system under it. `Lease` is how to use it."""

    def __init__(
        self,
        place: Place,
        called: str = "folder",
        beat_seconds: float = BEAT_SECONDS,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        self._place = place
        self._called = called
        self._seconds = beat_seconds
        self._wait = wait
        self._token = secrets.token_hex(8)
        self._count = 0
        self._reached = 0.0
        self._lost: str | None = None
        self._ended = threading.Event()
        self._beating = threading.Lock()
        self._thread: threading.Thread | None = None

    def take(self) -> None:
        """Hold the folder, and beat until `release`.

        Raises:
            FolderBusy: if another process works in it.
            ShardError: if the store cannot be used.
        """
        found = self._read()
        if found is not None:
            self._wait(WATCHED_BEATS * self._seconds)
            now = self._read()
            if now is not None and now != found:
                raise self._held_by(now)
        self._write()
        self._wait(SETTLE_BEATS * self._seconds)
        now = self._read()
        if not self._is_ours(now):
            raise self._held_by(now)
        self._thread = threading.Thread(target=self._keep_beating, name="lease", daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Give the folder up, if it is still held."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        if self._lost is None and self._is_ours(self._read()):
            self._place.remove(BEAT_FILE)

    def check(self) -> None:
        """Raises RunDirectoryError if another process has taken the folder over."""
        if self._lost is None and time.monotonic() - self._reached > LOST_BEATS * self._seconds:
            self.beat()
        if self._lost is not None:
            raise RunDirectoryError(f"{self._called} {self._place}: {self._lost}; this run has stopped")

    def beat(self) -> None:
        """Look whether the folder is still ours, and say that we are alive."""
        with self._beating:
            found = self._read()
            if self._is_ours(found):
                self._write()
            else:
                self._lost = f"was taken over by {_who(found)}"

    def _keep_beating(self) -> None:
        while self._lost is None and not self._ended.wait(self._seconds):
            try:
                self.beat()
            except ShardError:
                # The store is away for now. `check` raises what it says; here the next beat is the next try.
                continue

    def _read(self) -> Any:
        """What the file says, None if there is none; what is no JSON is as good as any beat that does not change."""
        try:
            content = self._place.read_bytes(BEAT_FILE)
        except ShardError:
            if self._place.exists(BEAT_FILE):
                raise
            return None
        try:
            return json.loads(content)
        except ValueError:
            return {}

    def _write(self) -> None:
        self._count += 1
        self._place.put_json(BEAT_FILE, asdict(Beat(self._token, socket.gethostname(), os.getpid(), self._count)))
        self._reached = time.monotonic()

    def _is_ours(self, found: Any) -> bool:
        return isinstance(found, dict) and found.get("token") == self._token

    def _held_by(self, found: Any) -> FolderBusy:
        return FolderBusy(
            f"{self._called} {self._place}: {_who(found)} works in it; wait for it or choose another {self._called}"
        )


def _who(found: Any) -> str:
    if not isinstance(found, dict):
        return "another process"
    return f"process {str(found.get('pid'))[:20]} on host {str(found.get('host'))[:80]!r}"
