"""Reading committed shards back, memory-mapped and checked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from pad_ray.errors import ShardError
from pad_ray.shards.files import read_json, sha256
from pad_ray.shards.writer import ShardRecord


def read_table(path: Path) -> pa.Table:
    """One Arrow IPC file, memory-mapped: no copy is made.

    Raises:
        ShardError: if it is missing or no Arrow file.
    """
    try:
        return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    except (OSError, pa.ArrowInvalid) as error:
        raise ShardError(f"{path}: not a readable Arrow shard ({error})") from None


def records(folder: Path) -> list[ShardRecord]:
    """The records of a folder, by index; whether the shards are still whole is not looked at."""
    found = (ShardRecord(**read_json(path)) for path in folder.glob("shard-*.json"))
    return sorted(found, key=lambda record: record.index)


def is_whole(folder: Path, record: ShardRecord) -> bool:
    """Whether the shard is there with the size and checksum that were recorded."""
    path = folder / record.file
    return path.is_file() and path.stat().st_size == record.bytes and sha256(path) == record.sha256


def read_shards(folder: Path) -> Iterator[pa.Table]:
    """The tables of all committed shards, in order, one at a time."""
    for record in records(folder):
        yield read_table(folder / record.file)
