"""What makes two flows the same work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pad_ray.config import EngineConfig, ExecutorConfig, QuestionsConfig, SamplingConfig
from pad_ray.synthesis.flow import Flow
from pad_ray.teacher.prompt import Demonstration

ROW = '{"question": "How many are three?", "answer": 3}\n'


def flow(folder: Path, **changed: Any) -> Flow:
    parts: dict[str, Any] = {
        "questions": QuestionsConfig(set="jsonl", path=folder / "set.jsonl"),
        "engine": EngineConfig(engine="recorded", model=str(folder / "codex.jsonl")),
        "sampling": SamplingConfig(),
        "executor": ExecutorConfig(),
    }
    return Flow(**parts | changed)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "set.jsonl").write_text(ROW)
    (folder / "codex.jsonl").write_text("{}")
    return folder


@pytest.mark.parametrize("name", ["set.jsonl", "codex.jsonl"])
def test_another_file_under_the_same_name_is_other_work(folder: Path, name: str) -> None:
    before = flow(folder).identity()
    (folder / name).write_text((folder / name).read_text() + ROW)
    assert flow(folder).identity() != before


def test_files_that_moved_together_are_the_same_work(folder: Path) -> None:
    before = flow(folder).identity()
    there = folder.rename(folder.with_name("there"))
    assert flow(there).identity() == before


def test_a_demonstration_with_another_program_is_another_prompt(folder: Path) -> None:
    one, other = (
        flow(folder, demonstrations=(Demonstration("How many are two?", program),)).identity()
        for program in ("ans = 2", "ans = 1 + 1")
    )
    assert one != other


def test_how_bad_rows_are_met_and_where_things_run_is_no_other_work(folder: Path) -> None:
    before = flow(folder).identity()
    skipping = QuestionsConfig(set="jsonl", path=folder / "set.jsonl", on_bad_row="skip")
    assert flow(folder, questions=skipping, executor=ExecutorConfig(workers=4)).identity() == before
