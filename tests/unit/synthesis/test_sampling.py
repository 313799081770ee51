"""The controller of the closed loop, with numbers."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from pad_ray.synthesis.sampling import MOST_AT_ONCE, Policy, Prior, QuestionLoop

DRAWS = st.lists(st.tuples(st.booleans(), st.sampled_from("abc")), min_size=1, max_size=30)
POLICIES = st.builds(
    Policy,
    keep=st.integers(1, 4),
    max_samples=st.integers(1, 30),
    give_up_below=st.sampled_from([0.0, 0.1, 0.5]),
    least_variety=st.sampled_from([0.0, 0.5]),
    stops_early=st.booleans(),
)


def run(policy: Policy, draws: list[tuple[bool, str]], random: Random, prior: Prior | None = None) -> QuestionLoop:
    """Run a question whose draw i comes to draws[i]; they end in an order, and engines idle, as `random` has it."""
    loop = QuestionLoop(policy, prior or Prior())
    under_way: list[int] = []
    while not loop.ended:
        under_way += loop.next_draws(idle=random.random() < 0.5)
        assert under_way, "a question that has not ended waits for nothing"
        draw = under_way.pop(random.randrange(len(under_way)))
        if draw < len(draws):
            loop.take(draw, right=draws[draw][0], key=draws[draw][1])
        else:
            loop.exhaust(draw)
    return loop


def by_hand(policy: Policy, draws: list[tuple[bool, str]]) -> tuple[int, list[int]]:
    """The draws that count and those that are kept, when they are made one after the other."""
    kept: dict[str, int] = {}
    barren = repeats = 0
    for number, (right, key) in enumerate(draws[: policy.max_samples], start=1):
        barren, repeats = barren + 1, repeats + right
        if right and key not in kept and len(kept) < policy.keep:
            kept[key] = number - 1
            barren = repeats = 0
        hopeless = barren >= policy.most_barren or repeats >= policy.most_repeats
        if policy.stops_early and (len(kept) == policy.keep or hopeless):
            return number, list(kept.values())
    return min(len(draws), policy.max_samples), list(kept.values())


@given(POLICIES, DRAWS, st.integers(0, 5), st.integers(0, 5))
def test_what_a_question_ends_with_does_not_depend_on_the_order_in_which_its_draws_end(
    policy: Policy, draws: list[tuple[bool, str]], one: int, other: int
) -> None:
    known = Prior()
    known.learn(1000, 5)
    for loop in (run(policy, draws, Random(one)), run(policy, draws, Random(other), known)):
        assert (loop.drawn, loop.kept) == by_hand(policy, draws)
        assert loop.right == sum(right for right, _ in draws[: loop.drawn])


@given(POLICIES, st.integers(0, 3))
def test_no_more_draws_are_started_than_are_allowed(policy: Policy, seed: int) -> None:
    random = Random(seed)
    loop, started = QuestionLoop(policy, Prior()), 0
    while not loop.ended:
        new = loop.next_draws(idle=True)
        started += len(new)
        for draw in new:
            loop.take(draw, right=random.random() < 0.3, key=str(draw))
    assert started <= policy.max_samples
    assert loop.next_draws(idle=True) == range(0)


def test_a_busy_engine_is_asked_for_no_draw_that_may_be_unneeded() -> None:
    loop = QuestionLoop(Policy(keep=2, max_samples=8), Prior())
    assert list(loop.next_draws(idle=False)) == [0, 1]
    assert list(loop.next_draws(idle=False)) == []
    loop.take(0, right=False)
    assert list(loop.next_draws(idle=False)) == [2]
    loop.take(1, right=True, key="a")
    assert list(loop.next_draws(idle=False)) == []
    loop.take(2, right=True, key="a")
    assert list(loop.next_draws(idle=False)) == [3]
    loop.take(3, right=True, key="b")
    assert loop.ended and loop.satisfied and loop.kept == [1, 3]


def test_an_idle_engine_is_given_more_draws_where_few_succeed() -> None:
    prior = Prior()
    prior.learn(998, 99)
    loop = QuestionLoop(Policy(keep=1, max_samples=100), prior)
    assert len(loop.next_draws(idle=True)) == 5
    assert len(QuestionLoop(Policy(keep=2, max_samples=100), Prior()).next_draws(idle=True)) == 2
    prior.learn(100_000, 0)
    hopeless = QuestionLoop(Policy(keep=1, max_samples=100), prior)
    assert len(hopeless.next_draws(idle=True)) == MOST_AT_ONCE // 2
    assert len(QuestionLoop(Policy(keep=1, max_samples=3), prior).next_draws(idle=True)) == 3


def test_a_question_is_given_up_once_it_is_almost_certainly_hopeless() -> None:
    # After 21 draws without any, Beta(1, 22) has 0.9 ** 22 = 9.8 % of its mass above 0.1; after 20, 10.9 %.
    policy = Policy(keep=2, max_samples=1000, give_up_below=0.1)
    assert policy.most_barren == 21
    loop = run(policy, [(False, "")] * 1000, Random(0))
    assert (loop.drawn, loop.satisfied, loop.given_up) == (21, False, True)
    # The same program again and again is as hopeless.
    assert run(policy, [(True, "a")] * 1000, Random(0)).drawn == 22
    assert Policy(keep=2, max_samples=50).most_barren == 50


def test_a_question_whose_right_programs_repeat_themselves_is_given_up_early() -> None:
    policy = Policy(keep=2, max_samples=100, least_variety=0.5)
    assert policy.most_repeats == 3
    assert run(policy, [(True, "a")] * 100, Random(0)).drawn == 4
    # Wrong ones say nothing about variety.
    assert run(policy, [(True, "a"), (False, "")] * 50, Random(0)).drawn == 7
    assert run(policy, [(False, "")] * 100, Random(0)).drawn == 100


def test_an_evaluation_makes_all_its_draws_at_once() -> None:
    loop = QuestionLoop(Policy(keep=1, max_samples=5, stops_early=False), Prior())
    assert list(loop.next_draws(idle=False)) == [0, 1, 2, 3, 4]
    for draw in range(5):
        loop.take(draw, right=True, key=str(draw))
    assert loop.ended and loop.drawn == 5 and loop.kept == [0]


def test_a_draw_that_cannot_be_made_counts_only_when_it_is_needed() -> None:
    failure = ValueError("too long")
    unneeded = QuestionLoop(Policy(keep=1, max_samples=8), Prior())
    unneeded.fail(1, failure)
    unneeded.take(0, right=True, key="a")
    assert unneeded.ended and unneeded.satisfied and unneeded.failure is None
    needed = QuestionLoop(Policy(keep=2, max_samples=8), Prior())
    needed.fail(1, failure)
    assert not needed.ended
    needed.take(0, right=True, key="a")
    assert (needed.ended, needed.failure, needed.drawn, needed.given_up) == (True, failure, 1, False)


def test_a_limit_near_one_still_leaves_a_second_draw() -> None:
    policy = Policy(keep=2, max_samples=8, give_up_below=0.95, least_variety=0.95)
    assert (policy.most_barren, policy.most_repeats) == (1, 1)
    assert run(policy, [(True, "a"), (True, "b")], Random(0)).kept == [0, 1]
