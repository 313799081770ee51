"""Rows of the corpus -> one micro-batch, padded or packed.

In a packed row the positions start at 0 again with each example, and attention must stay inside it. What transformers
5.19 does about that by itself:

- eager, sdpa, flex (`masking_utils`): positions that do not go up by one begin a new sequence, for any number of rows,
  on three conditions: no attention mask is given, no cache is in use (`use_cache` false: Trainer sees to it), and the
  model hands its positions to `create_causal_mask`. Llama and Qwen do; OPT and Falcon, for example, do not.
- flash attention (`modeling_flash_attention_utils`), and ours (`varlen`): by sequence bounds (`cu_seq_lens_q`, ...),
  of a single row; `flat.FlatCollator` makes those.

`attention_form` chooses by that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from pad_ray.errors import TrainingError
from pad_ray.student.mapped import IGNORED
from pad_ray.student.packing import EMPTY
from pad_ray.student.varlen import VARLEN

if TYPE_CHECKING:
    import torch

    from pad_ray.student.mapped import MappedCorpus
    from pad_ray.student.segments import SegmentedCorpus

MULTIPLE = 8
"""Widths are rounded up to this many tokens: bf16 kernels want it, and there are fewer different shapes to plan for."""

MASKED_BY_POSITIONS = frozenset({"gpt2", "llama", "mistral", "qwen2", "qwen3"})
"""`model_type` of the models known to find the examples of a packed row from their positions, and to hand sequence
bounds on to flash attention."""

MASKED_BY_MASK = frozenset({"opt"})
"""`model_type` of the models known to take a mask of four dimensions as it is, which takes memory quadratic in the
width. Others would crash on it (Bloom), or run state over the seam all the same (models with recurrent layers)."""

Attention = Literal["positions", "bounds", "boolean_mask", "additive_mask"]
"""How a packed batch says where an example ends: by positions alone, by sequence bounds too (`flat`), or by a mask that
is [rows, 1, width, width]: bool (true: attended to) for sdpa, float32 (added to the scores) for eager."""

_NOTHING = {"input_ids": np.empty(0, dtype=np.int32), "labels": np.empty(0, dtype=np.int32)}


class Rows:
    """A corpus by the entries of an order: `rows[7]` is an example, `rows[(7, 3)]` the list of a packed row's."""

    def __init__(self, corpus: MappedCorpus | SegmentedCorpus) -> None:
        self._corpus = corpus

    def __len__(self) -> int:
        return len(self._corpus)

    def __getitem__(self, entry: int | tuple[int, ...]) -> dict[str, np.ndarray] | list[dict[str, np.ndarray]]:
        if isinstance(entry, tuple):
            return [self._corpus[index] for index in entry]
        return _NOTHING if entry == EMPTY else self._corpus[entry]

    def source_ids(self, examples: Sequence[int]) -> list[str]:
        """Of which programs or repairs these examples were made."""
        return self._corpus.source_ids(examples)


