"""Whether one model scored more than another by more than chance."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.scores import Scores

SHARES = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=30)


@given(SHARES)
def test_noise_is_the_interval_of_the_paired_difference(pairs: list[tuple[float, float]]) -> None:
    before = Scores({str(i): first for i, (first, _) in enumerate(pairs)}, len(pairs))
    after = Scores({str(i): second for i, (_, second) in enumerate(pairs)}, len(pairs))
    gains = [second - first for first, second in pairs]
    assert after.accuracy - before.accuracy == pytest.approx(statistics.mean(gains), abs=1e-9)
    assert after.noise(before) == pytest.approx(1.959964 * statistics.pstdev(gains) / len(gains) ** 0.5, abs=1e-9)


def test_a_question_without_a_program_is_not_right() -> None:
    known = Scores({"a": 1.0, "b": 0.0, "c": 0.0}, 3)
    assert Scores({"a": 1.0}, 3).accuracy == known.accuracy == pytest.approx(1 / 3)
    other = Scores({"c": 1.0}, 3)
    assert Scores({"a": 1.0}, 3).noise(other) == pytest.approx(known.noise(other))
    assert Scores({}, 0).accuracy == Scores({}, 0).noise(Scores({}, 0)) == 0.0
