"""The record of the validations, after kills."""

from __future__ import annotations

from pathlib import Path

import pytest

from pad_ray.student.history import History


@pytest.fixture
def history(tmp_path: Path) -> History:
    history = History(tmp_path / "validations.jsonl")
    for step in (10, 20, 30):
        history.append({"step": step, "accuracy": step / 100})
    return history


def test_what_was_appended_is_there(history: History) -> None:
    assert history.entries() == [{"step": step, "accuracy": step / 100} for step in (10, 20, 30)]


def test_entries_after_the_savepoint_are_made_again(history: History) -> None:
    assert [entry["step"] for entry in history.go_on_from(20)] == [10, 20]
    history.append({"step": 30, "accuracy": 0.9})
    assert history.entries()[-1] == {"step": 30, "accuracy": 0.9}
    assert len(history.entries()) == 3


def test_a_line_that_was_cut_off_is_none(history: History, tmp_path: Path) -> None:
    path = tmp_path / "validations.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    assert [entry["step"] for entry in history.go_on_from(100)] == [10, 20]
    history.append({"step": 30, "accuracy": 0.3})
    assert [entry["step"] for entry in history.entries()] == [10, 20, 30]


def test_a_training_without_any_has_no_file(tmp_path: Path) -> None:
    assert History(tmp_path / "validations.jsonl").go_on_from(0) == []
    assert not (tmp_path / "validations.jsonl").exists()
