"""What makes two flows the same work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pad_ray.config import EngineConfig, ExecutorConfig, QuestionsConfig, RunConfig, SynthesisConfig, TeacherConfig
from pad_ray.synthesis.draws import DrawPlan
from pad_ray.synthesis.flow import Flow, teacher_flow
from pad_ray.synthesis.sampling import Policy
from pad_ray.teacher.prompt import Demonstration


def plan(demonstrations: tuple[tuple[Demonstration, ...], ...]) -> DrawPlan:
    return DrawPlan("program-v1", (0.8,), 1.0, 256, demonstrations)


ROW = '{"question": "How many are three?", "answer": 3}\n'


def flow(folder: Path, **changed: Any) -> Flow:
    parts: dict[str, Any] = {
        "questions": QuestionsConfig(set="jsonl", path=folder / "set.jsonl"),
        "engine": EngineConfig(engine="recorded", model=str(folder / "codex.jsonl")),
        "draws": DrawPlan("program-v1", (0.8,), 1.0, 256),
        "policy": Policy(keep=2, max_samples=8),
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
        flow(folder, draws=plan(((Demonstration("How many are two?", program),),))).identity()
        for program in ("ans = 2", "ans = 1 + 1")
    )
    assert one != other


def test_the_form_counts_where_it_is_not_the_plain_one(folder: Path) -> None:
    plain = EngineConfig(engine="recorded", model=str(folder / "codex.jsonl"))
    assert "form" not in flow(folder, engine=plain).identity(), "flows from before there were forms go on"
    in_chat = flow(folder, engine=plain.model_copy(update={"form": "chat"}))
    assert in_chat.identity() == flow(folder).identity() | {"form": "chat"}


def test_how_bad_rows_are_met_and_where_things_run_is_no_other_work(folder: Path) -> None:
    before = flow(folder).identity()
    skipping = QuestionsConfig(set="jsonl", path=folder / "set.jsonl", on_bad_row="skip")
    assert flow(folder, questions=skipping, executor=ExecutorConfig(workers=4)).identity() == before


def test_greedy_draws_of_a_model_are_made_once_for_each_set_of_demonstrations(folder: Path) -> None:
    greedy = RunConfig(teacher=TeacherConfig(temperature=0), synthesis=SynthesisConfig(max_samples=8))
    shown = tuple((Demonstration("How many are two?", f"ans = {i}"),) for i in range(3))
    assert teacher_flow(greedy, ()).policy.max_samples == 1
    assert teacher_flow(greedy, shown).policy.max_samples == 3
    varied = RunConfig(teacher=TeacherConfig(temperature=0, temperatures=(0, 0.7)))
    assert teacher_flow(varied, ()).policy.max_samples == varied.synthesis.max_samples
    recorded = RunConfig(teacher=TeacherConfig(engine="reference", temperature=0))
    assert teacher_flow(recorded, ()).policy.max_samples == 8
