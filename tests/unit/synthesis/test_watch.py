"""What the driver makes of the board."""

from __future__ import annotations

import pytest

from pad_ray.config import GuardConfig
from pad_ray.synthesis.board import Posted
from pad_ray.synthesis.figures import Figures, Rates
from pad_ray.synthesis.interrupt import FINISHING
from pad_ray.synthesis.watch import INTERRUPTED, Watch, panel_rows, short

BEFORE = Figures(questions=100, satisfied=100, kept=200, programs={"right": 250}, completion_tokens=500, dollars=1.0)
SOME = Figures(questions=10, satisfied=8, kept=16, programs={"right": 20, "wrong": 5}, completion_tokens=400)


def watch(guard: GuardConfig | None = None, before: Figures = BEFORE) -> Watch:
    return Watch("synthesize", 1000, before, guard or GuardConfig(), now=0.0)


def post(halt: str = "", **by_worker: Figures) -> Posted:
    return Posted(by_worker, len(by_worker), halt)


def test_the_sums_of_earlier_attempts_and_of_all_workers_are_shown() -> None:
    event = watch().observe(post(a=SOME, b=SOME), 1.0)
    assert (event.done, event.total) == (120, 1000)
    assert dict(event.rows)["yield"] == "96.7% (290 right of 300)"
    assert dict(event.rows)["kept"].startswith("232 distinct (1.93 a question)")


def test_a_board_that_was_restarted_loses_no_worker() -> None:
    seen = watch()
    seen.observe(post(dead=SOME, alive=SOME), 1.0)
    seen.observe(post(), 2.0)
    seen.observe(post(alive=SOME + SOME), 3.0)
    assert seen.figures == BEFORE + SOME + SOME + SOME


def test_parts_that_were_done_twice_do_not_show_more_than_all() -> None:
    assert watch().observe(post(a=Figures(questions=1000)), 1.0).done == 1000


def test_while_the_engines_load_it_says_so() -> None:
    event = watch(before=Figures()).observe(post(a=Figures()), 1.0)
    assert (event.detail, event.rows) == ("starting the engine", ())


def test_while_the_first_programs_are_written_it_says_so() -> None:
    event = watch(before=Figures()).observe(post(a=Figures(in_flight=256)), 1.0)
    assert event.detail == "the first programs are being written"


def test_an_engine_that_came_up_stays_known_although_the_board_was_restarted() -> None:
    seen = watch()
    seen.observe(post(), 1.0)
    assert not seen.any_engine
    seen.observe(post(a=Figures()), 2.0)
    seen.observe(post(), 3.0)
    assert seen.any_engine


def test_what_earlier_attempts_spent_counts_against_the_budget_and_what_they_yielded_does_not() -> None:
    seen = watch(GuardConfig(max_tokens=1000))
    seen.observe(post(a=SOME), 1.0)
    assert seen.halt == ""
    event = seen.observe(post(a=SOME, b=SOME), 2.0)
    assert "synthesis.guard.max_tokens=1000" in seen.halt
    assert event.note == seen.halt
    assert event.eta_seconds is None


def test_the_time_budget_counts_from_the_start_of_the_attempt() -> None:
    seen = Watch("synthesize", 1000, BEFORE, GuardConfig(max_hours=1), now=5000.0)
    seen.observe(post(a=SOME), 5000.0 + 3599)
    assert seen.halt == ""
    seen.observe(post(a=SOME), 5000.0 + 3600)
    assert "max_hours=1" in seen.halt


def test_without_a_guard_nothing_halts() -> None:
    seen = Watch("evaluate", 1000, Figures(), None, now=0.0)
    seen.observe(post(a=Figures(programs={"wrong": 10**6})), 10.0**9)
    assert seen.halt == ""


def test_the_first_reason_to_halt_stays() -> None:
    seen = watch()
    seen.observe(post("engines died", a=SOME), 1.0)
    seen.interrupt()
    assert seen.halt == "engines died"


def test_a_wish_to_stop_tells_what_happens_next() -> None:
    seen = watch()
    seen.interrupt()
    event = seen.observe(post(INTERRUPTED, a=SOME), 1.0)
    assert seen.halt == INTERRUPTED
    assert event.note == FINISHING


def test_statuses_are_named_right_ones_first_and_then_by_rate() -> None:
    rates = Rates(programs={"timeout": 0.04, "wrong": 40.26, "no_answer": 1.0, "right": 12.0})
    said = dict(panel_rows(SOME, rates, 1))["programs/s"]
    assert said == "53.3: right 12.0, wrong 40.3, no answer 1.0, timeout 0.04"


def test_what_has_not_come_up_is_not_shown() -> None:
    rows = dict(panel_rows(Figures(programs={"wrong": 1}), Rates(), 1))
    assert rows == {
        "yield": "0.0% (0 right of 1)",
        "kept": "0 distinct, 0.00/s",
        "programs/s": "0",
        "engines": "1, 0 draws in flight",
    }


def test_cost_waste_restarts_and_failures_are_shown_where_there_are_any() -> None:
    figures = SOME + Figures(dollars=2.5, wasted_tokens=40, engine_deaths=1, executor_failures=2, in_flight=1, failed=1)
    rows = dict(panel_rows(figures, Rates(tokens=1234.5), 12))
    assert rows["cost"] == "$2.50, $156.25 per 1,000 kept"
    assert rows["tokens"] == "1,234/s, 400 written, 10.0% wasted"
    assert rows["engines"] == "12, 1 draw in flight, 1 restart"
    assert rows["executors"] == "2 failures"
    assert rows["questions"] == "satisfied 8, exhausted 1, failed 1"


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.0 k"),
        (999_949, "999.9 k"),
        (999_960, "1.0 M"),
        (12_345_678_901_234, "12,345.7 G"),
    ],
)
def test_large_counts_are_short(count: int, said: str) -> None:
    assert short(count) == said
