"""What a budget comes to, in steps and examples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.config import BudgetConfig
from pad_ray.student.budget import Draw, expected_steps, last_step, step_that_reaches, unspent
from pad_ray.student.cursor import Cursor
from pad_ray.student.order import Schedule

LENGTHS = np.asarray([3, 7, 5, 2, 8, 6, 4, 1, 9, 2, 3])


def schedule(epochs: float = 3, width: int | None = None) -> Schedule:
    return Schedule(LENGTHS, batch=1, ranks=2, accumulation=2, epochs=epochs, seed=5, width=width)


@given(st.integers(1, 200), st.sampled_from([None, 10]))
def test_the_step_that_reaches_so_many_tokens_is_the_first(tokens: int, width: int | None) -> None:
    made = schedule(width=width)
    step = step_that_reaches(made, tokens)
    assert made.tokens_after(step - 1) < tokens <= made.tokens_after(step)


def test_a_budget_of_steps_is_met_exactly_fewer_or_more_than_the_epochs_have() -> None:
    made = schedule()
    assert made.total_steps == 9
    assert [last_step(made, steps=steps) for steps in (None, 4, 40)] == [9, 4, 40]


def test_tokens_end_a_training_early_and_never_late() -> None:
    made = schedule()
    assert last_step(made, tokens=10**9) == 9
    assert last_step(made, tokens=1) == 1
    assert last_step(made, tokens=60, steps=2) == 2
    assert last_step(made, tokens=60, steps=50) == step_that_reaches(made, 60) < 9


def test_a_cursor_has_the_end_of_its_training() -> None:
    class Corpus:
        lengths = LENGTHS

    def end(**budget: int) -> int:
        cursor = Cursor("corpus", "f", batch=1, ranks=2, accumulation=2, epochs=3, seed=5, width=None, **budget)
        return cursor.schedule(Corpus()).total_steps  # type: ignore[arg-type]

    assert (end(), end(steps=20), end(tokens=60)) == (9, 20, step_that_reaches(schedule(), 60))


def test_steps_are_estimated_before_there_is_a_schedule() -> None:
    assert expected_steps(2.5, 10, 100.0, tokens=None, steps=None) == 25
    assert expected_steps(2.5, 10, 100.0, tokens=901, steps=None) == 10
    assert expected_steps(2.5, 10, 100.0, tokens=901, steps=4) == 4


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 45))
def test_exactly_so_many_are_drawn_of_those_that_can_be(possible: list[bool], count: int) -> None:
    draw = Draw(count, seed=1)
    taken = draw.taken(draw.places(f"p{i}" for i in range(len(possible))), np.asarray(possible, dtype=bool))
    assert taken.sum() == min(count, sum(possible))
    assert not (taken & ~np.asarray(possible, dtype=bool)).any()


@pytest.mark.parametrize("names", [[f"p{i}" for i in range(50)], [""] * 50])
def test_a_draw_is_the_same_whatever_else_there_is_and_a_larger_one_holds_it(names: list[str]) -> None:
    every = np.ones(50, dtype=bool)
    few, more = (
        set(np.flatnonzero(draw.taken(draw.places(names), every))) for draw in (Draw(10, seed=3), Draw(20, seed=3))
    )
    assert few < more
    assert Draw(10, 3).places(names[:7]).tolist() == Draw(10, 3).places(names).tolist()[:7]


def test_what_is_left_of_a_budget_is_told() -> None:
    assert unspent(BudgetConfig(), examples=3, tokens=5) == ""
    assert unspent(BudgetConfig(examples=3, tokens=5), examples=3, tokens=7) == ""
    assert unspent(BudgetConfig(steps=3, tokens=9), examples=3, tokens=7) == "", "the steps are what is spent"
    said = unspent(BudgetConfig(examples=4000, tokens=9), examples=3, tokens=7)
    assert said == (
        "there are 3 examples and not student.budget.examples=4,000; "
        "the epochs ended at 7 tokens, before student.budget.tokens=9"
    )
