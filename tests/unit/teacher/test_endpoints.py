"""Where a request goes, tested with numbers."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.teacher.endpoints import (
    DOWN_SECONDS,
    FAILURE_SECONDS,
    NEVER_UP_SECONDS,
    TOLERATED_FAILURES,
    Endpoint,
    choose,
    outage,
)
from pad_ray.teacher.limiter import Limiter
from pad_ray.teacher.retry import LONGEST_DELAY_SECONDS


def rested(now: float = 0.0, **state: bool) -> Endpoint:
    endpoint = Endpoint("http://a", **state)
    endpoint.failed(now, "no connection", Random(0), gone=True)
    return endpoint


def test_the_one_with_the_fewest_under_way_is_next() -> None:
    endpoints = [Endpoint("a", under_way=3), Endpoint("b", under_way=2), Endpoint("c", under_way=5)]
    assert choose(endpoints, 0, 1) is endpoints[1]


def test_one_that_just_failed_is_not_next_though_it_is_idle() -> None:
    failing, busy = Endpoint("a"), Endpoint("b", under_way=5)
    failing.failed(100, "HTTP 500", Random(0))
    assert choose([failing, busy], 100, 1) is busy
    assert choose([failing, busy], 100 + FAILURE_SECONDS, 1) is failing


def test_one_bad_answer_rests_nothing_and_some_in_a_row_do() -> None:
    endpoint = Endpoint("a")
    for _ in range(TOLERATED_FAILURES - 1):
        endpoint.failed(0, "HTTP 500", Random(0))
        assert endpoint.wait(0, 1) == 0
    endpoint.answered()
    for _ in range(TOLERATED_FAILURES):
        endpoint.failed(0, "HTTP 500", Random(0))
    assert endpoint.wait(0, 1) > 0


def test_one_that_is_gone_is_rested_at_once_then_tried_first_and_with_a_single_request() -> None:
    gone, well = rested(), Endpoint("b")
    assert choose([gone, well], 0, 1) is well
    later = gone.rest_until
    assert choose([gone, well], later, 1) is gone
    gone.under_way += 1
    assert choose([gone, well], later, 1) is well
    gone.answered()
    gone.under_way += 4
    assert gone.wait(later, 1) == 0


def test_rests_grow_longer_while_nothing_changes_and_are_bounded() -> None:
    endpoint, now, rests = Endpoint("a"), 0.0, []
    for _ in range(40):
        endpoint.failed(now, "no connection", Random(1), gone=True)
        rests.append(endpoint.rest_until - now)
        now = endpoint.rest_until
    assert all(later > earlier * 0.999 for earlier, later in pairwise(rests))
    assert LONGEST_DELAY_SECONDS / 20 < rests[-1] <= LONGEST_DELAY_SECONDS


def test_what_was_under_way_when_it_was_rested_rests_it_no_longer() -> None:
    endpoint = rested(0.0)
    until, failures = endpoint.rest_until, endpoint.failures
    for _ in range(100):
        endpoint.failed(until / 2, "no connection", Random(0), gone=True)
    assert (endpoint.rest_until, endpoint.failures) == (until, failures)


def test_a_429_halves_what_is_under_way_once_a_wave() -> None:
    endpoint = Endpoint("a", under_way=64)
    for _ in range(60):
        endpoint.slow_down(10, 5, "HTTP 429", Random(0), after=2)
    assert endpoint.most == 32
    assert endpoint.wait(11, 1) > 0
    assert endpoint.wait(13, 1) > 0, "still too many under way"
    endpoint.under_way = 20
    assert endpoint.wait(13, 1) == 0
    endpoint.slow_down(13, 5, "HTTP 429, late", Random(0))
    assert endpoint.most == 32
    endpoint.slow_down(13, 12.9, "HTTP 429", Random(0))
    assert endpoint.most == 10


def test_after_a_429_it_is_given_more_again_as_it_answers() -> None:
    endpoint = Endpoint("a", under_way=8)
    endpoint.slow_down(0, 0, "HTTP 429", Random(0))
    assert endpoint.most == 4
    for _ in range(100):
        endpoint.answered()
    assert endpoint.most is not None
    assert 10 < endpoint.most < 20


def test_a_longer_wait_told_by_a_later_429_of_the_wave_counts() -> None:
    endpoint = Endpoint("a", under_way=8)
    endpoint.slow_down(10, 5, "HTTP 429", Random(0), after=2)
    endpoint.slow_down(10, 5, "HTTP 429", Random(0), after=30)
    assert endpoint.rest_until >= 40


def test_all_must_be_down_for_long_before_they_are_given_up_and_each_is_named() -> None:
    new, known = rested(0.0), rested(0.0, proven=True)
    known.url = "http://b"
    assert outage([new], NEVER_UP_SECONDS - 1) is None
    assert outage([new], NEVER_UP_SECONDS) == "http://a: no connection"
    assert outage([new, known], NEVER_UP_SECONDS) is None
    assert outage([new, known], DOWN_SECONDS) == "http://a: no connection; http://b: no connection"
    known.answered()
    assert outage([new, known], 10 * DOWN_SECONDS) is None


def test_only_429s_for_long_is_an_outage_too() -> None:
    endpoint = Endpoint("a", proven=True)
    endpoint.slow_down(0, 0, "HTTP 429", Random(0))
    assert outage([endpoint], DOWN_SECONDS) == "a: HTTP 429"


def test_a_rate_limit_sends_the_next_one_elsewhere() -> None:
    endpoints = [Endpoint("a", Limiter(requests_per_minute=6)), Endpoint("b", under_way=9)]
    endpoints[0].limiter.take(0, 1)
    assert choose(endpoints, 0, 1) is endpoints[1]
    assert choose(endpoints[:1], 0, 1) == pytest.approx(10)


EVENTS = st.tuples(st.sampled_from(["ok", "fail", "gone", "slow"]), st.integers(0, 2), st.floats(0, 20))


@given(st.lists(EVENTS, max_size=60), st.integers())
def test_whatever_happens_some_endpoint_is_free_again_within_the_longest_wait(
    events: list[tuple[str, int, float]], seed: int
) -> None:
    endpoints, random, now = [Endpoint(name) for name in "abc"], Random(seed), 0.0
    for event, place, pause in events:
        now += pause
        endpoint = endpoints[place]
        match event:
            case "ok":
                endpoint.answered()
            case "slow":
                endpoint.slow_down(now, now, "HTTP 429", random)
            case _:
                endpoint.failed(now, "failed", random, gone=event == "gone")
    chosen = choose(endpoints, now, 1)
    if not isinstance(chosen, Endpoint):
        assert 0 < chosen <= LONGEST_DELAY_SECONDS
        assert isinstance(choose(endpoints, now + LONGEST_DELAY_SECONDS, 1), Endpoint)
