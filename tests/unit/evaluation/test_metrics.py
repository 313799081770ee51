"""The figures: against published values, brute force and a table made by hand."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.evaluation.metrics import Metrics, majority_is_right, measure, pass_at_k
from pad_ray.interval import wilson


@given(st.integers(1, 8), st.data())
def test_pass_at_k_is_the_share_of_choices_with_a_right_one(draws: int, data: st.DataObject) -> None:
    right, k = data.draw(st.integers(0, draws)), data.draw(st.integers(1, draws))
    choices = list(combinations([True] * right + [False] * (draws - right), k))
    assert pass_at_k(draws, right, k) == pytest.approx(sum(map(any, choices)) / len(choices))


def test_pass_at_k_needs_k_draws() -> None:
    with pytest.raises(ValueError, match="pass@4 needs 4 draws, there are 3"):
        pass_at_k(3, 3, 4)


@pytest.mark.parametrize(
    ("answers", "kind", "share"),
    [
        ([], "number", 0.0),
        ([("5", True)], "number", 1.0),
        ([("5", True), ("6", False), ("6", False)], "number", 0.0),
        ([("5", True), ("6", False)], "number", 0.5),
        ([("5", True), ("6", False), ("7", False)], "number", 1 / 3),
        ([("5", True), ("5.0", True), ("6", False)], "number", 1.0),
        ([("6", False), ("$6.00", False), ("5", True)], "number", 0.0),
        ([("Heads", False), ("heads ", False), ("tails", True)], "text", 0.0),
        ([("6", False), ("6.0", False), ("5", True)], "text", 1 / 3),
        # Both right, though farther from each other than from the gold answer: they agree on what counts.
        ([("4.9995", True), ("5.0009", True), ("7", False)], "number", 1.0),
    ],
)
def test_the_majority_and_its_ties(answers: list[tuple[str, bool]], kind: str, share: float) -> None:
    assert majority_is_right(answers, kind) == pytest.approx(share)
    assert majority_is_right(answers[::-1], kind) == pytest.approx(share)


def row(question: str, status: str, answer: str = "", error: str = "") -> dict[str, Any]:
    return {
        "question_id": question,
        "answer_kind": "number",
        "given_answer": answer,
        "status": status,
        "error_type": error,
    }


ROWS = [
    row("a", "right", "5"),
    row("a", "right", "5.0"),
    row("b", "right", "7"),
    row("b", "wrong", "8"),
    row("c", "raised", error="NameError"),
    row("c", "raised", error="NameError"),
    row("d", "timeout", error="Timeout"),
    row("d", "wrong", "1"),
]

ASKED = {"a": 2, "b": 2, "c": 3, "d": 0}
"""Number of steps of each question."""


def test_a_table_made_by_hand() -> None:
    low, high = wilson(2, 4)  # 1.5 of 4 questions, to the nearest whole trial
    assert measure(ROWS, ASKED) == Metrics(
        questions=4,
        programs=8,
        accuracy=0.375,
        low=low,
        high=high,
        ran=5 / 8,
        pass_at={"1": 0.375, "2": 0.5},
        majority_at={"2": 0.375},
        statuses={"raised": 2, "right": 3, "timeout": 1, "wrong": 2},
        errors={"NameError": 2, "Timeout": 1},
        by_steps={"2": 0.75, "3": 0.0},
    )


def test_questions_without_programs_are_not_right() -> None:
    metrics = measure(ROWS, ASKED | {"e": 3, "f": 0})
    assert metrics.accuracy == pytest.approx(1.5 / 6)
    assert (metrics.low, metrics.high) == wilson(2, 6)
    assert metrics.pass_at == pytest.approx({"1": 1.5 / 6, "2": 2 / 6})
    assert metrics.majority_at == pytest.approx({"2": 1.5 / 6})
    assert metrics.by_steps == {"2": 0.75, "3": 0.0}
    assert (metrics.questions, metrics.programs) == (6, 8)


def test_k_is_what_every_question_has() -> None:
    metrics = measure([*ROWS, *[row("a", "wrong", "1")] * 2], ASKED)
    assert list(metrics.pass_at) == ["1", "2"]
    # "a" now has two right of four: one of two draws is right in 5 of 6 choices.
    assert metrics.pass_at["2"] == pytest.approx((5 / 6 + 1) / 4)


def test_no_programs_at_all() -> None:
    metrics = measure([], {"a": 0, "b": 0, "c": 0})
    assert (metrics.accuracy, metrics.programs, metrics.ran, metrics.pass_at) == (0.0, 0, 0.0, {})
    assert measure([], {}).accuracy == 0.0


def test_a_program_that_was_not_judged_is_no_figure() -> None:
    with pytest.raises(ValueError, match="is not a valid Status"):
        measure([row("a", "")], {"a": 0})
