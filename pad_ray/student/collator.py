"""Rows of the corpus -> one padded micro-batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pad_ray.student.mapped import IGNORED

if TYPE_CHECKING:
    import torch

MULTIPLE = 8
"""Widths are rounded up to this many tokens: bf16 kernels want it, and there are fewer different shapes to plan for."""


def padded(rows: Sequence[np.ndarray], filling: int, *, width_limit: int | None = None) -> np.ndarray:
    """Rows int[n_i] -> int64[rows, width], filled up on the right with `filling`.

    `width` is the longest row rounded up to `MULTIPLE`, but not beyond `width_limit`.
    """
    longest = max(len(row) for row in rows)
    width = -(-longest // MULTIPLE) * MULTIPLE
    if width_limit is not None:
        width = max(longest, min(width, width_limit))
    matrix = np.full((len(rows), width), filling, dtype=np.int64)
    for target, row in zip(matrix, rows, strict=True):
        target[: len(row)] = row
    return matrix


class Collator:
    """`Collator(pad)(rows)` -> `{"input_ids", "attention_mask", "labels"}`, each int64[rows, width].

    Padding is never attended to and bears no loss. An encoder-decoder's labels have a width of their own.
    """

    def __init__(self, pad_token_id: int, *, width_limit: int | None = None) -> None:
        """`width_limit`: positions of the model, beyond which padding would be out of its range."""
        self._pad, self._width_limit = pad_token_id, width_limit

    def __call__(self, rows: Sequence[dict[str, np.ndarray]]) -> dict[str, torch.Tensor]:
        import torch

        sources = [row["input_ids"] for row in rows]
        batch = {
            "input_ids": padded(sources, self._pad, width_limit=self._width_limit),
            "attention_mask": padded([np.ones_like(s) for s in sources], 0, width_limit=self._width_limit),
            "labels": padded([row["labels"] for row in rows], IGNORED, width_limit=self._width_limit),
        }
        return {name: torch.from_numpy(matrix) for name, matrix in batch.items()}
