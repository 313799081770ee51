"""The order of examples: each once, deterministic, and with little padding."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pad_ray.student.order import Schedule, evenly
from pad_ray.student.packing import EMPTY

LENGTHS = np.random.default_rng(0).integers(20, 300, size=1003).astype(np.int32)


def schedule(
    lengths: np.ndarray = LENGTHS,
    *,
    batch: int = 8,
    ranks: int = 2,
    accumulation: int = 1,
    epochs: float = 2,
    seed: int = 1,
    width: int | None = None,
) -> Schedule:
    return Schedule(lengths, batch=batch, ranks=ranks, accumulation=accumulation, epochs=epochs, seed=seed, width=width)


@st.composite
def schedules(draw: st.DrawFn) -> tuple[Schedule, np.ndarray, int]:
    """(schedule, lengths, ranks)."""
    lengths = draw(st.lists(st.integers(1, 64), min_size=1, max_size=150))
    ranks = draw(st.integers(1, 4))
    made = schedule(
        np.array(lengths, dtype=np.int32),
        batch=draw(st.integers(1, 5)),
        ranks=ranks,
        accumulation=draw(st.integers(1, 3)),
        width=draw(st.sampled_from([None, 64, 100])),
    )
    return made, np.array(lengths), ranks


@settings(max_examples=150, deadline=None)
@given(schedules(), st.integers(0, 2))
def test_each_example_enters_exactly_one_step_of_an_epoch(drawn: tuple[Schedule, np.ndarray, int], epoch: int) -> None:
    made, lengths, ranks = drawn
    first = epoch * made.steps_per_epoch
    seen: list[int] = []
    for step in range(first + 1, first + made.steps_per_epoch + 1):
        of_ranks = made.members(step)
        assert len(of_ranks) == ranks
        together = np.concatenate(of_ranks)
        assert len(together) > 0
        assert made.tokens_after(step) - made.tokens_after(step - 1) == lengths[together].sum()
        seen.extend(together.tolist())
    assert sorted(seen) == list(range(len(lengths)))


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.sampled_from([None, 512]))
def test_members_are_what_the_order_deals_to_the_ranks(
    batch: int, ranks: int, accumulation: int, width: int | None
) -> None:
    made = schedule(LENGTHS[:60], batch=batch, ranks=ranks, accumulation=accumulation, width=width)
    entries = made.order(0).tolist()
    assert len(entries) == made.examples_per_epoch
    micro_batches = [entries[i : i + batch] for i in range(0, len(entries), batch)]
    for step in range(1, made.steps_per_epoch + 1):
        for rank, members in enumerate(made.members(step)):
            dealt = micro_batches[rank::ranks][(step - 1) * accumulation : step * accumulation]
            flat = [entry for micro_batch in dealt for entry in micro_batch if entry != EMPTY]
            assert members.tolist() == (flat if width is None else [i for row in flat for i in row])


@pytest.mark.parametrize("width", [None, 512])
def test_it_depends_on_seed_and_epoch_and_on_nothing_else(width: int | None) -> None:
    order = schedule(width=width).order(0).tolist()
    made = schedule(width=width)
    assert made.order(1).tolist() != order
    assert made.order(0).tolist() == order
    assert schedule(width=width, seed=2).order(0).tolist() != order


def pairs_of_a_step(made: Schedule, epoch: int) -> set[tuple[int, int]]:
    first = epoch * made.steps_per_epoch + 1
    steps = [np.concatenate(made.members(step)).tolist() for step in range(first, first + made.steps_per_epoch)]
    return {(a, b) for step in steps for a in step for b in step if a < b}


def test_examples_of_packed_rows_meet_others_in_the_next_epoch() -> None:
    made = schedule(width=512)
    first, second = pairs_of_a_step(made, 0), pairs_of_a_step(made, 1)
    # Were all examples shuffled apart, every steps_per_epoch-th pair would meet again: 1 in 21.
    assert len(first & second) / len(first) < 2 / made.steps_per_epoch


@pytest.mark.parametrize("width", [None, 512])
@pytest.mark.parametrize("accumulation", [1, 3])
def test_no_step_learns_from_a_handful(accumulation: int, width: int | None) -> None:
    made = schedule(accumulation=accumulation, width=width)
    # The last step of an epoch may have fewer micro-steps when not packing.
    steps = made.steps_per_epoch - (width is None and accumulation > 1)
    tokens = np.diff([made.tokens_after(step) for step in range(steps + 1)])
    if width is not None:
        assert tokens.min() > 0.85 * tokens.max()
    examples = [sum(map(len, made.members(step))) for step in range(1, steps + 1)]
    if width is None:
        assert max(examples) - min(examples) <= 2 * accumulation


def test_places_are_taken_evenly() -> None:
    taken = evenly(13, 2, 3, 4)
    assert taken.shape == (2, 3, 4)
    assert taken.sum(axis=2).tolist() == [[3, 2, 2], [2, 2, 2]]


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 200), st.integers(1, 5), st.integers(1, 5), st.integers(1, 6))
def test_places_are_as_many_as_entries(entries: int, parts: int, size: int, spare: int) -> None:
    groups = -(-entries // (parts * size)) + spare - 1
    taken = evenly(entries, groups, parts, size)
    assert taken.sum() == entries
    assert np.ptp(taken.sum(axis=2), axis=1).max() <= 1
    assert np.ptp(taken.sum(axis=(1, 2))) <= 1


def test_packed_steps_are_the_same_on_another_number_of_ranks() -> None:
    """So a training goes on from its data position when machines have gone."""
    four = schedule(width=512, batch=2, ranks=4, accumulation=2)
    two = schedule(width=512, batch=2, ranks=2, accumulation=4)
    assert four.steps_per_epoch == two.steps_per_epoch
    for step in range(1, two.total_steps + 1):
        on_four, on_two = np.concatenate(four.members(step)), np.concatenate(two.members(step))
        assert sorted(on_four.tolist()) == sorted(on_two.tolist())


def test_a_corpus_smaller_than_one_step_leaves_places_empty() -> None:
    entries = schedule(LENGTHS[:3]).order(0).tolist()
    assert len(entries) == 16
    assert sorted(entry for entry in entries if entry != EMPTY) == [0, 1, 2]
    rows = schedule(LENGTHS[:3], width=300).order(0).tolist()
    assert len(rows) == 16
    assert sorted(index for row in rows for index in row) == [0, 1, 2]


def test_steps_do_not_go_from_long_to_short() -> None:
    made = schedule()
    means = [LENGTHS[np.concatenate(made.members(step))].mean() for step in range(1, made.steps_per_epoch + 1)]
    assert abs(np.corrcoef(means, np.arange(len(means)))[0, 1]) < 0.35


def test_ranks_of_a_step_have_like_lengths() -> None:
    made = schedule()
    widest = [[LENGTHS[m].max() for m in made.members(step)] for step in range(1, made.steps_per_epoch + 1)]
    assert np.abs(np.diff(widest)).mean() < 10


def test_the_useful_share_is_counted() -> None:
    """Six examples of 6 tokens and two of 16: two micro-batches, 8 wide and 16 wide."""
    lengths = np.array([6, 6, 16, 6, 6, 16, 6, 6])
    assert schedule(lengths, batch=6, ranks=1).useful_share() == pytest.approx(68 / (4 * 16 + 4 * 8))
    assert schedule(lengths, batch=4, ranks=1).useful_share() == pytest.approx(68 / (4 * 16 + 4 * 8))
    # Rows of 16, 16, 6 + 6, 6 + 6 and 6 + 6 tokens, three and two to a micro-batch.
    assert schedule(lengths, batch=4, ranks=1, width=16).useful_share() == pytest.approx(68 / (5 * 16))
    # 16 + 6 and 6 + 6 + 6 tokens, three rows in one micro-batch: no wider than the longest, rounded up.
    assert schedule(lengths, batch=4, ranks=1, width=28).useful_share() == pytest.approx(68 / (3 * 28))


def test_little_is_padding() -> None:
    assert schedule().useful_share() > 0.95
    assert schedule(width=2048).useful_share() > 0.97


@pytest.mark.parametrize(("epochs", "accumulation"), [(2.5, 1), (0.5, 3)])
def test_steps_of_a_training(epochs: float, accumulation: int) -> None:
    made = schedule(epochs=epochs, accumulation=accumulation)
    assert made.steps_per_epoch == -(-63 // accumulation)
    assert made.total_steps == int(np.ceil(epochs * made.steps_per_epoch))
    assert made.tokens_after(0) == 0
    assert made.tokens_after(2 * made.steps_per_epoch) == 2 * LENGTHS.sum()
