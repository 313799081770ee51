"""Injected errors follow what a student gets wrong, above a floor."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.refinement.profile import draw_order, profile, weights

NAMES = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6, unique=True)


def test_a_failure_that_several_explain_counts_in_parts() -> None:
    assert profile([("a", "b"), ("a",), (), ("c",)]) == pytest.approx({"a": 0.5, "b": 1 / 6, "c": 1 / 3})
    assert profile([()]) == {}


@given(NAMES, st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0.001, 1)), st.floats(0, 1))
def test_chances_sum_to_one_and_none_is_below_the_floor(
    edits: list[str], measured: dict[str, float], floor: float
) -> None:
    chances = weights(edits, measured, floor)
    assert list(chances) == edits
    assert sum(chances.values()) == pytest.approx(1)
    assert min(chances.values()) >= floor / len(edits) - 1e-9


def test_the_rest_follows_the_profile_of_what_may_be_injected() -> None:
    assert weights(["a", "b"], {"a": 0.6, "b": 0.2, "other": 0.2}, 0.0) == pytest.approx({"a": 0.75, "b": 0.25})
    assert weights(["a", "b"], {"a": 0.6, "b": 0.2}, 1.0) == pytest.approx({"a": 0.5, "b": 0.5})
    assert weights(["a", "b"], {"other": 1.0}, 0.0) == {"a": 0.5, "b": 0.5}


def test_the_first_is_drawn_by_its_chance_and_all_come_once() -> None:
    chances = {"often": 0.75, "seldom": 0.25, "never": 0.0}
    orders = [draw_order(chances, Random(seed)) for seed in range(2000)]
    assert all(sorted(order) == ["often", "seldom"] for order in orders)
    assert Counter(order[0] for order in orders)["often"] == pytest.approx(1500, abs=80)
