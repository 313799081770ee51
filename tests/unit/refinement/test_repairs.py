"""Repair examples: from injected errors that truly fail, and from the student's own failures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from pad_ray.questions.wordsums.reader import read_wordsums
from pad_ray.records import REPAIR_SCHEMA, Program, Question, Repair, Verdict, to_table
from pad_ray.refinement.repairs import in_round, injected, own_failures, repair_examples

EDITS = {"undefined_name": 0.4, "dropped_bracket": 0.2, "wrong_operator": 0.4}
"""And how likely each of them is."""

ROWS: list[dict[str, Any]] = [
    {
        "program_id": f"{q.question_id}@program-v1#0",
        "question_id": q.question_id,
        "text": q.text,
        "answer": q.answer,
        "answer_kind": q.answer_kind,
        "code": q.reference,
    }
    for q in read_wordsums("train", 3, 0, 200)
]


RAISES = Verdict("raised", error_type="NameError", error_message="name 'x' is not defined", error_line=2)
WRONG = Verdict("wrong", "17")
RIGHT = Verdict("right", "18")


class Judge:
    """Has every program fail as it looks to, or gives it the verdict it is told; and remembers what it was given."""

    def __init__(self, verdict: Verdict | None = None) -> None:
        self.verdict = verdict
        self.seen: list[tuple[Question, Program]] = []

    def __call__(self, pairs: Sequence[tuple[Question, Program]]) -> list[Verdict]:
        self.seen += pairs
        return [self.verdict or self._verdict(program.code) for _, program in pairs]

    def _verdict(self, code: str) -> Verdict:
        try:
            names: dict[str, Any] = {}
            exec(code, names)
            names["solution"]()
        except (NameError, SyntaxError, ArithmeticError):
            return RAISES
        return WRONG


def per_program(repairs: Sequence[Repair]) -> list[int]:
    """How many repairs each row has."""
    counts = Counter(repair.question_id for repair in repairs)
    return [counts[row["question_id"]] for row in ROWS]


def test_a_repair_tells_what_was_run_and_what_came_of_it() -> None:
    judge = Judge(RAISES)
    repairs = injected(ROWS, {"undefined_name": 1.0}, 1, "7/1", judge)
    assert len(repairs) == len(ROWS)
    for repair, row, (question, program) in zip(repairs, ROWS, judge.seen, strict=True):
        assert repair.question == row["text"] == question.text
        assert question.answer == row["answer"]
        assert repair.program == row["code"] != repair.faulty == program.code
        assert (repair.origin, repair.status, repair.round) == ("injected:undefined_name", "raised", 0)
        assert repair.feedback == "Error: NameError: name 'x' is not defined (line 2)"


def test_a_faulty_program_that_is_right_all_the_same_is_no_repair() -> None:
    judge = Judge(RIGHT)
    assert injected(ROWS, EDITS, 1, "7/1", judge) == []
    assert len(judge.seen) == len(EDITS) * len(ROWS), "another edit is tried for it, until there is none"


def test_an_edit_that_does_not_fail_as_its_name_says_gives_way_to_another() -> None:
    silent = injected(ROWS, EDITS, 1, "7/1", Judge(WRONG))
    assert {repair.origin for repair in silent} == {"injected:wrong_operator"}
    loud = injected(ROWS, EDITS, 1, "7/1", Judge(RAISES))
    assert {repair.origin for repair in loud} == {"injected:undefined_name", "injected:dropped_bracket"}
    assert len(silent) == len(loud) == len(ROWS)


def test_kinds_are_drawn_by_their_chances() -> None:
    kinds = Counter(repair.origin for repair in injected(ROWS, EDITS, 1, "7/1", Judge()))
    assert kinds["injected:dropped_bracket"] < kinds["injected:wrong_operator"]
    assert kinds["injected:dropped_bracket"] == pytest.approx(0.2 * len(ROWS), abs=20)


def test_share_0_is_none() -> None:
    assert injected(ROWS, EDITS, 0, "7/1", Judge()) == []


def test_share_one_half_is_about_every_other_program() -> None:
    counts = per_program(injected(ROWS, EDITS, 0.5, "7/1", Judge()))
    assert set(counts) == {0, 1}
    assert 70 <= sum(counts) <= 130


def test_share_two_and_a_half_is_two_or_three_that_differ() -> None:
    repairs = injected(ROWS, EDITS, 2.5, "7/1", Judge())
    counts = per_program(repairs)
    assert 470 <= sum(counts) <= 530 and max(counts) == 3
    assert len({(r.question_id, r.faulty) for r in repairs}) == len({r.repair_id for r in repairs}) == len(repairs)
    kinds = Counter(r.origin for r in repairs)
    for edit, chance in EDITS.items():
        assert kinds[f"injected:{edit}"] == pytest.approx(chance * len(repairs), abs=60), "each is drawn anew"


def test_without_kinds_there_are_no_repairs() -> None:
    assert injected(ROWS, {}, 2, "7/1", Judge()) == []


def test_the_same_seed_gives_the_same_repairs() -> None:
    first = injected(ROWS, EDITS, 1.5, "7/1", Judge())
    assert injected(ROWS, EDITS, 1.5, "7/1", Judge()) == first
    # A program's errors do not depend on which others are in its chunk.
    assert injected(ROWS[50:], EDITS, 1.5, "7/1", Judge()) == [
        r for r in first if r.question_id in {row["question_id"] for row in ROWS[50:]}
    ]
    assert injected(ROWS, EDITS, 1.5, "7/2", Judge()) != first


def failed(question: str, status: str, code: str = "ans = 1") -> dict[str, Any]:
    return {
        "program_id": f"{question}@program-v1#0",
        "question_id": question,
        "text": f"How many is {question}?",
        "answer": "3",
        "answer_kind": "number",
        "code": code,
        "status": status,
        "given_answer": "1" if status == "wrong" else "",
        "error_type": "NameError" if status == "raised" else "",
        "error_message": "name 'x' is not defined" if status == "raised" else "",
        "error_line": 4 if status == "raised" else 0,
    }


class Again:
    """Has the programs of rows end as they ended before, with the value of `ans` where they gave an answer."""

    def __init__(self, rows: Sequence[dict[str, Any]]) -> None:
        self.rows = {row["code"]: row for row in rows}

    def __call__(self, pairs: Sequence[tuple[Question, Program]]) -> list[Verdict]:
        return [self._verdict(self.rows[program.code]) for _, program in pairs]

    def _verdict(self, row: dict[str, Any]) -> Verdict:
        return Verdict(
            row["status"],
            row["given_answer"],
            row["error_type"],
            row["error_message"],
            row["error_line"],
            trace=(("ans", row["given_answer"]),) if row["given_answer"] else (),
        )


def test_one_of_its_failures_that_is_right_now_is_none() -> None:
    assert own_failures([failed("a", "timeout")], {"a": "ans = 3"}, Judge(RIGHT)) == []


def test_own_failures_where_a_right_program_is_known() -> None:
    rows = [
        failed("a", "wrong"),
        failed("a", "right"),
        failed("b", "raised", "ans = x"),
        failed("unknown", "wrong"),
        failed("a", "no_answer", " \n"),
    ]
    judge = Again(rows)
    repairs = own_failures(rows, {"a": "ans = 3", "b": "ans = 4"}, judge)
    assert [(r.question_id, r.faulty, r.feedback, r.program, r.status, r.origin) for r in repairs] == [
        ("a", "ans = 1", "Output: 1 (ans = 1); not given: 1", "ans = 3", "wrong", "student"),
        ("b", "ans = x", "Error: NameError: name 'x' is not defined (line 4)", "ans = 4", "raised", "student"),
    ]
    assert repairs[0].question == "How many is a?"


@pytest.mark.parametrize("status", ["wrong", "raised", "syntax", "no_answer", "timeout", "memory", "killed"])
def test_every_way_to_fail_is_a_failure(status: str) -> None:
    assert len(own_failures([failed("a", status)], {"a": "ans = 3"}, Again([failed("a", status)]))) == 1


def test_the_training_pair_of_a_repair() -> None:
    (repair,) = own_failures([failed("a", "wrong")], {"a": "ans = 3"}, Again([failed("a", "wrong")]))
    (example,) = repair_examples(to_table([repair], REPAIR_SCHEMA))
    assert (
        example.source == "Question: How many is a?\nFaulty program:\nans = 1\n"
        "Feedback: Output: 1 (ans = 1); not given: 1\nProgram:\n"
    )
    assert (example.target, example.source_id) == ("ans = 3", repair.repair_id)


def test_the_round_is_part_of_the_id() -> None:
    repairs = own_failures([failed("a", "wrong")], {"a": "ans = 3"}, Again([failed("a", "wrong")]))
    first, second = in_round(repairs, 1), in_round(repairs, 2)
    assert (first[0].round, second[0].round) == (1, 2)
    assert first[0].repair_id == f"round-1/{repairs[0].repair_id}"
    assert first[0].repair_id != second[0].repair_id
    assert to_table(first, REPAIR_SCHEMA).num_rows == 1
