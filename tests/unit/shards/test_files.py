"""A file is there whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
from fnmatch import fnmatch
from pathlib import Path
from typing import BinaryIO

import pytest

from pad_ray.errors import ShardError
from pad_ray.shards.files import (
    CHECKSUM,
    HASH_CHUNK,
    commit,
    commit_json,
    json_bytes,
    parse_sealed_json,
    read_json,
    sealed_json,
    sha256,
    sweep,
)


def write_new(file: BinaryIO) -> None:
    file.write(b"new")


def full_disk(file: BinaryIO) -> None:
    """A writer that meets a full disk half-way."""
    file.write(b"half of it")
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_commit_leaves_the_file_and_nothing_else(tmp_path: Path) -> None:
    commit(tmp_path / "deeper" / "shard", write_new)
    assert (tmp_path / "deeper" / "shard").read_bytes() == b"new"
    assert names(tmp_path / "deeper") == ["shard"]


def test_nothing_has_the_name_before_everything_is_written(tmp_path: Path) -> None:
    seen = []

    def look(file: BinaryIO) -> None:
        file.write(b"new")
        seen.extend(path.name for path in tmp_path.iterdir())

    commit(tmp_path / "shard", look)
    assert len(seen) == 1
    assert fnmatch(seen[0], f".shard.{os.getpid()}-*.tmp")


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "shard"
    path.write_bytes(b"old")
    with pytest.raises(ShardError, match=r"shard: cannot be written \(No space left on device\)"):
        commit(path, full_disk)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["shard"]


def test_a_full_disk_leaves_no_new_file(tmp_path: Path) -> None:
    with pytest.raises(ShardError):
        commit(tmp_path / "shard", full_disk)
    assert names(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_a_shard_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"in the way")
    with pytest.raises(ShardError, match="cannot be written"):
        commit(tmp_path / "file" / "shard", write_new)
    with pytest.raises(ShardError, match="cannot be written"):
        commit(tmp_path / "file" / "deeper" / "shard", write_new)


def test_a_folder_in_the_place_of_the_file_is_a_shard_error(tmp_path: Path) -> None:
    (tmp_path / "shard" / "content").mkdir(parents=True)
    with pytest.raises(ShardError, match="cannot be written"):
        commit(tmp_path / "shard", write_new)
    assert names(tmp_path) == ["shard"]


def test_a_program_error_of_ours_is_not_hidden(tmp_path: Path) -> None:
    def broken(file: BinaryIO) -> None:
        raise KeyError("ours")

    (tmp_path / "shard").write_bytes(b"old")
    with pytest.raises(KeyError, match="ours"):
        commit(tmp_path / "shard", broken)
    assert (tmp_path / "shard").read_bytes() == b"old"
    assert sweep(tmp_path) == 1
    assert names(tmp_path) == ["shard"]


def test_sweep_takes_leftovers_only(tmp_path: Path) -> None:
    for name in (".shard.17.tmp", ".record.json.4711.tmp", "shard", "shard.tmp", ".lock", ".hidden"):
        (tmp_path / name).write_bytes(b"x")
    assert sweep(tmp_path) == 2
    assert names(tmp_path) == [".hidden", ".lock", "shard", "shard.tmp"]
    assert sweep(tmp_path) == 0


def test_json_comes_back(tmp_path: Path) -> None:
    value = {"b": [1, 2.5, None], "a": "Grüße \N{SNOWMAN}"}
    commit_json(tmp_path / "record.json", value)
    assert read_json(tmp_path / "record.json") == value


def test_what_is_no_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "record.json").write_bytes(b'{"half": ')
    with pytest.raises(ShardError, match=r"record\.json: not JSON"):
        read_json(tmp_path / "record.json")


def test_json_with_a_checksum_comes_back_with_it_and_is_taken_without(tmp_path: Path) -> None:
    for value in ({}, {"a": {"checksum": ""}, "b": '\n "checksum": "'}, {"x": [1, {"checksum": "0"}]}):
        content = sealed_json(value)
        sealed = parse_sealed_json(content, "here")
        assert sealed == value | {CHECKSUM: sealed[CHECKSUM]}
        assert parse_sealed_json(json_bytes(value), "here") == value
        with pytest.raises(ShardError, match="here: its checksum is not its own"):
            parse_sealed_json(content.replace(b"}", b" }", 1), "here")


@pytest.mark.parametrize("size", [0, 1, HASH_CHUNK, HASH_CHUNK + 1])
def test_the_checksum_is_sha256_of_the_whole_file(tmp_path: Path, size: int) -> None:
    content = bytes(i % 251 for i in range(size))
    (tmp_path / "file").write_bytes(content)
    assert sha256(tmp_path / "file") == hashlib.sha256(content).hexdigest()
