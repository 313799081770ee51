"""The two stages of a flow, called as Ray Data calls them, without Ray."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pad_ray.config import EngineConfig, ExecutorConfig, SamplingConfig
from pad_ray.records import JUDGED_SCHEMA, QUESTION_SCHEMA, Program, Question, judged_row, to_table
from pad_ray.shards.reader import is_whole, read_table, records
from pad_ray.shards.writer import write_table
from pad_ray.synthesis.stages import UNJUDGED, DrawPrograms, JudgeAndCommit, from_buffer, split_row, to_buffer
from pad_ray.teacher.prompt import Demonstration

QUESTIONS = [
    Question("q/1", "How many are three?", "3", reference="def solution():\n    return 3"),
    Question("q/2", "How many are four?", "4", reference="ans = 5"),
    Question("q/3", "Which colour?", "Blue", "text", reference="ans = missing"),
    Question("q/4", "Without a program?", "1"),
]


@pytest.fixture
def part(tmp_path: Path) -> dict[str, Any]:
    write_table(tmp_path / "part.arrow", to_table(QUESTIONS, QUESTION_SCHEMA))
    return {"part": 7, "path": str(tmp_path / "part.arrow")}


@pytest.fixture
def judge(tmp_path: Path) -> Iterator[JudgeAndCommit]:
    (tmp_path / "shards").mkdir()
    stage = JudgeAndCommit(ExecutorConfig(wall_seconds=30), str(tmp_path / "shards"), "program-v1")
    yield stage
    stage._sandbox.close()


def draw(engine: EngineConfig, samples: int = 1) -> DrawPrograms:
    shown = (Demonstration("How many are two?", "ans = 2"),)
    return DrawPrograms(engine, SamplingConfig(samples=samples), "program-v1", shown, 7)


def recorded(folder: Path, completions: list[tuple[str, str]]) -> EngineConfig:
    lines = [json.dumps({"question_id": q, "model": "m", "completion": c}) for q, c in completions]
    (folder / "codex.jsonl").write_text("\n".join(lines))
    return EngineConfig(engine="recorded", model=str(folder / "codex.jsonl"))


async def test_programs_are_drawn_in_the_order_of_the_questions(part: dict[str, Any]) -> None:
    row = await draw(EngineConfig(engine="reference"), samples=3)(part)
    assert (row["part"], row["questions"]) == (7, 4)
    table = from_buffer(row["programs"])
    assert table.schema == JUDGED_SCHEMA
    drawn = table.to_pylist()
    assert [r["program_id"] for r in drawn] == [f"q/{i}@program-v1#0" for i in (1, 2, 3)]
    assert [r["code"] for r in drawn] == [q.reference for q in QUESTIONS[:3]]
    assert {(r["model"], r["prompt_version"], r["status"]) for r in drawn} == {("reference", "program-v1", "")}


async def test_draws_are_numbered_and_programs_taken_out_of_completions(tmp_path: Path, part: dict[str, Any]) -> None:
    completions = [
        ("q/4", "ans = 1"),
        ("q/1", "Sure:\n```python\nans = 3\n```\nDone."),
        ("q/1", "ans = 4"),
        ("q/1", "-"),
    ]
    row = await draw(recorded(tmp_path, completions), samples=2)(part)
    drawn = from_buffer(row["programs"]).to_pylist()
    assert [(r["program_id"], r["draw"], r["code"], r["model"]) for r in drawn] == [
        ("q/1@program-v1#0", 0, "ans = 3", "codex"),
        ("q/1@program-v1#1", 1, "ans = 4", "codex"),
        ("q/4@program-v1#0", 0, "ans = 1", "codex"),
    ]
    assert drawn[0]["completion"] == completions[1][1]


async def test_a_part_is_judged_and_committed(tmp_path: Path, part: dict[str, Any], judge: JudgeAndCommit) -> None:
    row = await draw(EngineConfig(engine="reference"))(part)
    done = judge(row)
    assert done == {"part": 7, "questions": 4, "programs": 3, "right": 1, "tokens": 0}
    (record,) = records(tmp_path / "shards")
    assert is_whole(tmp_path / "shards", record)
    assert record.statuses == {"right": 1, "wrong": 1, "raised": 1}
    assert row["started"] == record.started <= record.finished
    judged = read_table(tmp_path / "shards" / record.file).to_pylist()
    assert [(r["question_id"], r["status"], r["given_answer"], r["error_type"]) for r in judged] == [
        ("q/1", "right", "3", ""),
        ("q/2", "wrong", "5", ""),
        ("q/3", "raised", "", "NameError"),
    ]
    assert [r["code"] for r in judged] == [q.reference for q in QUESTIONS[:3]]
    assert all(r["isolation"] for r in judged)


async def test_a_chain_of_thought_is_judged_by_the_answer_that_it_states(tmp_path: Path, part: dict[str, Any]) -> None:
    (tmp_path / "shards").mkdir()
    completions = [
        ("q/1", "It is 1 + 2 = 3.\nThe answer is 3."),
        ("q/2", "The answer is 5."),
        ("q/4", "I do not know."),
    ]
    row = await draw(recorded(tmp_path, completions))(part)
    stage = JudgeAndCommit(ExecutorConfig(), str(tmp_path / "shards"), "rationale-v1")
    assert stage(row)["right"] == 1
    (record,) = records(tmp_path / "shards")
    assert record.statuses == {"right": 1, "wrong": 1, "no_answer": 1}
    stage._sandbox.close()


async def test_a_part_to_which_the_engine_says_nothing_is_a_shard_too(
    tmp_path: Path, part: dict[str, Any], judge: JudgeAndCommit
) -> None:
    row = await draw(recorded(tmp_path, [("another set/1", "ans = 1")]))(part)
    assert judge(row) == {"part": 7, "questions": 4, "programs": 0, "right": 0, "tokens": 0}
    assert [record.index for record in records(tmp_path / "shards")] == [7]


async def test_a_part_that_is_redone_replaces_its_shard(
    tmp_path: Path, part: dict[str, Any], judge: JudgeAndCommit
) -> None:
    row = await draw(EngineConfig(engine="reference"))(part)
    assert judge(row) == judge(row)
    assert [record.index for record in records(tmp_path / "shards")] == [7]


@settings(max_examples=20)
@given(st.lists(st.tuples(*[st.text(st.characters(exclude_categories=["Cs"]))] * 4), max_size=4))
def test_buffers_and_rows_come_back_as_they_were(texts: list[tuple[str, str, str, str]]) -> None:
    pairs = [
        (Question(f"q/{i}", text, answer), Program(f"p/{i}", f"q/{i}", i, code, completion, "m", "v", 3, 4, -0.5))
        for i, (text, answer, code, completion) in enumerate(texts)
    ]
    table = to_table([judged_row(q, p, UNJUDGED) for q, p in pairs], JUDGED_SCHEMA)
    back = from_buffer(to_buffer(table))
    assert back == table
    assert [split_row(row) for row in back.to_pylist()] == pairs
