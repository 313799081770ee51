"""Savepoints: only whole ones count."""

import shutil
from pathlib import Path

import pytest

from pad_ray.student.savepoint import SEAL_FILE, discard, is_whole, seal, search


def make(folder: Path, step: int, *, sealed: bool = True) -> Path:
    savepoint = folder / f"checkpoint-{step}"
    (savepoint / "global_step").mkdir(parents=True)
    (savepoint / "model.safetensors").write_bytes(b"weights")
    (savepoint / "global_step" / "rank_1.pt").write_bytes(b"states")
    if sealed:
        seal(savepoint)
    return savepoint


def test_the_newest_is_found_by_number_not_by_name(tmp_path: Path) -> None:
    make(tmp_path, 90)
    make(tmp_path, 100)
    found = search(tmp_path)
    assert found.newest == tmp_path / "checkpoint-100"
    assert (found.step, found.broken) == (100, [])


def test_none_is_found_in_an_empty_or_missing_folder(tmp_path: Path) -> None:
    assert search(tmp_path / "missing").newest is None
    assert search(tmp_path).step == 0


def unsealed(savepoint: Path) -> None:
    (savepoint / SEAL_FILE).unlink()


def cut_seal(savepoint: Path) -> None:
    (savepoint / SEAL_FILE).write_text((savepoint / SEAL_FILE).read_text()[:5])


def cut_states(savepoint: Path) -> None:
    (savepoint / "global_step" / "rank_1.pt").write_bytes(b"sta")


def lost_states(savepoint: Path) -> None:
    shutil.rmtree(savepoint / "global_step")


@pytest.mark.parametrize("damage", [unsealed, cut_seal, cut_states, lost_states])
def test_a_broken_one_is_passed_over_and_discarded(tmp_path: Path, damage) -> None:
    older, newer = make(tmp_path, 10), make(tmp_path, 20)
    damage(newer)
    assert not is_whole(newer)
    found = search(tmp_path)
    assert (found.newest, found.broken) == (older, [newer])
    discard(found)
    assert [p.name for p in tmp_path.iterdir()] == ["checkpoint-10"]
