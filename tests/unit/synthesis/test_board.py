"""Where workers post their sums, as a plain object."""

from __future__ import annotations

import pickle

import pytest

from pad_ray.synthesis.board import DEATHS_IN_A_ROW, MOST_NOTES, SILENT_SECONDS, Board
from pad_ray.synthesis.figures import Figures


class Clock:
    """Time passes when the test says so."""

    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def board(clock: Clock) -> Board:
    return Board(stagger_seconds=2, most_engines=3, clock=clock)


def test_the_last_sums_of_each_worker_count_once(board: Board) -> None:
    board.report("a", Figures(kept=1))
    board.report("a", Figures(kept=3, in_flight=4))
    board.report("b", Figures(kept=2, in_flight=5))
    posted = board.look()
    assert posted.by_worker == {"a": Figures(kept=3, in_flight=4), "b": Figures(kept=2, in_flight=5)}
    assert posted.workers == 2


def test_a_dead_worker_keeps_its_sums_and_has_nothing_in_flight(board: Board, clock: Clock) -> None:
    board.report("a", Figures(kept=3, in_flight=4))
    clock.now += SILENT_SECONDS
    board.report("b", Figures(kept=2, in_flight=5))
    posted = board.look()
    assert posted.by_worker == {"a": Figures(kept=3), "b": Figures(kept=2, in_flight=5)}
    assert posted.workers == 1


def test_after_a_stop_every_worker_is_told_to_take_up_no_new_part(board: Board) -> None:
    assert board.report("a", Figures()) is False
    assert board.look().halt == ""
    board.stop("enough")
    board.stop("something else")
    assert board.report("a", Figures()) is True
    assert board.look().halt == "enough"


def test_a_look_can_bring_a_stop_so_that_a_restarted_board_learns_of_it(board: Board) -> None:
    assert board.look("enough").halt == "enough"
    assert board.report("a", Figures()) is True


def test_engines_start_one_after_the_other(board: Board, clock: Clock) -> None:
    assert [board.turn(), board.turn(), board.turn()] == [0, 2, 4]
    clock.now += 5
    assert board.turn() == 1
    clock.now += 100
    assert [board.turn(), board.turn()] == [0, 2]


def test_engines_that_die_in_a_row_halt_the_run_and_say_why(board: Board) -> None:
    for _ in range(DEATHS_IN_A_ROW - 1):
        board.engine_died("a", "out of\nmemory")
    assert board.look().halt == ""
    board.engine_died("b", "out of\nmemory")
    halt = board.look().halt
    assert f"{DEATHS_IN_A_ROW} engines" in halt and "out of memory" in halt and "resume" in halt


def test_a_committed_part_between_deaths_lets_the_run_go_on(board: Board) -> None:
    for parts in range(10):
        for _ in range(DEATHS_IN_A_ROW - 1):
            board.engine_died("a", "cold")
            board.report("a", Figures(parts=parts))
        board.report("a", Figures(parts=parts + 1))
    assert board.look().halt == ""


def test_workers_that_are_killed_while_they_start_halt_the_run(board: Board) -> None:
    for _ in range(3 + DEATHS_IN_A_ROW - 1):
        board.turn()
    assert board.look().halt == ""
    board.turn()
    assert "killed" in board.look().halt


def test_posts_travel_between_processes(board: Board) -> None:
    board.report("a", Figures(kept=3, programs={"right": 4}))
    assert pickle.loads(pickle.dumps(board.look())) == board.look()


def test_what_workers_have_to_say_is_on_the_board_and_does_not_grow_without_end() -> None:
    board = Board(0, 1)
    board.engine_died("w", "out of memory")
    assert board.look().notes == ("an engine died and another is started: out of memory",)
    for number in range(2 * MOST_NOTES):
        board.note(str(number))
    assert len(board.look().notes) == MOST_NOTES
