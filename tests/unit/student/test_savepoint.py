"""Savepoints: only whole and undamaged ones count, and the last of them are never removed."""

import json
import shutil
from pathlib import Path

import pytest

from pad_ray.student.savepoint import damaged_file, discard, read, rotate, seal, search, small_files

STATES = "global_step/rank_1.pt"


def make(folder: Path, step: int, *, sealed: tuple[int, ...] = (0, 1)) -> Path:
    """A savepoint of two ranks."""
    savepoint = folder / f"checkpoint-{step}"
    (savepoint / "global_step").mkdir(parents=True)
    for rank in (0, 1):
        (savepoint / f"rng_state_{rank}.pth").write_bytes(b"numbers")
        (savepoint / "global_step" / f"rank_{rank}.pt").write_bytes(b"states")
    (savepoint / "trainer_state.json").write_bytes(b"{}")
    for rank in sealed:
        states = savepoint / "global_step" / f"rank_{rank}.pt"
        seal(savepoint, [states, *small_files(savepoint, rank)], rank=rank, ranks=2)
    return savepoint


def test_every_file_is_in_the_seal_of_one_rank(tmp_path: Path) -> None:
    savepoint = make(tmp_path, 5)
    offloaded = savepoint / "global_step" / "offloaded_tensors" / "rank01" / "zero" / "exp_avg.swp"
    offloaded.parent.mkdir(parents=True)
    offloaded.write_bytes(b"moments")
    assert small_files(savepoint, 1) == [savepoint / "rng_state_1.pth", offloaded]
    seals = [json.loads((savepoint / f"seal-{rank}.json").read_text()) for rank in (0, 1)]
    named = [sorted(of_rank["files"]) for of_rank in seals]
    assert named == [
        ["global_step/rank_0.pt", "rng_state_0.pth", "trainer_state.json"],
        ["global_step/rank_1.pt", "rng_state_1.pth"],
    ]
    found = read(savepoint)
    assert found is not None
    assert (found.step, found.ranks, sorted(found.checksums)) == (5, 2, sorted([*named[0], *named[1]]))


def test_the_newest_is_found_by_number_not_by_name(tmp_path: Path) -> None:
    make(tmp_path, 90)
    make(tmp_path, 100)
    found = search(tmp_path)
    assert found.newest is not None and found.newest.path == tmp_path / "checkpoint-100"
    assert (found.step, found.broken) == (100, [])


def test_none_is_found_in_an_empty_or_missing_folder(tmp_path: Path) -> None:
    assert search(tmp_path / "missing").newest is None
    assert search(tmp_path).step == 0


def unsealed(savepoint: Path) -> None:
    (savepoint / "seal-1.json").unlink()


def cut_seal(savepoint: Path) -> None:
    (savepoint / "seal-1.json").write_text((savepoint / "seal-1.json").read_text()[:5])


def another_seal(savepoint: Path) -> None:
    """A byte of the number of ranks has changed: the other seal must not count as all there are."""
    seal_0 = savepoint / "seal-0.json"
    seal_0.write_text(seal_0.read_text().replace('"ranks": 2', '"ranks": 1'))


def cut_states(savepoint: Path) -> None:
    (savepoint / STATES).write_bytes(b"sta")


def lost_states(savepoint: Path) -> None:
    shutil.rmtree(savepoint / "global_step")


@pytest.mark.parametrize("damage", [unsealed, cut_seal, another_seal, cut_states, lost_states])
def test_a_broken_one_is_passed_over_and_discarded(tmp_path: Path, damage) -> None:
    older, newer = make(tmp_path, 10), make(tmp_path, 20)
    damage(newer)
    assert read(newer) is None
    found = search(tmp_path)
    assert found.newest is not None and (found.newest.path, found.broken) == (older, [newer])
    discard(found.broken)
    assert [p.name for p in tmp_path.iterdir()] == ["checkpoint-10"]


@pytest.mark.parametrize("ranks", [1, 2, 7])
def test_a_flipped_byte_is_found_by_one_of_the_ranks(tmp_path: Path, ranks: int) -> None:
    savepoint = read(make(tmp_path, 10))
    assert savepoint is not None
    assert [damaged_file(savepoint, rank=rank, ranks=ranks) for rank in range(ranks)] == [None] * ranks
    (savepoint.path / STATES).write_bytes(b"stateS")
    assert read(savepoint.path) == savepoint
    found = {damaged_file(savepoint, rank=rank, ranks=ranks) for rank in range(ranks)}
    assert found - {None} == {STATES}


def names(folder: Path) -> list[int]:
    return sorted(int(p.name.removeprefix("checkpoint-")) for p in folder.iterdir())


def test_the_last_whole_ones_are_kept_however_many_are_not(tmp_path: Path) -> None:
    rotate(tmp_path)
    for step in (10, 20):
        make(tmp_path, step)
        rotate(tmp_path)
    for step in (30, 40, 50):
        make(tmp_path, step, sealed=(0,))
        rotate(tmp_path)
    assert names(tmp_path) == [10, 20, 30, 40, 50]
    make(tmp_path, 60)
    rotate(tmp_path)
    # Two whole ones are left, and what is newer than the older of them may still be on its way to the disk.
    assert names(tmp_path) == [20, 30, 40, 50, 60]
    make(tmp_path, 70)
    rotate(tmp_path)
    assert names(tmp_path) == [60, 70]
