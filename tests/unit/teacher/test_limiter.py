"""Rates per minute, tested with numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.teacher.limiter import BURST_SECONDS, Limiter


def sent(limiter: Limiter, costs: list[float], now: float = 100.0) -> list[float]:
    times = []
    for cost in costs:
        while (wait := limiter.wait(now, cost)) > 0:
            now += wait + 1e-9
        limiter.take(now, cost)
        times.append(now)
    return times


def test_without_limits_nothing_waits() -> None:
    assert sent(Limiter(), [1e9] * 5) == [100.0] * 5


def test_requests_are_spread_over_the_minute() -> None:
    times = sent(Limiter(requests_per_minute=120), [0] * 6)
    assert [time - 100 for time in times] == pytest.approx([0, 0, 0.5, 1, 1.5, 2])


def test_a_cost_above_the_bucket_goes_and_is_paid_off_by_the_next() -> None:
    times = sent(Limiter(tokens_per_minute=60), [30, 1, 1])
    assert [time - 100 for time in times] == pytest.approx([0, 30, 31])


def test_the_narrower_limit_counts() -> None:
    times = sent(Limiter(requests_per_minute=6000, tokens_per_minute=60), [1, 1, 1])
    assert times[-1] - 100 == pytest.approx(2)


def test_fewer_requests_than_one_a_second_are_spread_too() -> None:
    times = sent(Limiter(requests_per_minute=6), [0] * 3)
    assert [time - 100 for time in times] == pytest.approx([0, 10, 20])


def test_what_was_not_used_is_given_back_and_what_was_used_beyond_is_taken() -> None:
    limiter = Limiter(tokens_per_minute=600)
    limiter.take(100, 50)
    assert limiter.wait(100, 10) == pytest.approx(5)
    limiter.correct(100, expected=50, used=20)
    assert limiter.wait(100, 10) == pytest.approx(2)
    limiter.correct(100, expected=0, used=30)
    assert limiter.wait(100, 10) == pytest.approx(5)


def test_nothing_given_back_makes_a_burst() -> None:
    limiter = Limiter(tokens_per_minute=600)
    limiter.correct(100, expected=10_000, used=0)
    limiter.take(100, 10)
    assert limiter.wait(100, 10) == pytest.approx(1)


def test_a_clock_that_goes_back_gives_nothing() -> None:
    limiter = Limiter(tokens_per_minute=60)
    limiter.take(100, 1)
    limiter.wait(50, 1)
    assert limiter.wait(100, 1) == pytest.approx(1)


@given(st.floats(1, 1e6), st.lists(st.tuples(st.floats(0, 1e5), st.floats(0, 30)), min_size=1, max_size=40))
def test_no_window_holds_more_than_the_rate_a_burst_and_one_request(
    per_minute: float, steps: list[tuple[float, float]]
) -> None:
    limiter, now, log = Limiter(tokens_per_minute=per_minute), 0.0, []
    for cost, pause in steps:
        now += pause
        while (wait := limiter.wait(now, cost)) > 0:
            now += wait * (1 + 1e-9) + 1e-9
        limiter.take(now, cost)
        log.append((now, cost))
    for first in range(len(log)):
        for last in range(first, len(log)):
            # The last one may overdraw, so it is what came before it that is bounded.
            spent = sum(cost for _, cost in log[first:last])
            allowed = per_minute / 60 * (log[last][0] - log[first][0] + BURST_SECONDS)
            assert spent <= allowed * (1 + 1e-6) + 1e-3
