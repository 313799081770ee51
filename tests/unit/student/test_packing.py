"""Packing: every example in one row, no row too long, little room left over."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pad_ray.errors import TrainingError
from pad_ray.student.packing import EMPTY, Bins, exchanged, pack


def realistic(examples: int, longest: int = 512) -> np.ndarray:
    """Lengths as question and program have them: most short, some long."""
    lengths = np.random.default_rng(0).lognormal(4.9, 0.45, examples)
    return np.clip(lengths, 10, longest).astype(np.int32)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 80), st.data())
def test_each_example_once_and_no_row_too_long(width: int, data: st.DataObject) -> None:
    lengths = data.draw(arrays(np.int32, st.integers(0, 120), elements=st.integers(1, width)))
    bins = pack(lengths, width)
    assert sorted(bins.members.tolist()) == list(range(len(lengths)))
    loads = [sum(lengths[i] for i in row) for row in bins.tolist()]
    assert all(0 < load <= width for load in loads)
    assert bins.loads(lengths).tolist() == loads
    # Best-fit leaves no two rows that would go into one.
    assert len(loads) < 2 or sum(sorted(loads)[:2]) > width


@settings(max_examples=60, deadline=None)
@given(arrays(np.int32, st.integers(1, 60), elements=st.integers(1, 30)))
def test_it_is_best_fit_decreasing(lengths: np.ndarray) -> None:
    """Placed at once by length, examples leave the same rooms as placed one after the other."""
    rooms: list[int] = []
    for length in sorted(lengths.tolist(), reverse=True):
        fitting = [room for room in rooms if room >= length]
        if fitting:
            rooms.remove(min(fitting))
        rooms.append((min(fitting) if fitting else 30) - length)
    packed = 30 - pack(lengths, 30).loads(lengths)
    assert sorted(packed.tolist()) == sorted(rooms)


@pytest.mark.parametrize("width", [512, 1024, 2048])
def test_little_room_is_left_over(width: int) -> None:
    lengths = realistic(20_000)
    rows = len(pack(lengths, width))
    assert 1 - lengths.sum() / (rows * width) < 0.02


def test_an_example_longer_than_a_row_is_refused() -> None:
    with pytest.raises(TrainingError, match=r"513 tokens and a packed row 512; set student.pack_width to 513 or more"):
        pack(np.array([10, 513, 20]), 512)


def test_an_example_without_tokens_is_refused() -> None:
    with pytest.raises(TrainingError, match="no tokens"):
        pack(np.array([10, 0]), 512)


def test_rows_can_be_taken_in_any_order_and_none_in_between() -> None:
    bins = Bins(np.array([4, 2, 0, 1, 3]), np.array([0, 2, 3, 5]))
    taken = bins.take(np.array([2, EMPTY, 0, EMPTY]))
    assert taken.tolist() == [(1, 3), (), (4, 2), ()]
    assert taken.loads(np.array([1, 10, 100, 1000, 10000])).tolist() == [1010, 0, 10100, 0]
    assert len(taken) == 4


def test_only_examples_of_equal_length_change_places() -> None:
    lengths = realistic(2_000)
    bins = pack(lengths, 512)
    changed = exchanged(bins, lengths, np.random.default_rng(3))
    np.testing.assert_array_equal(lengths[changed.members], lengths[bins.members])
    assert sorted(changed.members.tolist()) == list(range(2_000))
    assert (changed.members != bins.members).mean() > 0.5
    again = exchanged(bins, lengths, np.random.default_rng(3))
    np.testing.assert_array_equal(changed.members, again.members)
