"""Which examples meet in which step: by the seed, with examples of similar length together.

A micro-batch is padded to its longest example, so lengths that differ within it are computed on for nothing; ranks wait
for each other at every step, so lengths that differ between them are waited on for nothing. One pass over the corpus:

    shuffle -> pools of POOL_STEPS steps -> each pool sorted by length -> cut into steps -> steps shuffled
"""

from __future__ import annotations

import math

import numpy as np

POOL_STEPS = 50
"""Steps' worth of examples that are sorted together: within a pool of 50 the lengths of one step lie within some 2 % of
the ranks, yet a pool is small beside a corpus, so that which examples meet stays a matter of the shuffle."""


def epoch_order(lengths: np.ndarray, *, batch: int, ranks: int, seed: int, epoch: int) -> np.ndarray:
    """The order of one pass, deterministic in its arguments.

    Args:
        lengths: tokens per example, int[examples].
        batch: examples per rank and micro-batch.

    Returns:
        int64[n], n the next multiple of `batch * ranks`: indices into `lengths`, each at least once; the few that fill
        the last step up are drawn from the whole. Rank r of micro-step i takes the `batch` indices from
        `(i * ranks + r) * batch` on.
    """
    draw = np.random.default_rng([seed, epoch])
    per_step = batch * ranks
    shuffled = draw.permutation(len(lengths))
    missing = -len(lengths) % per_step
    filled = np.concatenate([shuffled, np.resize(draw.permutation(len(lengths)), missing)])
    steps = []
    for start in range(0, len(filled), per_step * POOL_STEPS):
        pool = filled[start : start + per_step * POOL_STEPS]
        by_length = pool[np.argsort(-lengths[pool], kind="stable")]
        steps.append(by_length.reshape(-1, per_step))
    return draw.permutation(np.concatenate(steps)).reshape(-1)


class Schedule:
    """How many tokens have gone through the model after so many optimizer steps.

    Counting them in the ranks would cost a collective per step; they follow from the order.
    """

    def __init__(
        self, lengths: np.ndarray, *, batch: int, ranks: int, accumulation: int, epochs: float, seed: int
    ) -> None:
        """See `epoch_order`; `accumulation` is micro-steps per optimizer step (the last of an epoch may have fewer)."""
        self._lengths, self._batch, self._ranks, self._seed = lengths, batch, ranks, seed
        self._accumulation = accumulation
        micro_steps = math.ceil(len(lengths) / (batch * ranks))
        self.examples_per_epoch = micro_steps * batch * ranks
        self.steps_per_epoch = math.ceil(micro_steps / accumulation)
        self.total_steps = math.ceil(epochs * self.steps_per_epoch)
        self._ends: list[int] = [0]

    def order(self, epoch: int) -> np.ndarray:
        """See `epoch_order`."""
        return epoch_order(self._lengths, batch=self._batch, ranks=self._ranks, seed=self._seed, epoch=epoch)

    def tokens_after(self, step: int) -> int:
        """Useful tokens (no padding) after optimizer step `step`, all ranks together; `tokens_after(0)` is 0."""
        while len(self._ends) <= step:
            epoch = (len(self._ends) - 1) // self.steps_per_epoch
            per_example = self._lengths[self.order(epoch)].astype(np.int64)
            starts = np.arange(0, len(per_example), self._batch * self._ranks * self._accumulation)
            per_step = np.add.reduceat(per_example, starts)
            self._ends.extend((self._ends[-1] + np.cumsum(per_step)).tolist())
        return self._ends[step]
