"""Reading committed shards back, memory-mapped where they have a path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa

from pad_ray.errors import ShardError
from pad_ray.shards.files import parse_sealed_json
from pad_ray.shards.place import Place
from pad_ray.shards.writer import ShardRecord, shard_name

LOCAL_READERS = 8
"""Files of a disk that are read at a time: enough to keep the cores hashing while others wait for the disk."""

REMOTE_READERS = 32
"""Objects that are read at a time: one request waits some 30 ms, whatever its size."""

AT_A_TIME = 512
"""Files given to the readers at a time, so that an error ends the reading soon and results are not piled up."""

PREFIX, SHARD, RECORD = "shard-", ".arrow", ".json"

_FIELDS = {f.name: f for f in fields(ShardRecord)}

Item = TypeVar("Item")
Result = TypeVar("Result")


def read_table(path: Path) -> pa.Table:
    """One Arrow IPC file on a disk, memory-mapped: no copy is made.

    Raises:
        ShardError: if it is missing or no Arrow file.
    """
    try:
        return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    except (OSError, pa.ArrowInvalid) as error:
        raise ShardError(f"{path}: not a readable Arrow shard ({error})") from None


def read_shard(folder: str | Path | Place, record: ShardRecord) -> pa.Table:
    """The table of one committed shard: memory-mapped on a disk, read into memory from an object store.

    Raises:
        ShardError: if it is missing or no Arrow file.
    """
    place = Place.of(folder)
    if place.local is not None:
        return read_table(place.local / record.file)
    content = place.read_bytes(record.file)
    try:
        return pa.ipc.open_file(pa.py_buffer(content)).read_all()
    except pa.ArrowInvalid as error:
        raise ShardError(f"{place}/{record.file}: not a readable Arrow shard ({error})") from None


def records(folder: str | Path | Place) -> list[ShardRecord]:
    """The records of a folder, by index; whether the shards are still whole is not looked at.

    Raises:
        ShardError: if a record is no record; `damage.whole_records` sets such aside.
    """
    place = Place.of(folder)
    names = place.names(PREFIX, RECORD)
    found = side_by_side(place, lambda name: read_record(place, name, place.read_bytes(name)), names)
    return sorted(found, key=lambda record: record.index)


def read_record(place: Place, name: str, content: bytes) -> ShardRecord:
    """The record that the file `name` holds.

    Keys that a later version wrote are passed over; those that an earlier one lacked have their defaults.

    Raises:
        ShardError: if it is not the record that its name says, or not as it was written.
    """
    where = f"{place}/{name}"
    value = parse_sealed_json(content, where)
    if not isinstance(value, dict):
        raise ShardError(f"{where}: not a shard's record")
    known = {key: value[key] for key in _FIELDS if key in value}
    if any(f.default is MISSING and f.default_factory is MISSING and key not in known for key, f in _FIELDS.items()):
        raise ShardError(f"{where}: not a shard's record")
    if any(not _fits(_FIELDS[key].type, item) for key, item in known.items()):
        raise ShardError(f"{where}: not a shard's record")
    record = ShardRecord(**known)
    # The name in the record is opened: it must not lead anywhere else.
    if record.file != shard_name(record.index) or name != record.file.removesuffix(SHARD) + RECORD:
        raise ShardError(f"{where}: the record of another shard")
    return record


def _fits(kind: Any, value: Any) -> bool:
    if kind == "int":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "float":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "str":
        return isinstance(value, str)
    if kind == "dict[str, int]":
        return isinstance(value, dict) and all(_fits("int", count) for count in value.values())
    return isinstance(value, list) and all(
        isinstance(item, dict) and all(isinstance(text, str) for text in item.values()) for item in value
    )


def is_whole(folder: str | Path | Place, record: ShardRecord) -> bool:
    """Whether the shard is there with the size and checksum that were recorded."""
    place = Place.of(folder)
    return (
        place.exists(record.file)
        and place.size(record.file) == record.bytes
        and place.sha256(record.file) == record.sha256
    )


def read_shards(folder: str | Path | Place) -> Iterator[pa.Table]:
    """The tables of all committed shards, in order, one at a time."""
    place = Place.of(folder)
    for record in records(place):
        yield read_shard(place, record)


def side_by_side(place: Place, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """`work` for every item, several at a time, in their order."""
    todo = list(items)
    with ThreadPoolExecutor(LOCAL_READERS if place.local is not None else REMOTE_READERS) as readers:
        for start in range(0, len(todo), AT_A_TIME):
            yield from readers.map(work, todo[start : start + AT_A_TIME])
