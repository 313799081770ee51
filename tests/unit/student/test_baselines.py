"""Which rows of a synthesis are learnt from, and as what."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from pad_ray.config import RunConfig
from pad_ray.student.baselines import Lessons, student_prompt
from pad_ray.student.templates import PROGRAM, RATIONALE

CHAIN = "He has 3 and 4. So 3 + 4 = {}. The answer is {}."


def row(question: int, draw: int, text: str, status: str, kept: bool | None = False) -> dict[str, Any]:
    made = {
        "question_id": f"q/{question}", "text": f"What is {question}?", "answer": "7", "answer_kind": "number",
        "program_id": f"q/{question}#{draw}", "code": text, "completion": f"\n{text}\n", "status": status, "kept": kept,
    }  # fmt: skip
    if kept is None:
        del made["kept"]
    return made


def learnt(lessons: Lessons, rows: list[dict[str, Any]]) -> list[str]:
    return [example.source_id for example in lessons.examples(rows)]


PROGRAMS = [
    row(1, 0, "ans = 8", "wrong"),
    row(1, 1, "ans = (", "syntax"),
    row(1, 2, "a = 8\nans = a", "wrong"),
    row(1, 3, "ans = 7", "right", True),
    row(2, 0, "   ", "no_answer"),
    row(2, 1, "x = 8\nans = x", "wrong"),
    row(2, 2, "y = 8\nans = y", "wrong"),
]
CHAINS = [
    row(1, 0, CHAIN.format(8, 8), "wrong"),
    row(1, 1, CHAIN.format(7, 7), "right", True),
    row(1, 2, CHAIN.format(7, 7), "right"),
    row(2, 0, "", "no_answer"),
    row(2, 1, "I do not know.", "no_answer"),
]


def test_the_method_learns_from_kept_right_programs() -> None:
    assert learnt(Lessons(4), PROGRAMS) == ["q/1#3"]


def test_without_the_filter_wrong_and_broken_programs_are_learnt_from_too_in_the_order_of_draws() -> None:
    lessons = Lessons(4, learn_from="all")
    assert learnt(lessons, PROGRAMS) == ["q/1#0", "q/1#1", "q/1#2", "q/1#3", "q/2#1"], "the same but for names once"
    assert learnt(Lessons(2, learn_from="all"), PROGRAMS) == ["q/1#0", "q/1#1", "q/2#1"]
    example = list(lessons.examples(PROGRAMS))[1]
    assert (example.source, example.target) == ("Question: What is 1?\nProgram:\n", "ans = (")


def test_chains_of_thought_that_state_the_gold_answer() -> None:
    (example,) = Lessons(4, RATIONALE).examples(CHAINS)
    assert example.source_id == "q/1#1"
    assert (example.source, example.target) == ("Question: What is 1?\nReasoning:\n", CHAIN.format(7, 7))


def test_all_chains_of_thought() -> None:
    assert learnt(Lessons(4, RATIONALE, "all"), CHAINS) == ["q/1#0", "q/1#1", "q/2#1"]


def test_of_an_earlier_ledger_that_marks_nothing_distinct_right_chains_count() -> None:
    rows = [row(1, draw, CHAIN.format(7, 7 + draw // 2), "right", None) for draw in range(4)]
    assert learnt(Lessons(4, RATIONALE), rows) == ["q/1#0", "q/1#2"]
    assert learnt(Lessons(1, RATIONALE), rows) == ["q/1#0"]


def test_what_is_learnt_is_part_of_what_a_corpus_is_known_by() -> None:
    kinds = [
        Lessons(keep, prompt, which) for keep in (1, 2) for prompt in (PROGRAM, RATIONALE) for which in ("right", "all")
    ]
    assert len({lessons.made_by for lessons in kinds}) == len(kinds)
    assert all(pickle.loads(pickle.dumps(lessons)) == lessons for lessons in kinds)


@pytest.mark.parametrize(("version", "prompt"), [("program-v1", PROGRAM), ("rationale-v1", RATIONALE)])
def test_the_student_writes_what_the_teacher_is_asked_for(version: str, prompt: str) -> None:
    config = RunConfig.model_validate(
        {"teacher": {"prompt": {"version": version}}, "synthesis": {"keep": 3}, "student": {"learn_from": "all"}}
    )
    assert student_prompt(config) == prompt
    assert Lessons.of(config) == Lessons(3, prompt, "all")
