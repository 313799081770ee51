"""The learning rate of a training whose length is not known when it begins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.student.decay import rate

SHAPES = st.sampled_from(["linear", "cosine", "constant"])


@given(st.integers(0, 50), st.integers(0, 200), st.integers(0, 200), SHAPES)
def test_until_the_decay_begins_it_does_not_matter_whether_the_end_is_known(
    warmup: int, begins: int, remaining: int, shape: str
) -> None:
    for done in range(begins + 1):
        unknown = rate(done, warmup=warmup, begins=None, total=None, shape=shape)
        assert rate(done, warmup=warmup, begins=begins, total=begins + remaining, shape=shape) == unknown


@given(st.integers(0, 20), st.integers(0, 50), st.integers(1, 50), SHAPES)
def test_it_rises_stays_and_falls(warmup: int, begins: int, remaining: int, shape: str) -> None:
    total = begins + remaining
    rates = [rate(done, warmup=warmup, begins=begins, total=total, shape=shape) for done in range(total + 1)]
    assert all(0 <= value <= 1 for value in rates)
    peak = min(warmup, total)
    assert rates[:peak] == sorted(rates[:peak])
    assert rates[warmup:] == sorted(rates[warmup:], reverse=True)
    assert all(value == 1 for value in rates[warmup : begins + 1])
    if total > warmup:
        assert rates[-1] == pytest.approx(1 if shape == "constant" else 0, abs=1e-12)


def test_the_shapes() -> None:
    halfway = {
        shape: rate(150, warmup=10, begins=100, total=200, shape=shape) for shape in ("linear", "cosine", "constant")
    }
    assert halfway == {"linear": 0.5, "cosine": pytest.approx(0.5), "constant": 1.0}
    assert rate(125, warmup=10, begins=100, total=200, shape="linear") == 0.75
    assert rate(125, warmup=10, begins=100, total=200, shape="cosine") > 0.85
    assert rate(5, warmup=10, begins=None, total=None, shape="linear") == 0.5
