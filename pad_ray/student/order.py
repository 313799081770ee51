"""Which examples meet in which step: a matter of the seed, with as little padding as the lengths allow.

Every example comes once in an epoch. Where examples do not fill the last step, the places that stay `EMPTY` are spread
over the whole epoch, so that no step learns from a handful.

Padded batches: a micro-batch is as wide as its longest example, so lengths that differ within it are computed on for
nothing; ranks wait for each other at every step, so lengths that differ between them are waited on for nothing.

    shuffle -> pools of POOL_STEPS micro-steps -> each pool sorted by length -> cut into micro-steps -> these shuffled

Packed rows: which *lengths* share a row follows from the corpus alone, and is found once; which of the examples of a
length take those places, and when a row comes, is drawn in every epoch. So every epoch has the same number of steps,
which the learning rate's decay and a resumed training count on, and drawing one takes a fraction of a second at 10^6
examples. (Packing a new shuffle in every epoch would give another number of rows every time.)
"""

from __future__ import annotations

import math

import numpy as np

from pad_ray.student.collator import padded_width
from pad_ray.student.packing import EMPTY, Bins, exchanged, pack

POOL_STEPS = 50
"""Micro-steps' worth of examples that are sorted together: within a pool of 50 the lengths of one step lie within some
2 % of the ranks, yet a pool is small beside a corpus, so that which examples meet stays a matter of the shuffle."""


def evenly(entries: int, groups: int, parts: int, size: int) -> np.ndarray:
    """Where `entries` go among `groups` x `parts` x `size` places: bool[groups, parts, size], in all groups and in all
    parts of a group as many as in any other, or one fewer.
    """
    per_part = shares(shares(np.asarray(entries), groups), parts)
    filled: np.ndarray = np.arange(size) < per_part[..., None]
    return filled


def shares(totals: np.ndarray, parts: int) -> np.ndarray:
    """int[...] -> int[..., parts]: each total in equal parts, the first of which get what is left over."""
    each: np.ndarray = totals[..., None] // parts + (np.arange(parts) < totals[..., None] % parts)
    return each


