"""The decisions of the pool, with numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.executor.routing import Limits, Router, crew


def _up(places: int, limits: Limits | None = None) -> Router:
    router = Router(places, limits)
    for place in range(places):
        router.up(place)
    return router


def _give_all(router: Router) -> list[tuple[int, int]]:
    given: list[tuple[int, int]] = []
    while True:
        while (assigned := router.assign()) is not None:
            given.append(assigned)
        if not router.wants_batch:
            break
        router.admit()
    return given


def test_the_least_busy_place_is_next_and_none_has_more_than_its_calls() -> None:
    router = _up(3)
    assert _give_all(router) == [(0, 0), (1, 1), (2, 2), (3, 0), (4, 1), (5, 2)]
    router.judged(1, 1)
    router.judged(4, 1)
    router.judged(2, 2)
    assert _give_all(router) == [(6, 1), (7, 1), (8, 2)]


def test_a_place_that_is_down_gets_nothing() -> None:
    router = Router(2)
    assert not router.wants_batch
    router.up(1)
    assert _give_all(router) == [(0, 1), (1, 1)]


def test_batches_are_delivered_in_order_and_a_slow_one_holds_the_window() -> None:
    router = _up(2, Limits(calls=1, window=2))
    assert _give_all(router) == [(0, 0), (1, 1)]
    number = 1
    for _ in range(2):
        router.judged(number, 1)
        assert router.deliver() is None
        ((number, _place),) = _give_all(router)
    router.judged(number, 1)
    assert router.undelivered == 4
    assert not router.wants_batch
    router.judged(0, 0)
    assert [router.deliver() for _ in range(5)] == [0, 1, 2, 3, None]
    assert router.wants_batch


def test_what_a_dead_place_held_is_redone_elsewhere_and_only_the_oldest_is_to_blame() -> None:
    router = _up(2)
    _give_all(router)
    assert router.lost(0, "killed")
    assert _give_all(router) == []  # the other has all it may hold
    router.up(0)
    assert _give_all(router) == [(2, 0), (4, 0)]  # 0 failed here, 2 did not
    router.judged(1, 1)
    assert _give_all(router) == [(0, 1)]


def test_what_is_redone_goes_first_and_lowest_first() -> None:
    router = _up(3)
    _give_all(router)
    router.lost(1, "killed")
    router.lost(0, "killed")
    router.up(0)
    router.judged(5, 2)
    assert not router.wants_batch  # there is enough to do
    assert _give_all(router) == [(0, 2), (1, 0), (3, 0)]


def test_a_batch_that_failed_at_the_only_place_goes_there_again() -> None:
    router = _up(1)
    _give_all(router)
    router.lost(0, "killed")
    router.up(0)
    assert _give_all(router) == [(0, 0), (1, 0)]


def test_a_batch_that_fails_again_and_again_halts_the_run() -> None:
    router = _up(3, Limits(in_a_row=100))
    _give_all(router)
    for attempt in range(3):
        place = attempt
        assert not router.halted
        router.lost(place, f"failure {attempt}", batch=0)
        router.up(place)
        for free in range(3):  # the others go on, so that no place is given up and no failure is in a row
            for number in list(router._outstanding[free]):
                if number:
                    router.judged(number, free)
        _give_all(router)
    assert router.halted == "a batch of programs could not be judged in 3 attempts; the last failure: failure 2"


def test_failures_in_a_row_halt_the_run_and_a_batch_in_between_does_not() -> None:
    router = Router(1, Limits(in_a_row=3))
    router.lost(0, "no seccomp")
    router.lost(0, "no seccomp")
    router.up(0)
    router.admit()
    router.assign()
    router.judged(0, 0)
    assert router.lost(0, "no seccomp")
    assert router.lost(0, "no seccomp")
    assert not router.halted
    router.lost(0, "10.0.0.5: no seccomp")
    assert router.halted == "the executors failed 3 times in a row; the last failure: 10.0.0.5: no seccomp"


def test_a_place_that_only_fails_is_given_up_but_the_last_is_not() -> None:
    router = Router(2, Limits(at_a_place=2, in_a_row=100))
    assert [router.lost(0, "broken") for _ in range(2)] == [True, False]
    assert all(router.lost(1, "broken") for _ in range(5))

    router = Router(2, Limits(at_a_place=2, in_a_row=100))
    for _ in range(3):  # what it judges in between speaks for it
        assert router.lost(0, "killed")
        router.up(0)
        router.admit()
        number, place = router.assign() or (-1, -1)
        router.judged(number, place)


def test_a_stream_that_is_abandoned_leaves_the_places_free() -> None:
    router = _up(2)
    _give_all(router)
    router.judged(1, 1)
    assert router.busy == [0, 1]
    router.forget()
    assert router.busy == []
    assert router.deliver() is None
    assert _give_all(router)[0] == (0, 0)


@pytest.mark.parametrize(
    ("spare", "executors", "programs_each"),
    [([8, 8, 8], 3, 8), ([64, 0, 4, 0.1], 2, 4), ([1.75], 1, 2), ([0.3, 2], 2, 1), ([0, 0.2], 1, 1), ([], 1, 1)],
)
def test_every_node_with_cpus_to_spare_has_an_executor(spare: list[float], executors: int, programs_each: int) -> None:
    assert crew(spare, 0.25) == (executors, programs_each)


def test_what_cannot_be_is_refused() -> None:
    router = _up(1)
    with pytest.raises(ValueError):
        router.judged(0, 0)
    with pytest.raises(ValueError):
        router.lost(0, "", batch=3)
    with pytest.raises(ValueError):
        Router(0)


EVENTS = st.lists(st.tuples(st.sampled_from(("judged", "judged", "failed", "died", "started")), st.integers(0, 30)))


@given(events=EVENTS, places=st.integers(1, 4), batches=st.integers(0, 40), in_a_row=st.integers(1, 6))
def test_every_batch_is_delivered_once_and_in_order_or_the_run_halts(
    events: list[tuple[str, int]], places: int, batches: int, in_a_row: int
) -> None:
    limits = Limits(in_a_row=in_a_row)
    router = Router(places, limits)
    starting = set(range(places))
    outstanding: set[tuple[int, int]] = set()
    delivered: list[int] = []
    admitted = 0

    def step(event: str, choice: int) -> None:
        nonlocal admitted
        calls = sorted(outstanding)
        if event == "judged" and calls:
            call = calls[choice % len(calls)]
            outstanding.remove(call)
            router.judged(*call)
        elif event == "failed" and calls:
            number, place = calls[choice % len(calls)]
            lose(place, number)
        elif event == "died":
            lose(choice % places, None)
        elif event == "started" and starting:
            place = sorted(starting)[choice % len(starting)]
            starting.remove(place)
            router.up(place)
        while (number := router.deliver()) is not None:
            delivered.append(number)
        while admitted < batches and router.wants_batch and not router.halted:
            admitted += 1
            router.admit()
            give()
        give()

    def lose(place: int, number: int | None) -> None:
        outstanding.difference_update({call for call in outstanding if call[1] == place})
        starting.discard(place)
        if router.lost(place, "broken", number):
            starting.add(place)

    def give() -> None:
        while not router.halted and (assigned := router.assign()) is not None:
            number, place = assigned
            assert number not in {n for n, _ in outstanding}
            assert place not in starting
            outstanding.add(assigned)
            assert sum(p == place for _, p in outstanding) <= limits.calls

    for event, choice in events:
        if not router.halted:
            step(event, choice)
            assert router.undelivered <= limits.window * places
    while not router.halted and len(delivered) < batches:
        before = len(delivered), len(starting), len(outstanding), admitted
        step("started", 0)
        step("judged", 0)
        assert before != (len(delivered), len(starting), len(outstanding), admitted) or outstanding, "stuck"
    assert delivered == list(range(len(delivered)))
    assert router.halted or len(delivered) == batches
