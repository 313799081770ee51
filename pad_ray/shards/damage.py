"""Shards that are not what was committed: found by checksum, set aside, named."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from pad_ray.errors import ShardError
from pad_ray.shards.files import FileDamaged
from pad_ray.shards.place import Place
from pad_ray.shards.reader import PREFIX, RECORD, SHARD, read_record, side_by_side
from pad_ray.shards.writer import ShardRecord

DAMAGED = "damaged"
"""Folder below the shards to which damaged ones are moved: to be looked at, and in nobody's way."""

IN_MEMORY_BYTES = 1 << 26
"""Shards up to 64 MiB are read once, for checksum and Arrow alike; beyond that twice, a piece at a time, as dozens are
looked at together."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One shard that was set aside."""

    file: str
    """The shard's name."""
    why: str


def whole_records(folder: str | Path | Place) -> tuple[list[ShardRecord], list[Damage]]:
    """The records, by index, of all shards that are what was committed; and the others, set aside in `damaged/`.

    Every shard is read. A shard without a record was never committed: it is removed and not mentioned. To be called
    by the only one who works in the folder.

    Raises:
        ShardError: if the folder cannot be read, which is no reason to set anything aside.
    """
    place = Place.of(folder)
    # A disk lists names only: a look at each file for its size would cost as much as opening it.
    sizes: dict[str, int | None] = (
        dict(place.sizes(PREFIX)) if place.local is None else dict.fromkeys(place.names(PREFIX))
    )
    names = [name for name in sizes if name.endswith(RECORD)]
    examined = side_by_side(place, lambda name: _examine(place, name, sizes), names)
    whole, damages = [], []
    for name, found in zip(names, examined, strict=True):
        if isinstance(found, ShardRecord):
            whole.append(found)
        else:
            damages.append(Damage(name.removesuffix(RECORD) + SHARD, found))
    _set_aside(place, damages)
    for name in sizes:
        if name.endswith(SHARD) and name.removesuffix(SHARD) + RECORD not in sizes:
            place.remove(name)
    return sorted(whole, key=lambda record: record.index), damages


def _examine(place: Place, name: str, sizes: dict[str, int | None]) -> ShardRecord | str:
    """The record if its shard is whole, else what is wrong."""
    try:
        content = place.read_bytes(name)
    except FileDamaged as error:
        return f"its record cannot be read: {error}"
    try:
        record = read_record(place, name, content)
    except ShardError as error:
        return f"its record is damaged: {error}"
    if record.file not in sizes:
        return "the shard is missing"
    size = sizes[record.file]
    if size is not None and size != record.bytes:
        return _other_size(record, size)
    try:
        return _examine_shard(place, record)
    except FileDamaged as error:
        return f"the shard cannot be read: {error}"


def _examine_shard(place: Place, record: ShardRecord) -> ShardRecord | str:
    if record.bytes <= IN_MEMORY_BYTES:
        content = place.read_bytes(record.file)
        size, checksum, source = len(content), hashlib.sha256(content).hexdigest(), pa.BufferReader(content)
    else:
        size = place.size(record.file)
        if size != record.bytes:
            return _other_size(record, size)
        checksum, source = place.sha256(record.file), place.open(record.file)
    with source:
        if size != record.bytes:
            return _other_size(record, size)
        if checksum != record.sha256:
            return "its checksum is not the recorded one"
        try:
            pa.ipc.open_file(source)
        except pa.ArrowInvalid as error:
            return f"it is no Arrow file: {' '.join(str(error).split())}"
    return record


def _other_size(record: ShardRecord, size: int) -> str:
    return f"it has {size:,} bytes, and {record.bytes:,} were committed"


def _set_aside(place: Place, damages: list[Damage]) -> None:
    """Move shard and record under a name that is free there: `shard-000003.arrow`, then `shard-000003-1.arrow`, ..."""
    if not damages:
        return
    aside = place / DAMAGED
    taken = set(aside.names())
    for damage in damages:
        stem = damage.file.removesuffix(SHARD)
        free, number = stem, 0
        while {free + SHARD, free + RECORD} & taken:
            number += 1
            free = f"{stem}-{number}"
        taken |= {free + SHARD, free + RECORD}
        # The shard goes first: were the record to go first, a kill in between would leave a shard to be swept.
        for end in (SHARD, RECORD):
            if place.exists(stem + end):
                place.move(stem + end, aside, free + end)