def bucketed(lengths: np.ndarray, places: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Examples of similar length in each micro-step: int64[micro-steps, ranks, batch], the shape of `places`."""
    ends = np.concatenate([[0], np.cumsum(places.sum(axis=(1, 2)))])
    shuffled = draw.permutation(len(lengths))
    for start in range(0, len(places), POOL_STEPS):
        pool = shuffled[ends[start] : ends[min(start + POOL_STEPS, len(places))]]
        pool[:] = pool[np.argsort(-lengths[pool], kind="stable")]
    layout = np.full(places.shape, EMPTY, dtype=np.int64)
    layout[places] = shuffled
    return draw.permutation(layout)


class Schedule:
    """What goes through the model in which step, and how much that is.

    Counting tokens in the ranks would cost a collective per step, and keeping a ledger would cost a file; both follow
    from the seed. An *entry* is what one place of a micro-batch takes: an example, or a packed row of examples.
    """

    def __init__(
        self,
        lengths: np.ndarray,
        *,
        batch: int,
        ranks: int,
        accumulation: int,
        epochs: float,
        seed: int,
        width: int | None = None,
    ) -> None:
        """A schedule for the whole training.

        Args:
            lengths: tokens per example, int[examples].
            batch: entries per rank and micro-batch.
            accumulation: micro-steps per optimizer step (the last of an epoch may have fewer, unless packed).
            width: tokens of a packed row; None: examples are not packed.

        Raises:
            TrainingError: an example is longer than `width`.
        """
        self._lengths, self._seed, self._width = lengths, seed, width
        self.ranks, self.accumulation, self.batch = ranks, accumulation, batch
        self._bins = None if width is None else pack(lengths, width)
        tokens = lengths if self._bins is None else self._bins.loads(lengths)
        # One more, at index EMPTY: an empty place has no tokens.
        self._tokens = np.concatenate([tokens, [0]]).astype(np.int64)
        self._places = self._spread(len(tokens))
        self.examples_per_epoch = self._places.size
        """Entries in the order of an epoch, empty ones included."""
        self.steps_per_epoch = math.ceil(len(self._places) / accumulation)
        self.total_steps = math.ceil(epochs * self.steps_per_epoch)
        self._drawn: tuple[int, np.ndarray, Bins | None] | None = None
        self._ends: dict[int, np.ndarray] = {}

    def _spread(self, entries: int) -> np.ndarray:
        """The places that are taken, bool[micro-steps, ranks, batch].

        Packed rows are spread over optimizer steps first: what a step learns from is then the same on any number of
        ranks with which a step has as many places.
        """
        batch, micro_batches = self.batch, self.accumulation * self.ranks
        if self._bins is None:
            return evenly(entries, math.ceil(entries / (batch * self.ranks)), self.ranks, batch)
        places = evenly(entries, math.ceil(entries / (batch * micro_batches)), micro_batches, batch)
        return places.reshape(-1, self.ranks, batch)

    def _draw(self, epoch: int) -> tuple[np.ndarray, Bins | None]:
        """Entries of an epoch, int64[micro-steps, ranks, batch], and the rows that they are indices of when packing."""
        if self._drawn is None or self._drawn[0] != epoch:
            draw = np.random.default_rng([self._seed, epoch])
            if self._bins is None:
                self._drawn = epoch, bucketed(self._lengths, self._places, draw), None
            else:
                layout = np.full(self._places.shape, EMPTY, dtype=np.int64)
                layout[self._places] = draw.permutation(len(self._bins))
                self._drawn = epoch, layout, exchanged(self._bins, self._lengths, draw)
        return self._drawn[1:]

    def order(self, epoch: int) -> np.ndarray | Bins:
        """The entries of one pass, `examples_per_epoch` of them: indices int64, or rows when packing.

        Rank r of micro-step i takes the `batch` entries from `(i * ranks + r) * batch` on. `tolist()` gives what
        `collator.Rows` is indexed by.
        """
        layout, _ = self._draw(epoch)
        return self.rows(epoch, layout.reshape(-1))

    def rows(self, epoch: int, entries: np.ndarray) -> np.ndarray | Bins:
        """Entries int64[n] of an epoch as `order` gives them."""
        _, bins = self._draw(epoch)
        return entries if bins is None else bins.take(entries)

    def entries(self, epoch: int) -> tuple[np.ndarray, np.ndarray]:
        """What each optimizer step takes, and the tokens of that: int64[steps, places of a step], twice."""
        layout, _ = self._draw(epoch)
        per_step = np.full((self.steps_per_epoch, self.accumulation * self.ranks * self.batch), EMPTY, dtype=np.int64)
        per_step.reshape(-1)[: layout.size] = layout.reshape(-1)
        return per_step, self._tokens[per_step]

    def members(self, step: int) -> list[np.ndarray]:
        """The examples that each rank learns from in optimizer step `step`, counted from 1: `ranks` times int64[n]."""
        epoch, within = divmod(step - 1, self.steps_per_epoch)
        layout, bins = self._draw(epoch)
        micro_steps = layout[within * self.accumulation : (within + 1) * self.accumulation]
        of_ranks = [micro_steps[:, rank][micro_steps[:, rank] != EMPTY] for rank in range(self.ranks)]
        return of_ranks if bins is None else [bins.take(rows).members for rows in of_ranks]

    def tokens_after(self, step: int) -> int:
        """Useful tokens (no padding) after optimizer step `step`, all ranks together; `tokens_after(0)` is 0."""
        epoch, within = divmod(step, self.steps_per_epoch)
        before = epoch * int(self._tokens.sum())
        if within == 0:
            return before
        if epoch not in self._ends:
            per_micro_step = self._tokens[self._draw(epoch)[0]].sum(axis=(1, 2))
            starts = np.arange(0, len(per_micro_step), self.accumulation)
            self._ends[epoch] = np.cumsum(np.add.reduceat(per_micro_step, starts))
        return before + int(self._ends[epoch][within - 1])

    def useful_share(self, epoch: int = 0) -> float:
        """Tokens of examples / tokens computed on, padding included, in one pass.

        Of an encoder-decoder, whose sources and targets are padded apart, it is an upper bound.
        """
        layout, _ = self._draw(epoch)
        widths = padded_width(self._tokens[layout].max(axis=2), self._width)
        # The collators leave empty places out, unless there is nothing else.
        rows = np.maximum((layout != EMPTY).sum(axis=2), 1)
        return float(self._tokens.sum() / (widths * rows).sum())
