"""Steps dealt to another number of ranks: the same entries, each once, evenly and with little padding."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pad_ray.student.dealing import Dealing, deal
from pad_ray.student.order import Schedule
from pad_ray.student.packing import EMPTY, Bins

LENGTHS = np.random.default_rng(0).integers(20, 300, size=1003).astype(np.int32)


def schedule(
    lengths: np.ndarray = LENGTHS, *, batch: int, ranks: int, accumulation: int, width: int | None
) -> Schedule:
    return Schedule(lengths, batch=batch, ranks=ranks, accumulation=accumulation, epochs=3, seed=1, width=width)


@st.composite
def schedules(draw: st.DrawFn) -> tuple[Schedule, int]:
    """(schedule, examples)."""
    lengths = draw(st.lists(st.integers(1, 64), min_size=1, max_size=120))
    made = schedule(
        np.array(lengths, dtype=np.int32),
        batch=draw(st.integers(1, 4)),
        ranks=draw(st.integers(1, 5)),
        accumulation=draw(st.integers(1, 3)),
        width=draw(st.sampled_from([None, 64, 100])),
    )
    return made, len(lengths)


def examples_of_step(dealing: Dealing, ranks: int, step: int) -> list[int]:
    """By the order alone, as the ranks see it."""
    made = dealing.schedule
    epoch, within = divmod(step - 1, made.steps_per_epoch)
    places = dealing.accumulation * ranks * made.batch
    order = dealing.order(epoch)
    entries = order.tolist()[within * places : (within + 1) * places]
    if isinstance(order, Bins):
        return sorted(index for row in entries for index in row)
    return sorted(entry for entry in entries if entry != EMPTY)


@settings(max_examples=100, deadline=None)
@given(schedules(), st.data())
def test_each_example_comes_once_in_an_epoch_on_any_sequence_of_ranks(
    drawn: tuple[Schedule, int], data: st.DataObject
) -> None:
    made, examples = drawn
    for epoch in range(2):
        seen: list[int] = []
        for step in range(epoch * made.steps_per_epoch + 1, (epoch + 1) * made.steps_per_epoch + 1):
            ranks = data.draw(st.integers(1, 7))
            there = examples_of_step(Dealing(made, ranks), ranks, step)
            assert there == sorted(np.concatenate(made.members(step)).tolist())
            seen.extend(there)
        assert sorted(seen) == list(range(examples))


@settings(max_examples=60, deadline=None)
@given(schedules(), st.integers(1, 7))
def test_an_epoch_has_as_many_steps_as_before(drawn: tuple[Schedule, int], ranks: int) -> None:
    """Trainer counts the steps of an epoch from the places of an order."""
    made, _ = drawn
    dealing = Dealing(made, ranks)
    assert len(dealing.order(0).tolist()) == len(dealing)
    micro_steps = len(dealing) // (made.batch * ranks)
    assert -(-micro_steps // dealing.accumulation) == made.steps_per_epoch


@pytest.mark.parametrize("width", [None, 512])
@pytest.mark.parametrize("accumulation", [1, 3])
def test_as_many_ranks_as_before_change_nothing(width: int | None, accumulation: int) -> None:
    made = schedule(batch=4, ranks=2, accumulation=accumulation, width=width)
    dealing = Dealing(made, 2)
    assert (len(dealing), dealing.accumulation) == (made.examples_per_epoch, accumulation)
    assert dealing.order(1).tolist() == made.order(1).tolist()


def test_no_more_micro_steps_than_it_takes() -> None:
    made = schedule(batch=4, ranks=4, accumulation=3, width=None)
    assert [Dealing(made, ranks).accumulation for ranks in (1, 2, 3, 5, 12, 16)] == [12, 6, 4, 3, 1, 1]


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.data())
def test_micro_steps_and_ranks_get_equally_much(accumulation: int, ranks: int, batch: int, data: st.DataObject) -> None:
    taken = data.draw(st.integers(0, accumulation * ranks * batch))
    entries = np.full((1, accumulation * ranks * batch), EMPTY)
    entries[0, np.random.default_rng(taken).permutation(entries.size)[:taken]] = np.arange(taken)
    lengths = np.where(entries == EMPTY, 0, entries % 7 + 1)
    dealt = deal(entries, lengths, accumulation=accumulation, ranks=ranks, batch=batch)
    assert dealt.shape == (1, accumulation, ranks, batch)
    filled = dealt != EMPTY
    assert np.ptp(filled.sum(axis=(0, 2, 3))) <= 1
    assert np.ptp(filled.sum(axis=3), axis=2).max() <= 1
    in_order = dealt[filled] % 7
    assert (np.diff(in_order) <= 0).all()


def test_little_is_padding() -> None:
    made = schedule(batch=8, ranks=4, accumulation=2, width=None)
    assert made.useful_share() > 0.95
    order = Dealing(made, 3).order(0).reshape(-1, made.batch)
    tokens = np.append(LENGTHS, 0)[order]
    filled = (order != EMPTY).sum(axis=1)
    assert tokens.sum() / (tokens.max(axis=1) * filled).sum() > 0.9
