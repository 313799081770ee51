"""One process at a time in a folder, with and without a file system that has locks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pad_ray.errors import RunDirectoryError, ShardError
from pad_ray.shards.files import commit_json, read_json
from pad_ray.shards.lease import BEAT_FILE, LOCK, Heartbeat, Lease
from pad_ray.shards.place import Place

HOUR = 3600.0
"""Beats that never come by themselves in a test."""


class Meanwhile:
    """A clock that is told what happens while somebody waits."""

    def __init__(self, *happenings: Callable[[], object]) -> None:
        self.happenings = list(happenings)

    def __call__(self, seconds: float) -> None:
        if self.happenings:
            self.happenings.pop(0)()


class Away(Place):
    """A store that does not answer."""

    def read_bytes(self, name: str) -> bytes:
        raise ShardError("the store is away")

    def exists(self, name: str) -> bool:
        raise ShardError("the store is away")


def heartbeat(folder: Path, *meanwhile: Callable[[], object]) -> Heartbeat:
    return Heartbeat(Place.of(folder), beat_seconds=HOUR, wait=Meanwhile(*meanwhile))


def test_a_locked_folder_is_refused_to_others_and_free_afterwards(tmp_path: Path) -> None:
    with Lease(Place.of(tmp_path / "new")) as lease:
        lease.check()
        with pytest.raises(RunDirectoryError, match="another process works in it"), Lease(Place.of(tmp_path / "new")):
            pass
    with Lease(Place.of(tmp_path / "new")):
        assert (tmp_path / "new" / LOCK).exists()


def test_a_free_folder_is_taken_and_given_back(tmp_path: Path) -> None:
    holder = heartbeat(tmp_path)
    holder.take()
    holder.check()
    assert read_json(tmp_path / BEAT_FILE)["beat"] == 1
    holder.beat()
    assert read_json(tmp_path / BEAT_FILE)["beat"] == 2
    holder.release()
    assert not (tmp_path / BEAT_FILE).exists()


def test_a_folder_whose_holder_beats_is_refused_naming_it(tmp_path: Path) -> None:
    holder = heartbeat(tmp_path)
    holder.take()
    beat = read_json(tmp_path / BEAT_FILE)
    with pytest.raises(RunDirectoryError) as refused:
        heartbeat(tmp_path, holder.beat).take()
    assert f"process {beat['pid']} on host '{beat['host']}' works in it" in str(refused.value)
    holder.check()
    holder.release()


def test_a_folder_whose_holder_is_dead_is_taken_over(tmp_path: Path) -> None:
    commit_json(tmp_path / BEAT_FILE, {"token": "dead", "host": "h", "pid": 1, "beat": 99})
    holder = heartbeat(tmp_path)
    holder.take()
    assert read_json(tmp_path / BEAT_FILE)["beat"] == 1
    holder.release()


@pytest.mark.parametrize("content", [b"", b"{half", b"[]", b"null", b"\xff"])
def test_a_beat_that_is_none_is_taken_over(tmp_path: Path, content: bytes) -> None:
    (tmp_path / BEAT_FILE).write_bytes(content)
    holder = heartbeat(tmp_path)
    holder.take()
    holder.check()
    holder.release()


def test_a_folder_that_is_given_back_while_it_is_watched_is_taken(tmp_path: Path) -> None:
    first = heartbeat(tmp_path)
    first.take()
    second = heartbeat(tmp_path, first.release)
    second.take()
    second.release()


def test_of_two_takers_one_is_refused(tmp_path: Path) -> None:
    def overtaken() -> None:
        commit_json(tmp_path / BEAT_FILE, {"token": "other", "host": "elsewhere", "pid": 7, "beat": 1})

    early = heartbeat(tmp_path, overtaken)
    with pytest.raises(RunDirectoryError, match="process 7 on host 'elsewhere' works in it"):
        early.take()
    early.release()
    assert read_json(tmp_path / BEAT_FILE)["token"] == "other"


def test_a_holder_that_was_taken_for_dead_finds_out_and_leaves_the_other_alone(tmp_path: Path) -> None:
    first = heartbeat(tmp_path)
    first.take()
    second = heartbeat(tmp_path)
    second.take()
    first.beat()
    with pytest.raises(RunDirectoryError, match="was taken over by process"):
        first.check()
    first.release()
    second.beat()
    second.check()
    second.release()


def test_a_beat_that_is_long_overdue_is_looked_after_by_the_check(tmp_path: Path) -> None:
    first = Heartbeat(Place.of(tmp_path), beat_seconds=0.0, wait=Meanwhile())
    first._ended.set()  # its thread is stuck
    first.take()
    commit_json(tmp_path / BEAT_FILE, {"token": "other", "host": "elsewhere", "pid": 7, "beat": 1})
    with pytest.raises(RunDirectoryError, match="taken over"):
        first.check()


def test_beats_come_by_themselves(tmp_path: Path) -> None:
    place = Place.of(tmp_path)
    holder = Heartbeat(place, beat_seconds=0.005, wait=Meanwhile())
    holder.take()
    came = threading.Event()
    while read_json(tmp_path / BEAT_FILE)["beat"] < 4:
        came.wait(0.005)
    holder.release()
    assert place.names() == []


def test_a_store_that_is_away_for_a_beat_loses_nothing(tmp_path: Path) -> None:
    holder = heartbeat(tmp_path)
    holder.take()
    here = holder._place
    holder._place = Away(here.address)
    with pytest.raises(ShardError, match="away"):
        holder.beat()
    holder._place = here
    holder.check()
    holder.beat()
    holder.check()
    holder.release()
