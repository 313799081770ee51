"""When a synthesis halts by itself."""

from __future__ import annotations

import pytest

from pad_ray.config import GuardConfig
from pad_ray.synthesis.figures import Figures
from pad_ray.synthesis.guard import EXECUTOR_FAILURES_IN_A_ROW, Guard


def judged(right: int, wrong: int, failures: int = 0) -> Figures:
    return Figures(programs={"right": right, "wrong": wrong}, executor_failures=failures)


def test_a_collapsed_yield_halts_as_soon_as_enough_programs_are_judged_and_not_before() -> None:
    guard = Guard(GuardConfig(least_yield=0.1, yield_programs=100))
    assert guard.observe(judged(0, 50), 1) is None
    assert guard.observe(judged(0, 99), 2) is None
    reason = guard.observe(judged(0, 100), 3)
    assert reason is not None
    assert "0 of the last 100 programs" in reason and "synthesis.guard.least_yield=0.1" in reason


@pytest.mark.parametrize("step", [1, 7, 50, 99])
def test_a_yield_that_collapses_after_a_good_start_halts_within_a_window(step: int) -> None:
    guard = Guard(GuardConfig(least_yield=0.1, yield_programs=100))
    for right in range(0, 10_000, step):
        assert guard.observe(judged(right, 0), 1) is None
    halted = next(wrong for wrong in range(0, 1000, step) if guard.observe(judged(right, wrong), 1))
    assert 90 <= halted <= 200 + step


def test_a_yield_at_the_limit_goes_on() -> None:
    guard = Guard(GuardConfig(least_yield=0.1, yield_programs=100))
    assert all(guard.observe(judged(n, 9 * n), 1) is None for n in range(1000))


def test_a_limit_of_0_never_halts() -> None:
    assert Guard(GuardConfig(least_yield=0, yield_programs=10)).observe(judged(0, 10**6), 1) is None


def test_sums_that_fall_back_for_a_moment_do_not_halt() -> None:
    guard = Guard(GuardConfig(least_yield=0.5, yield_programs=100))
    assert guard.observe(judged(900, 100), 1) is None
    assert guard.observe(judged(0, 60), 2) is None
    assert guard.observe(judged(950, 105), 3) is None


@pytest.mark.parametrize(
    ("limits", "figures", "seconds", "said"),
    [
        ({"max_tokens": 1000}, Figures(completion_tokens=400), 0, "1,000 completion tokens"),
        ({"max_dollars": 20}, Figures(dollars=7.5), 0, "$20.00"),
        ({"max_hours": 0.5}, Figures(), 1800, "0.50 hours"),
    ],
)
def test_a_budget_that_is_spent_halts_and_says_how_to_go_on(
    limits: dict[str, float], figures: Figures, seconds: float, said: str
) -> None:
    guard = Guard(GuardConfig.model_validate(limits), tokens_before=600, dollars_before=12.5)
    assert guard.observe(Figures(), 0) is None
    reason = guard.observe(figures, seconds)
    (key, limit) = next(iter(limits.items()))
    assert reason is not None and said in reason and f"synthesis.guard.{key}={limit}" in reason and "resume" in reason
    assert "\n" not in reason


def test_just_below_its_budgets_a_run_goes_on() -> None:
    guard = Guard(GuardConfig(max_tokens=1000, max_hours=1, max_dollars=20), tokens_before=600, dollars_before=12.5)
    assert guard.observe(Figures(completion_tokens=399, dollars=7.49), 3599) is None


def test_executors_that_fail_in_a_row_halt() -> None:
    guard = Guard(GuardConfig())
    assert guard.observe(judged(500, 0, failures=3), 1) is None
    assert guard.observe(judged(500, 0, failures=3 + EXECUTOR_FAILURES_IN_A_ROW - 1), 2) is None
    reason = guard.observe(judged(500, 0, failures=3 + EXECUTOR_FAILURES_IN_A_ROW), 3)
    assert reason is not None and f"{EXECUTOR_FAILURES_IN_A_ROW} executor failures" in reason and "doctor" in reason


def test_executor_failures_between_verdicts_do_not_halt() -> None:
    guard = Guard(GuardConfig())
    assert all(guard.observe(judged(n, 0, failures=9 * n), n) is None for n in range(1000))


def test_executors_that_fail_from_the_start_halt() -> None:
    assert Guard(GuardConfig()).observe(Figures(executor_failures=EXECUTOR_FAILURES_IN_A_ROW), 1)
