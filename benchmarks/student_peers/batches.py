"""The micro-batches of a training as tensors in memory, in several layouts: ours, and what naive trainers do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    import torch

    from pad_ray.config import StudentConfig
    from pad_ray.student.mapped import MappedCorpus

Layout = Literal["ours", "bucketed", "shuffled", "widest"]
"""ours: the training's own micro-batches, examples end to end. bucketed: examples of similar length, padded to the
longest of a micro-batch. shuffled: the same in random order. widest: all as wide as the limits allow."""

Batch = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Batches:
    """What a rank computes on."""

    steps: list[list[Batch]]
    """Micro-batches by optimizer step."""
    tokens: list[int]
    """Useful tokens of all ranks until the end of each step."""
    computed: int
    """Tokens that this rank computes on, padding included."""


def prepared(
    corpus_dir: Path, model: Any, config: StudentConfig, *, layout: Layout, seed: int, rank: int | None
) -> Batches:
    """The batches of rank `rank`; None: those of all ranks, the ones of a micro-step joined."""
    from pad_ray.student.mapped import MappedCorpus

    corpus = MappedCorpus(corpus_dir)
    ordered = layout in ("ours", "bucketed")
    steps, tokens = _ours(corpus, model, config, seed) if ordered else _naive(corpus, config, seed)
    collate = _collator(model, config, layout)
    mine = [[collate(_joined(micro) if rank is None else micro[rank]) for micro in step] for step in steps]
    return Batches(mine, np.cumsum(tokens).tolist(), sum(batch["input_ids"].numel() for step in mine for batch in step))


Step = list[list[list[Any]]]
"""Rows (examples, or lists of them) of an optimizer step: [micro-steps][ranks][batch]."""


def _joined(ranks: Sequence[list[Any]]) -> list[Any]:
    return [row for rows in ranks for row in rows]


def _ours(corpus: MappedCorpus, model: Any, config: StudentConfig, seed: int) -> tuple[list[Step], list[int]]:
    from pad_ray.student.collator import Rows
    from pad_ray.student.order import Schedule
    from pad_ray.student.zero import packed_width

    width = packed_width(config, encoder_decoder=False, max_positions=model.config.max_position_embeddings)
    accumulation = config.gradient_accumulation
    schedule = Schedule(
        corpus.lengths, batch=config.batch_size, ranks=config.workers, accumulation=accumulation,
        epochs=1, seed=seed, width=width,
    )  # fmt: skip
    rows = Rows(corpus)
    entries = [rows[entry] for entry in schedule.order(0).tolist()]
    through = [schedule.tokens_after(step) for step in range(schedule.total_steps + 1)]
    return list(_cut(entries, config)), np.diff(through).tolist()


def _naive(corpus: MappedCorpus, config: StudentConfig, seed: int) -> tuple[list[Step], list[int]]:
    order = np.random.default_rng(seed).permutation(len(corpus))
    steps = list(_cut([corpus[index] for index in order.tolist()], config))
    tokens = [sum(len(row["input_ids"]) for micro in step for row in _joined(micro)) for step in steps]
    return steps, tokens


def _cut(rows: list[Any], config: StudentConfig) -> Iterator[Step]:
    """Whole steps; the last has what is left."""
    batch, ranks, accumulation = config.batch_size, config.workers, config.gradient_accumulation
    for first in range(0, len(rows), batch * ranks * accumulation):
        step = []
        for start in range(first, min(first + batch * ranks * accumulation, len(rows)), batch * ranks):
            step.append([rows[at : at + batch] for at in range(start, start + batch * ranks, batch)])
        yield step


def _collator(model: Any, config: StudentConfig, layout: Layout) -> Any:
    from pad_ray.student.collator import Collator, PackedCollator, attention_form
    from pad_ray.student.flat import FlatCollator
    from pad_ray.student.varlen import VARLEN
    from pad_ray.student.zero import packed_width

    pad, positions = model.config.pad_token_id, model.config.max_position_embeddings
    if layout == "ours":
        implementation = model.config._attn_implementation
        if implementation == VARLEN:
            return FlatCollator(pad)
        width = packed_width(config, encoder_decoder=False, max_positions=positions)
        if width is not None:
            form = attention_form(model.config.model_type, implementation)
            return FlatCollator(pad) if form == "bounds" else PackedCollator(pad, width, attention=form)
    collate = Collator(pad, width_limit=positions)
    if layout != "widest":
        return collate
    limit = config.max_source_tokens + config.max_target_tokens
    return lambda rows: {name: _widened(matrix, limit, name, pad) for name, matrix in collate(rows).items()}


def _widened(matrix: torch.Tensor, width: int, name: str, pad: int) -> torch.Tensor:
    from torch.nn.functional import pad as widen

    from pad_ray.student.mapped import IGNORED

    filling = {"input_ids": pad, "labels": IGNORED, "attention_mask": 0}[name]
    return widen(matrix, (0, width - matrix.shape[1]), value=filling)
