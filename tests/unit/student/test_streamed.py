"""The order of a training on segments: each example once a pass, whatever the segments."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pad_ray.config import StudentConfig
from pad_ray.config.student import BudgetConfig
from pad_ray.errors import ConfigError
from pad_ray.student.dealing import Dealing
from pad_ray.student.order import Schedule
from pad_ray.student.packing import EMPTY
from pad_ray.student.streamed import (
    DECAY_SHARE,
    LEAST_STEPS,
    StreamedSchedule,
    check_stream,
    held_back,
    segment_seed,
    to_cut,
    warmup_steps,
)

SHAPES = st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.sampled_from([None, 64, 100]))
"""(batch, ranks, accumulation, width)."""
SEGMENTS = st.lists(st.lists(st.integers(1, 64), min_size=1, max_size=40), min_size=1, max_size=4)


def streamed(
    segments: list[list[int]], shape: tuple[int, int, int, int | None], epochs: float, *, marked: bool = True
) -> StreamedSchedule:
    batch, ranks, accumulation, width = shape

    def deal(lengths: np.ndarray, epochs: float, seed: int) -> Schedule:
        return Schedule(
            lengths, batch=batch, ranks=ranks, accumulation=accumulation, epochs=epochs, seed=seed, width=width
        )

    made = StreamedSchedule(deal, epochs=epochs, seed=7)
    for number, lengths in enumerate(segments):
        made.add(np.array(lengths, dtype=np.int32), last=marked and number == len(segments) - 1)
    made.close()
    return made


def first_pass(made: StreamedSchedule, segments: list[list[int]]) -> int:
    """Steps of it."""
    return sum(part.schedule.total_steps for part in made.parts[: len(segments)])


@settings(max_examples=150, deadline=None)
@given(SEGMENTS, SHAPES, st.sampled_from([1.0, 2.0, 3.0]))
def test_each_example_enters_one_step_of_the_first_pass_and_one_of_each_later_epoch(
    segments: list[list[int]], shape: tuple[int, int, int, int | None], epochs: float
) -> None:
    made = streamed(segments, shape, epochs)
    lengths = np.concatenate([np.array(part) for part in segments])
    assert made.total_steps is not None
    first = first_pass(made, segments)
    ends = [first + round(epoch * (made.total_steps - first) / max(epochs - 1, 1)) for epoch in range(int(epochs))]
    for start, end in zip([0, *ends], ends, strict=False):
        seen: list[int] = []
        for step in range(start + 1, end + 1):
            together = np.concatenate(made.members(step))
            assert len(together) > 0
            assert made.tokens_after(step) - made.tokens_after(step - 1) == lengths[together].sum()
            seen.extend(together.tolist())
        assert sorted(seen) == list(range(len(lengths)))
    assert made.tokens_after(made.total_steps) == epochs * lengths.sum()


@settings(max_examples=150, deadline=None)
@given(SEGMENTS, SHAPES, st.sampled_from([1.0, 1.4, 2.0]))
def test_members_are_what_is_dealt_to_the_ranks(
    segments: list[list[int]], shape: tuple[int, int, int, int | None], epochs: float
) -> None:
    """As accelerate deals: micro-batches to one rank after the other, `accumulation` of them to a step."""
    batch, ranks, accumulation, width = shape
    made = streamed(segments, shape, epochs)
    entries = [entry for part in made.parts for epoch in range(part.passes) for entry in part.entries(epoch, ranks)]
    micro_batches = [entries[i : i + batch] for i in range(0, len(entries), batch)]
    per_step = batch * ranks * accumulation
    assert len(entries) % per_step == 0
    assert made.total_steps is not None and len(entries) // per_step >= made.total_steps
    for step in range(1, made.total_steps + 1):
        for rank, members in enumerate(made.members(step)):
            dealt = micro_batches[rank::ranks][(step - 1) * accumulation : step * accumulation]
            flat = [entry for micro_batch in dealt for entry in micro_batch]
            expected = [i for i in flat if i != EMPTY] if width is None else [i for row in flat for i in row]
            assert members.tolist() == expected


@settings(max_examples=50, deadline=None)
@given(SEGMENTS, SHAPES, st.integers(1, 5))
def test_a_step_stays_what_it_is_on_another_number_of_ranks(
    segments: list[list[int]], shape: tuple[int, int, int, int | None], ranks: int
) -> None:
    batch, _, _, width = shape
    made = streamed(segments, shape, 2.0)
    entries = [entry for part in made.parts for epoch in range(part.passes) for entry in part.entries(epoch, ranks)]
    per_step = Dealing(made.parts[0].schedule, ranks).accumulation * ranks * batch
    for step in range(1, (made.total_steps or 0) + 1):
        dealt = entries[(step - 1) * per_step : step * per_step]
        flat = [i for i in dealt if i != EMPTY] if width is None else [i for row in dealt for i in row]
        assert sorted(flat) == sorted(np.concatenate(made.members(step)).tolist())


@settings(max_examples=50, deadline=None)
@given(SEGMENTS, SHAPES)
def test_what_is_dealt_of_a_segment_does_not_depend_on_what_comes_later(
    segments: list[list[int]], shape: tuple[int, int, int, int | None]
) -> None:
    whole, begun = streamed(segments, shape, 2.0), streamed(segments[:1], shape, 2.0)
    for step in range(1, begun.parts[0].schedule.total_steps + 1):
        assert [m.tolist() for m in whole.members(step)] == [m.tolist() for m in begun.members(step)]


def test_the_end_and_the_decay_are_known_with_the_last_segment() -> None:
    def deal(lengths: np.ndarray, epochs: float, seed: int) -> Schedule:
        return Schedule(lengths, batch=2, ranks=1, accumulation=1, epochs=epochs, seed=seed)

    made = StreamedSchedule(deal, epochs=1.5, seed=0)
    made.add(np.full(20, 5), last=False)
    assert (made.known_steps, made.total_steps, made.decay_begins) == (10, None, None)
    made.add(np.full(12, 5), last=True)
    assert (made.known_steps, made.total_steps, made.decay_begins) == (24, 24, 10)
    made.close()
    assert made.total_steps == 24


def test_without_a_last_segment_the_decay_is_that_of_the_later_epochs() -> None:
    made = streamed([[5] * 20, [5] * 12], (2, 1, 1, None), 2.0, marked=False)
    assert (made.total_steps, made.decay_begins) == (32, 16)


def test_segments_of_equal_lengths_are_shuffled_apart() -> None:
    made = streamed([[5] * 40, [5] * 40], (2, 1, 1, None), 1.0)
    one, other = ([made.members(step)[0].tolist() for step in range(start, start + 20)] for start in (1, 21))
    assert [[index + 40 for index in step] for step in one] != other
    assert segment_seed(7, 1) == segment_seed(7, 1) != segment_seed(8, 1)


def test_a_tenth_of_an_epoch_is_a_tenth() -> None:
    """1.1 - 1 is a little more than 0.1 in binary."""
    made = streamed([[5] * 400], (2, 1, 1, None), 1.1)
    assert made.total_steps == 220


@given(st.lists(st.floats(0.1, 30), max_size=30), st.integers(0, 5000), st.sampled_from([1.0, 1.05, 2.0]))
def test_a_cut_is_worth_it_and_leaves_enough_for_the_decay(steps: list[float], done: int, epochs: float) -> None:
    count = to_cut(steps, done, epochs)
    assert 0 <= count < max(len(steps), 1)
    if count:
        assert sum(steps[:count]) >= LEAST_STEPS * (1 - 1e-9)
        after = done + math.ceil(sum(steps[:count]) - 1e-6)
        left = sum(steps[count:]) + (epochs - 1) * after
        assert left >= min(DECAY_SHARE * after, sum(steps[count:]) + (epochs - 1) * after) - 1e-6
        assert sum(steps[count:]) >= held_back(after, epochs) - 1 - 1e-6


def test_how_much_is_held_back() -> None:
    assert held_back(1000, 1) == 100
    assert held_back(1000, 1.05) == 50
    assert held_back(1000, 2) == LEAST_STEPS
    assert held_back(0, 1) == LEAST_STEPS
    assert to_cut([4.0] * 10, 0, 2) == 8
    assert to_cut([4.0] * 3, 0, 2) == 0
    assert to_cut([4.0] * 9, 300, 1) == 0
    assert to_cut([4.0] * 12, 300, 1) == 4


def test_the_warm_up_is_a_share_of_what_the_questions_promise() -> None:
    config = StudentConfig(warmup_ratio=0.03, epochs=2)
    assert warmup_steps(10, 0.1, config) == 6
    assert warmup_steps(100, 1.0, config) == 6
    assert warmup_steps(10, 0.1, config.model_copy(update={"warmup_ratio": 0.0})) == 0


def test_what_no_stream_can_do_is_refused() -> None:
    check_stream(StudentConfig(stream=True, epochs=1))
    with pytest.raises(ConfigError, match=r"student\.epochs: 0\.5 .*set it to 1"):
        check_stream(StudentConfig(epochs=0.5))
    with pytest.raises(ConfigError, match=r"student\.budget: .*student\.stream to false"):
        check_stream(StudentConfig(budget=BudgetConfig(steps=10)))
