"""What is not as it was committed is found, set aside and named; nothing else is touched."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pytest

from pad_ray.errors import ShardError
from pad_ray.shards import damage
from pad_ray.shards.damage import DAMAGED, Damage, whole_records
from pad_ray.shards.files import CHECKSUM, FileDamaged, read_json, sealed_json, sha256
from pad_ray.shards.place import Place
from pad_ray.shards.writer import record_path, shard_path, write_shard

WHOLE = (0, 2)
"""Shards that nothing happens to; 1 is the one that is damaged."""


def numbers(*values: int) -> pa.Table:
    return pa.table({"number": list(values)})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for index in (0, 1, 2):
        write_shard(tmp_path, index, numbers(index, index + 1))
    return tmp_path


def set_aside(folder: Path) -> list[str]:
    return Place.of(folder / DAMAGED).names()


def found_in(folder: Path) -> Damage:
    """The one damage; the whole shards are all there."""
    records, (found,) = whole_records(folder)
    assert tuple(record.index for record in records) == WHOLE
    assert found.file == "shard-000001.arrow"
    assert not shard_path(folder, 1).exists() and not record_path(folder, 1).exists()
    return found


def test_whole_shards_are_all_there_is(folder: Path) -> None:
    records, damages = whole_records(folder)
    assert [record.index for record in records] == [0, 1, 2]
    assert damages == []
    assert not (folder / DAMAGED).exists()


def test_a_folder_that_is_not_there_has_nothing(tmp_path: Path) -> None:
    assert whole_records(tmp_path / "nowhere") == ([], [])


@pytest.mark.parametrize("place", [0, 100, -1])
def test_a_flipped_bit_is_found(folder: Path, place: int) -> None:
    content = bytearray(shard_path(folder, 1).read_bytes())
    content[place] ^= 1
    shard_path(folder, 1).write_bytes(content)
    assert found_in(folder).why == "its checksum is not the recorded one"
    assert set_aside(folder) == ["shard-000001.arrow", "shard-000001.json"]
    assert (folder / DAMAGED / "shard-000001.arrow").read_bytes() == content


def test_shards_too_large_for_memory_are_looked_through_as_well(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(damage, "IN_MEMORY_BYTES", 0)
    assert [record.index for record in whole_records(folder)[0]] == [0, 1, 2]
    content = bytearray(shard_path(folder, 1).read_bytes())
    content[100] ^= 1
    shard_path(folder, 1).write_bytes(content)
    assert found_in(folder).why == "its checksum is not the recorded one"


@pytest.mark.parametrize("left", [0, 8, -1])
def test_a_truncated_shard_is_found(folder: Path, left: int) -> None:
    whole = shard_path(folder, 1).read_bytes()
    shard_path(folder, 1).write_bytes(whole[:left])
    assert found_in(folder).why == f"it has {len(whole[:left])} bytes, and {len(whole)} were committed"


def test_a_missing_shard_is_found(folder: Path) -> None:
    shard_path(folder, 1).unlink()
    assert found_in(folder).why == "the shard is missing"
    assert set_aside(folder) == ["shard-000001.json"]


@pytest.mark.parametrize("content", [b"", b'{"half": ', b"\xff\xfe", b"[]", b"{}"])
def test_a_record_that_is_none_is_found(folder: Path, content: bytes) -> None:
    record_path(folder, 1).write_bytes(content)
    assert "its record is damaged" in found_in(folder).why
    assert set_aside(folder) == ["shard-000001.arrow", "shard-000001.json"]


@pytest.mark.parametrize("key", ["bytes", "rows", "kept", "sha256", CHECKSUM])
def test_a_bit_that_flips_in_a_record_is_found(folder: Path, key: str) -> None:
    content = bytearray(record_path(folder, 1).read_bytes())
    value = re.search(f'"{key}": "?([0-9a-f])'.encode(), content)
    assert value
    content[value.start(1)] ^= 1
    record_path(folder, 1).write_bytes(content)
    assert read_json(record_path(folder, 1)), "it is JSON still"
    assert "shard-000001.json: its checksum is not its own" in found_in(folder).why
    assert set_aside(folder) == ["shard-000001.arrow", "shard-000001.json"]


def test_the_record_of_another_shard_is_found(folder: Path) -> None:
    record_path(folder, 1).write_bytes(record_path(folder, 2).read_bytes())
    assert "the record of another shard" in found_in(folder).why


def test_a_shard_that_was_committed_as_no_arrow_is_found(folder: Path) -> None:
    path = shard_path(folder, 1)
    path.write_bytes(b"no Arrow file at all")
    record = read_json(record_path(folder, 1)) | {"bytes": 20, "sha256": sha256(path)}
    record_path(folder, 1).write_bytes(sealed_json(record))
    assert "it is no Arrow file" in found_in(folder).why


def test_earlier_ones_set_aside_are_kept(folder: Path) -> None:
    for _ in range(3):
        shard_path(folder, 1).write_bytes(b"torn")
        found_in(folder)
        write_shard(folder, 1, numbers(1, 2))
    assert set_aside(folder) == [f"shard-000001{n}.{end}" for n in ("-1", "-2", "") for end in ("arrow", "json")]


def test_a_shard_without_a_record_is_a_leftover(folder: Path) -> None:
    record_path(folder, 1).unlink()
    records, damages = whole_records(folder)
    assert tuple(record.index for record in records) == WHOLE
    assert damages == []
    assert not shard_path(folder, 1).exists()


class Disk(Place):
    """A place whose disk gives one file back no more, or whose machine has a fault."""

    error: type[ShardError] = FileDamaged

    def read_bytes(self, name: str) -> bytes:
        if name == "shard-000001.arrow":
            raise self.error("Input/output error")
        return Place.read_bytes(self, name)


class Machine(Disk):
    error = ShardError


def test_a_shard_that_the_disk_gives_back_no_more_is_found(folder: Path) -> None:
    records, damages = whole_records(Disk(str(folder)))
    assert tuple(record.index for record in records) == WHOLE
    assert damages == [Damage("shard-000001.arrow", "the shard cannot be read: Input/output error")]


def test_a_fault_of_the_machine_sets_nothing_aside(folder: Path) -> None:
    with pytest.raises(ShardError):
        whole_records(Machine(str(folder)))
    assert [record.index for record in whole_records(folder)[0]] == [0, 1, 2]