def padded_width(longest: np.ndarray, limit: int | None) -> np.ndarray:
    """Width of a matrix for rows of up to `longest` tokens: rounded up to `MULTIPLE`, but not beyond `limit`."""
    width: np.ndarray = np.maximum(-(-longest // MULTIPLE), 1) * MULTIPLE
    return width if limit is None else np.maximum(longest, np.minimum(width, limit))


def padded(rows: Sequence[np.ndarray], filling: int, *, width_limit: int | None = None) -> np.ndarray:
    """Rows int[n_i] -> int64[rows, width], filled up on the right with `filling`; see `padded_width`."""
    longest = np.asarray(max(len(row) for row in rows))
    matrix = np.full((len(rows), int(padded_width(longest, width_limit))), filling, dtype=np.int64)
    for target, row in zip(matrix, rows, strict=True):
        target[: len(row)] = row
    return matrix


class Collator:
    """`Collator(pad)(rows)` -> `{"input_ids", "attention_mask", "labels"}`, each int64[rows, width].

    Padding is never attended to and bears no loss. An encoder-decoder's labels have a width of their own. Empty rows
    are left out; if there are no others, one of padding stays.
    """

    def __init__(self, pad_token_id: int, *, width_limit: int | None = None) -> None:
        """`width_limit`: positions of the model, beyond which padding would be out of its range."""
        self._pad, self._width_limit = pad_token_id, width_limit

    def __call__(self, rows: Sequence[dict[str, np.ndarray]]) -> dict[str, torch.Tensor]:
        import torch

        rows = [row for row in rows if len(row["input_ids"])] or [_NOTHING]
        sources = [row["input_ids"] for row in rows]
        # A row in which nothing is attended to can make an attention kernel divide 0 by 0.
        attended = [np.ones(max(len(s), 1), dtype=np.int64) for s in sources]
        batch = {
            "input_ids": padded(sources, self._pad, width_limit=self._width_limit),
            "attention_mask": padded(attended, 0, width_limit=self._width_limit),
            "labels": padded([row["labels"] for row in rows], IGNORED, width_limit=self._width_limit),
        }
        return {name: torch.from_numpy(matrix) for name, matrix in batch.items()}


def computed_tokens(batch: Mapping[str, torch.Tensor], *, encoder_decoder: bool) -> int:
    """Tokens of a micro-batch that go through the model, padding included; of an encoder-decoder on both sides."""
    sides = ("input_ids", "labels") if encoder_decoder else ("input_ids",)
    return sum(math.prod(batch[side].shape) for side in sides)


def can_be_packed(model_type: str) -> bool:
    """Whether there is a way known to keep the examples of a packed row apart, with some attention at least."""
    return model_type in MASKED_BY_POSITIONS | MASKED_BY_MASK


def attention_form(model_type: str, implementation: str) -> Attention:
    """How to tell a model of `model_type` with transformers' attention `implementation` where an example ends.

    Raises:
        TrainingError: there is no way known to be right.
    """
    known = model_type in MASKED_BY_POSITIONS
    if known and implementation in ("eager", "sdpa", "flex_attention"):
        return "positions"
    if known and (implementation == VARLEN or implementation.startswith("flash_attention")):
        return "bounds"
    if model_type in MASKED_BY_MASK and implementation in ("eager", "sdpa"):
        return "additive_mask" if implementation == "eager" else "boolean_mask"
    raise TrainingError(
        f"examples of a {model_type} model cannot be kept apart in a packed row with {implementation}; "
        "set student.packing to false"
    )


class PackedCollator:
    """`PackedCollator(pad, width)(rows)`, a row being a list of examples, -> a batch for a decoder-only model.

    `{"input_ids", "labels", "position_ids"}`, each int64[rows, at most width], and `attention_mask` where `attention`
    is one of the masks.

    Padding, at the end of a row, is a sequence of its own without loss. Empty rows are left out; if there are no
    others, one of padding stays. An example's first token is predicted from nothing before it, so it bears no loss.
    """

    def __init__(self, pad_token_id: int, width: int, *, attention: Attention = "positions") -> None:
        self._pad, self._width, self._attention = pad_token_id, width, attention

    def __call__(self, rows: Sequence[Sequence[dict[str, np.ndarray]]]) -> dict[str, Any]:
        import torch

        rows = [row for row in rows if row] or [()]
        longest = np.asarray(max(sum(len(example["input_ids"]) for example in row) for row in rows))
        shape = len(rows), int(padded_width(longest, self._width))
        ids, labels = np.full(shape, self._pad, dtype=np.int64), np.full(shape, IGNORED, dtype=np.int64)
        positions = np.empty(shape, dtype=np.int64)
        count = np.arange(shape[1])
        for at, row in enumerate(rows):
            start = 0
            for example in row:
                end = start + len(example["input_ids"])
                ids[at, start:end] = example["input_ids"]
                labels[at, start + 1 : end] = example["labels"][1:]
                positions[at, start:end] = count[: end - start]
                start = end
            positions[at, start:] = count[: shape[1] - start]
        batch = {"input_ids": ids, "labels": labels, "position_ids": positions}
        tensors: dict[str, Any] = {name: torch.from_numpy(matrix) for name, matrix in batch.items()}
        return tensors | self._kept_apart(positions)

    def _kept_apart(self, positions: np.ndarray) -> dict[str, Any]:
        import torch

        if self._attention == "positions":
            return {}
        mask = torch.from_numpy(block_mask(positions))
        if self._attention == "additive_mask":
            mask = torch.zeros(mask.shape).masked_fill_(~mask, torch.finfo(torch.float32).min)
        return {"attention_mask": mask}


def block_mask(positions: np.ndarray) -> np.ndarray:
    """bool[rows, 1, width, width]: true where a token (third axis) attends to another, of its example and not later."""
    example = np.cumsum(positions == 0, axis=1)
    same: np.ndarray = example[:, :, None] == example[:, None, :]
    return np.tril(same)[:, None]
