"""Whether one model is better than another, question by question."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.errors import QuestionsError
from pad_ray.evaluation.comparison import Paired, compared, mcnemar

COUNT = st.integers(0, 60)


def test_p_is_the_exact_one() -> None:
    # 15 of 20: 2 * sum_{k<=5} C(20, k) / 2^20
    assert mcnemar(5, 15) == pytest.approx(0.04138947, abs=1e-8)
    assert mcnemar(0, 6) == pytest.approx(2 / 64)
    assert mcnemar(0, 0) == mcnemar(7, 7) == 1.0


@given(COUNT, COUNT)
def test_p_is_a_chance_that_does_not_care_who_comes_first(first: int, second: int) -> None:
    p = mcnemar(first, second)
    assert 0 < p <= 1
    assert p == mcnemar(second, first)
    if second > first:
        assert mcnemar(first, second + 1) < p or math.isclose(p, 1.0)


@given(st.dictionaries(st.text(max_size=3), st.tuples(st.booleans(), st.booleans()), min_size=1))
def test_only_the_questions_that_one_gets_right_count(right: dict[str, tuple[bool, bool]]) -> None:
    first = {name: float(a) for name, (a, _) in right.items()}
    second = {name: float(b) for name, (_, b) in right.items()}
    paired = compared(first, second)
    assert paired.questions == len(right)
    assert paired.gain == pytest.approx((sum(second.values()) - sum(first.values())) / len(right))
    assert compared(second, first) == Paired(paired.questions, paired.second, paired.first, paired.p, -paired.gain)


def test_of_several_draws_the_more_often_right_counts() -> None:
    assert compared({"a": 0.5, "b": 0.5, "c": 0.5}, {"a": 0.75, "b": 0.0, "c": 0.5}) == Paired(3, 1, 1, 1.0, -0.25 / 3)


def test_other_questions_are_refused() -> None:
    first, second = {"a": 1.0, "b": 0.0}, {"b": 1.0, "c": 1.0, "d": 0.0}
    with pytest.raises(QuestionsError, match=r"1 of 2 and 3 are the same; .*--intersect"):
        compared(first, second)
    with pytest.raises(QuestionsError, match="no question in common"):
        compared({}, {})
