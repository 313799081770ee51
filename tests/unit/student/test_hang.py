"""Who is waited for, from what ranks say of themselves."""

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from pad_ray.student.hang import SILENT_SECONDS, Hang, Lookout, Position, told

LIMIT = 100.0

COLLECTIVE = "/x/torch/distributed/distributed_c10d.py:3152 in all_reduce"


def at(rank: int, passed: int, *, patience: float | None = LIMIT, stack: tuple[str, ...] = ()) -> Position:
    return Position(
        rank=rank,
        host=f"node-{rank}",
        pid=100 + rank,
        created=0.0,
        place=f"place {passed}",
        passed=passed,
        changes=passed,
        writes=0,
        patience=patience,
        stack=stack,
    )


class Ranks:
    """They write every 5 s, as far as they can."""

    def __init__(self, *positions: Position) -> None:
        self.positions = {position.rank: position for position in positions}
        self.stopped: set[int] = set()
        self.lookout = Lookout(len(positions), LIMIT, idle=25.0)

    def watch(self, seconds: float) -> Hang | None:
        hang = None
        for _ in range(int(seconds / 5)):
            for rank in self.positions.keys() - self.stopped:
                position = self.positions[rank]
                self.positions[rank] = dataclasses.replace(position, writes=position.writes + 1)
            hang = self.lookout.observe(self.positions, 5.0)
        return hang


def test_the_one_furthest_behind_is_waited_for() -> None:
    ranks = Ranks(at(0, 8), at(1, 7), at(2, 8))
    assert ranks.watch(75) is None
    assert ranks.watch(10) == Hang((1,), silent=False)


def test_ranks_that_get_on_do_not_hang() -> None:
    ranks = Ranks(at(0, 8), at(1, 8))
    for passed in range(9, 30):
        assert ranks.watch(60) is None
        ranks.positions[1] = at(1, passed)


def test_a_stopped_process_is_at_fault_wherever_it_was() -> None:
    ranks = Ranks(at(0, 7), at(1, 9))
    ranks.stopped = {1}
    assert ranks.watch(70) is None
    assert ranks.watch(15) == Hang((1,), silent=True)


def test_excused_ranks_may_take_as_long_as_it_takes_unless_their_process_is_stopped() -> None:
    ranks = Ranks(at(0, 7, patience=None), at(1, 8))
    assert ranks.watch(5000) is None
    ranks.stopped = {0}
    assert ranks.watch(SILENT_SECONDS) is None
    assert ranks.watch(10) == Hang((0,), silent=True)


def test_patience_has_an_end() -> None:
    ranks = Ranks(at(0, 7, patience=1000.0), at(1, 8))
    assert ranks.watch(970) is None
    assert ranks.watch(10) == Hang((0,), silent=False)


def test_at_the_same_place_those_in_a_collective_wait_for_the_others() -> None:
    ranks = Ranks(at(0, 7, stack=("a", COLLECTIVE)), at(1, 7, stack=("a", "/x/mapped.py:71 in __getitem__")))
    assert ranks.watch(85) == Hang((1,), silent=False)
    both = Ranks(at(0, 7, stack=("a", COLLECTIVE)), at(1, 7, stack=("a", COLLECTIVE)))
    assert both.watch(85) == Hang((0, 1), silent=False)


def test_a_rank_that_never_wrote_is_waited_for() -> None:
    ranks = Ranks(at(0, 7), at(1, 7))
    del ranks.positions[1]
    assert ranks.watch(SILENT_SECONDS) is None
    hang = ranks.watch(10)
    assert hang == Hang((1,), silent=True)
    assert told(hang, ranks.positions, ranks=2, minutes=30) == "no progress for 30 min: rank 1 has not begun"


@given(st.lists(st.integers(0, 3), min_size=1, max_size=6), st.sets(st.integers(0, 5)))
def test_somebody_is_named_and_nobody_who_is_ahead(passed: list[int], stopped: set[int]) -> None:
    ranks = Ranks(*(at(rank, count) for rank, count in enumerate(passed)))
    ranks.stopped = stopped & ranks.positions.keys()
    hang = ranks.watch(100)
    assert hang is not None
    if ranks.stopped:
        assert hang == Hang(tuple(sorted(ranks.stopped)), silent=True)
    else:
        assert hang.culprits == tuple(rank for rank, count in enumerate(passed) if count == min(passed))


def test_it_is_told_in_one_line() -> None:
    stack = (
        "/x/pad_ray/student/worker.py:90 in _step",
        "/x/pad_ray/student/mapped.py:71 in read",
        "/x/nfs.py:1 in get",
    )
    positions = {0: at(0, 8), 1: at(1, 7, stack=stack)}
    assert told(Hang((1,), silent=False), positions, ranks=2, minutes=30) == (
        "no progress for 30 min: rank 1 (node-1, process 101) is at place 7 "
        "[/x/nfs.py:1 in get, called from /x/pad_ray/student/mapped.py:71 in read]"
    )
    assert "rank 0 (node-0, process 100) runs no more" in told(Hang((0,), silent=True), positions, ranks=2, minutes=0.1)
    assert "all 2 ranks are at the same place, place 8" in told(
        Hang((0, 1), silent=False), positions, ranks=2, minutes=1
    )
