"""A micro-batch as one row: its examples end to end, and no padding between them.

Attention is kept inside each example by sequence bounds (`varlen`, or transformers' flash attention), and the model's
head, which in a small model with a large vocabulary is a quarter of the arithmetic and the most of the memory, is
applied to those tokens alone that predict a target.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np

from pad_ray.student.mapped import IGNORED

if TYPE_CHECKING:
    import torch

MULTIPLE = 8
"""The row is filled up to a multiple of this many tokens: bf16 kernels want it."""

Example = dict[str, np.ndarray]


class FlatCollator:
    """`FlatCollator(pad)(rows)`, a row being an example or a list of them, -> a batch for a decoder-only model.

    `{"input_ids", "labels", "position_ids"}`, each int64[1, tokens], the positions from 0 in every example; the bounds
    `cu_seq_lens_q`, `cu_seq_lens_k` int32[sequences + 1] with `max_length_q`, `max_length_k`, numbers; and
    `logits_to_keep` int64[targets], the tokens after which a target comes: the label of the next.

    What fills up the row, at its end, is a sequence of its own without loss. An example's first token is predicted from
    nothing before it, so it bears no loss.
    """

    def __init__(self, pad_token_id: int) -> None:
        self._pad = pad_token_id

    def __call__(self, rows: Sequence[Example | Sequence[Example]]) -> dict[str, Any]:
        import torch

        examples = [example for example in _examples(rows) if len(example["input_ids"])]
        lengths = [len(example["input_ids"]) for example in examples]
        filling = -sum(lengths) % MULTIPLE if examples else MULTIPLE
        starts = np.array([0, *accumulate(lengths)], dtype=np.int64)
        if filling:
            lengths.append(filling)
        ids = np.concatenate([*(e["input_ids"] for e in examples), np.full(filling, self._pad)]).astype(np.int64)
        labels = np.concatenate([*(e["labels"] for e in examples), np.full(filling, IGNORED)]).astype(np.int64)
        labels[starts[: len(examples)]] = IGNORED
        bounds = np.array([0, *accumulate(lengths)], dtype=np.int32)
        positions = np.arange(len(ids)) - np.repeat(bounds[:-1], lengths)
        rowed = {"input_ids": ids, "labels": labels, "position_ids": positions}
        batch: dict[str, Any] = {name: torch.from_numpy(row[None]) for name, row in rowed.items()}
        edges, longest = torch.from_numpy(bounds), max(lengths)
        return batch | {
            "cu_seq_lens_q": edges,
            "cu_seq_lens_k": edges,
            "max_length_q": longest,
            "max_length_k": longest,
            "logits_to_keep": torch.from_numpy(np.flatnonzero(labels[1:] != IGNORED)),
        }


def _examples(rows: Iterable[Example | Sequence[Example]]) -> Iterable[Example]:
    for row in rows:
        if isinstance(row, dict):
            yield row
        else:
            yield from row


def flat_loss(model: Any, inputs: dict[str, Any]) -> torch.Tensor:
    """Sum of the cross-entropies of the targets of one micro-batch; 0, with gradients of 0, where there are none."""
    from torch.nn.functional import cross_entropy

    inputs = dict(inputs)
    labels = inputs.pop("labels")
    logits = model(**inputs)["logits"][0]
    return cross_entropy(logits.float(), labels[0, inputs["logits_to_keep"] + 1], reduction="sum")
