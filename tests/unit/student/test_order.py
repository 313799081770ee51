"""The order of examples: complete, deterministic, and with little padding."""

import numpy as np
import pytest

from pad_ray.student.order import Schedule, epoch_order

LENGTHS = np.random.default_rng(0).integers(20, 300, size=1003).astype(np.int32)


def order(
    lengths: np.ndarray = LENGTHS, *, batch: int = 8, ranks: int = 2, seed: int = 1, epoch: int = 0
) -> np.ndarray:
    return epoch_order(lengths, batch=batch, ranks=ranks, seed=seed, epoch=epoch)


def test_every_example_comes_and_the_last_step_is_filled_up() -> None:
    indices = order()
    assert len(indices) == 1008
    counts = np.bincount(indices, minlength=1003)
    assert counts.min() == 1
    assert counts.max() == 2


def test_a_corpus_smaller_than_one_step_fills_it() -> None:
    indices = order(LENGTHS[:3])
    assert len(indices) == 16
    assert set(indices.tolist()) == {0, 1, 2}


def test_it_depends_on_seed_and_epoch_and_on_nothing_else() -> None:
    np.testing.assert_array_equal(order(), order())
    assert not np.array_equal(order(), order(seed=2))
    assert not np.array_equal(order(), order(epoch=1))


def test_steps_do_not_go_from_long_to_short() -> None:
    means = LENGTHS[order()].reshape(-1, 16).mean(axis=1)
    assert abs(np.corrcoef(means, np.arange(len(means)))[0, 1]) < 0.35


def padding_share(indices: np.ndarray, batch: int) -> float:
    rows = LENGTHS[indices].reshape(-1, batch)
    return 1 - rows.sum() / (rows.max(axis=1) * batch).sum()


def test_little_is_padding() -> None:
    random = np.resize(np.random.default_rng(1).permutation(1003), 1008)
    assert padding_share(order(), 8) < 0.03
    assert padding_share(random, 8) > 0.3


def test_ranks_of_a_step_have_like_lengths() -> None:
    widest = LENGTHS[order()].reshape(-1, 2, 8).max(axis=2)
    assert np.abs(widest[:, 0] - widest[:, 1]).mean() < 10


@pytest.mark.parametrize("accumulation", [1, 3])
def test_the_schedule_counts_the_tokens_of_each_step(accumulation: int) -> None:
    schedule = Schedule(LENGTHS, batch=8, ranks=2, accumulation=accumulation, epochs=2.5, seed=1)
    micro_steps = 1008 // 16
    assert schedule.steps_per_epoch == -(-micro_steps // accumulation)
    assert schedule.total_steps == -(-5 * schedule.steps_per_epoch // 2)
    assert schedule.tokens_after(0) == 0
    first = LENGTHS[order()[: 16 * accumulation]].sum()
    assert schedule.tokens_after(1) == first
    epoch = LENGTHS[order()].sum()
    assert schedule.tokens_after(schedule.steps_per_epoch) == epoch
    assert schedule.tokens_after(2 * schedule.steps_per_epoch) == epoch + LENGTHS[order(epoch=1)].sum()
