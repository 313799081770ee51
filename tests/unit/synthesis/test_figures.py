"""Sums that add up, and rates of them."""

from __future__ import annotations

from dataclasses import fields
from functools import reduce
from operator import add

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.records import Status
from pad_ray.synthesis.figures import ETA_LEAST_SECONDS, WINDOW_SECONDS, Figures, Meter

COUNTS = st.integers(0, 10**12)
FIGURES = st.builds(
    Figures,
    **{f.name: COUNTS for f in fields(Figures) if f.name != "programs"},
    programs=st.dictionaries(st.sampled_from([str(status) for status in Status]), COUNTS),
)


@given(st.lists(FIGURES, max_size=5))
def test_every_figure_adds_up(parts: list[Figures]) -> None:
    total = reduce(add, parts, Figures())
    for field in fields(Figures):
        if field.name != "programs":
            assert getattr(total, field.name) == sum(getattr(part, field.name) for part in parts)
    assert total.judged == sum(part.judged for part in parts)
    assert total.right == sum(part.programs.get("right", 0) for part in parts)


@given(FIGURES, FIGURES)
def test_what_is_added_can_be_taken_away(one: Figures, other: Figures) -> None:
    back = one + other - other
    assert {s: n for s, n in back.programs.items() if n} == {s: n for s, n in one.programs.items() if n}
    assert (back.questions, back.kept, back.dollars) == (one.questions, one.kept, one.dollars)


def test_a_question_that_is_nothing_else_has_used_up_its_samples() -> None:
    assert Figures(questions=10, satisfied=5, given_up=2, failed=1).exhausted == 2


def test_yield_of_nothing_is_0() -> None:
    assert Figures().yield_ == 0
    assert Figures(programs={"right": 3, "wrong": 1}).yield_ == 0.75


def steady(seconds: int, start: int = 0) -> list[tuple[float, Figures]]:
    """100 tokens, 4 programs and 2 kept a second, and a block of 10 questions every 5 seconds."""
    return [
        (
            1000.0 + second,
            Figures(
                questions=second // 5 * 10,
                completion_tokens=100 * second,
                programs={"right": 3 * second, "wrong": second},
                kept=2 * second,
            ),
        )
        for second in range(start, seconds + 1)
    ]


def test_steady_work_has_its_rate_from_the_second_look_on() -> None:
    meter = Meter(1000)
    for now, figures in steady(100):
        rates = meter.observe(figures, now)
        if now > 1000:
            assert (rates.tokens, rates.kept) == (100, 2)
            assert rates.programs == {"right": 3, "wrong": 1}


def test_the_first_look_has_no_rate_and_neither_has_a_clock_that_stands_still() -> None:
    meter = Meter(1000)
    for _ in range(3):
        rates = meter.observe(Figures(completion_tokens=5), 7.0)
        assert (rates.tokens, rates.programs, rates.kept, rates.eta_seconds) == (0, {}, 0, None)


def test_a_stall_shows_after_the_window() -> None:
    meter = Meter(10_000)
    for now, figures in steady(100):
        meter.observe(figures, now)
    stalled = [meter.observe(figures, now + second).tokens for second in range(1, int(WINDOW_SECONDS) + 2)]
    assert stalled == sorted(stalled, reverse=True)
    assert stalled[29] == pytest.approx(50)
    assert stalled[-1] == 0


def test_what_was_done_before_the_first_look_is_in_no_rate() -> None:
    meter, before = Meter(1000), Figures(questions=500, completion_tokens=10**9, kept=700)
    for now, figures in steady(60):
        rates = meter.observe(before + figures, now)
    assert (rates.tokens, rates.kept) == (100, 2)


def test_time_left_is_unknown_until_blocks_have_ended_for_a_while() -> None:
    meter = Meter(1000)
    etas = {now - 1000: meter.observe(figures, now).eta_seconds for now, figures in steady(40)}
    first_block = 5
    assert all(eta is None for second, eta in etas.items() if second < first_block + ETA_LEAST_SECONDS)
    assert etas[15] == pytest.approx(970 / 2)
    assert etas[40] == pytest.approx(920 / 2)


def test_the_load_of_the_engines_is_not_in_the_time_left() -> None:
    meter = Meter(1000)
    for second in range(600):
        assert meter.observe(Figures(), 400.0 + second).eta_seconds is None
    for now, figures in steady(40):
        eta = meter.observe(figures, now).eta_seconds
    assert eta == pytest.approx(920 / 2)


def test_blocks_that_take_longer_than_the_window_have_a_time_left_too() -> None:
    meter, hour = Meter(100), 3600
    for second in range(0, 5 * hour, 60):
        eta = meter.observe(Figures(questions=second // hour * 10), 400.0 + second).eta_seconds
        assert (eta is None) == (second < 2 * hour)
    assert eta == pytest.approx(6 * hour)
    stalled = meter.observe(Figures(questions=40), 400.0 + 9 * hour).eta_seconds
    assert stalled == pytest.approx(6 * 5 * hour)


def test_questions_of_earlier_attempts_have_no_time() -> None:
    meter, before = Meter(1000), Figures(questions=500)
    for now, figures in steady(40):
        eta = meter.observe(before + figures, now).eta_seconds
    assert eta == pytest.approx(420 / 2)


def test_nothing_is_left_at_the_end() -> None:
    assert Meter(10).observe(Figures(questions=10), 0).eta_seconds == 0
    assert Meter(10).observe(Figures(questions=11), 0).eta_seconds == 0


@given(st.lists(st.tuples(st.floats(-5, 1e6), FIGURES), max_size=30))
def test_a_meter_survives_any_sums_and_any_clock(seen: list[tuple[float, Figures]]) -> None:
    meter = Meter(1000)
    for now, figures in seen:
        eta = meter.observe(figures, now).eta_seconds
        assert eta is None or eta >= 0
