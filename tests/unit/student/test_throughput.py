"""Pace: the recent one and the mean, utilisation, and what is left."""

import pytest

from pad_ray.student.throughput import WINDOW_SECONDS, Pace, Reading, Throughput


def read(
    throughput: Throughput, seconds: float, tokens: int, waited: float = 0.0, left: int = 0, computed: int = 0
) -> Pace:
    return throughput.read(Reading(seconds, tokens, waited, computed), tokens_left=left)


def test_the_first_reading_is_all_there_is() -> None:
    pace = read(Throughput(flops_per_token=6e9, peak=1e12), 10.0, 1000, waited=1.0, left=500)
    assert pace.tokens_per_second == pace.mean_tokens_per_second == 100
    assert pace.mfu == pytest.approx(0.6)
    assert pace.data_wait == pytest.approx(0.1)
    assert pace.eta_seconds == pytest.approx(5)


def test_recent_is_the_last_minute_and_the_mean_all_of_it() -> None:
    throughput = Throughput(flops_per_token=1.0, peak=1000.0)
    for second in range(1, 201):
        read(throughput, second, 10 * second, waited=0.5 * second)
    for second in range(1, int(WINDOW_SECONDS) + 1):
        pace = read(throughput, 200 + second, 2000 + 100 * second, waited=100.0)
    assert pace.tokens_per_second == pytest.approx(100)
    assert pace.mfu == pytest.approx(0.1)
    assert pace.data_wait == 0
    assert pace.mean_tokens_per_second == pytest.approx((2000 + 6000) / 260)


def test_entries_further_apart_than_the_window_still_have_a_pace() -> None:
    throughput = Throughput(flops_per_token=1.0, peak=None)
    read(throughput, 500.0, 5000)
    pace = read(throughput, 1000.0, 6000)
    assert pace.tokens_per_second == pytest.approx(2)
    assert pace.mfu is None


def test_what_is_not_useful_is_padding() -> None:
    throughput = Throughput(flops_per_token=1.0, peak=None)
    assert read(throughput, 1.0, 90, computed=100).useful_share == pytest.approx(0.9)
    assert read(throughput, 2.0, 150, computed=200).useful_share == pytest.approx(0.75)


def test_two_readings_of_one_instant_do_no_harm() -> None:
    pace = read(Throughput(flops_per_token=1.0, peak=1.0), 0.0, 0, left=10)
    assert (pace.tokens_per_second, pace.data_wait, pace.eta_seconds) == (0, 0, None)
