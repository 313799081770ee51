"""The batch whose loss is not a number any more: found without slowing down the steps, and saved to be looked at.

The losses of the micro-steps since the last check stay where they were computed, so that a GPU need not be waited for;
what the batches were made of is remembered by the entries of the order alone.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pad_ray.shards.files import commit_json
from pad_ray.student.collator import Rows
from pad_ray.student.mapped import IGNORED
from pad_ray.student.packing import EMPTY

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerBase

Entry = int | tuple[int, ...]
"""What one place of a micro-batch takes, as `order.Schedule` has it: an example, or a packed row of examples."""


class Fed:
    """`Rows` that remember which entries each micro-batch was made of, in order, until they are asked."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self._batches: deque[list[Entry]] = deque()

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, entry: Entry) -> Any:
        return self.rows[entry]

    def __getitems__(self, entries: list[Entry]) -> list[Any]:
        """torch's data loader asks so for a whole batch."""
        self._batches.append(entries)
        return [self.rows[entry] for entry in entries]

    def next(self) -> list[Entry]:
        """The entries of the batch after the one asked for last."""
        return self._batches.popleft()


@dataclass(frozen=True, slots=True)
class MicroStep:
    """One forward pass of this rank."""

    step: int
    """Optimizer step, counted from 1."""
    micro_step: int
    """In it, counted from 1."""
    entries: list[Entry]
    loss: torch.Tensor
    """A number, on the device."""


class Losses:
    """The micro-steps since the last check."""

    def __init__(self) -> None:
        self._kept: list[MicroStep] = []

    def keep(self, micro_step: MicroStep) -> None:
        self._kept.append(micro_step)

    def clear(self) -> None:
        self._kept.clear()

    def first_bad(self) -> MicroStep | None:
        """The first one whose loss is not finite. Waits for the device."""
        return next((kept for kept in self._kept if not math.isfinite(kept.loss.item())), None)


def bad_ranks(steps: Sequence[int | None]) -> list[int]:
    """Of the step at which each rank's loss first was not finite: the ranks at which it began.

    The update that ends a step carries it to all ranks, so what comes in later steps says nothing about its batch.
    """
    first = min((step for step in steps if step is not None), default=None)
    return [] if first is None else [rank for rank, step in enumerate(steps) if step == first]


def file_name(rank: int) -> str:
    return f"bad-batch-rank-{rank}.json"


def save(
    out_dir: Path,
    rank: int,
    bad: MicroStep,
    rows: Rows,
    tokenizer: PreTrainedTokenizerBase,
    *,
    encoder_decoder: bool,
    gradient_norm: float | None,
) -> None:
    """Write `file_name(rank)` in `out_dir`.

    Raises:
        ShardError: the disk is full or the folder cannot be written.
    """
    examples = [index for entry in bad.entries for index in (entry if isinstance(entry, tuple) else (entry,))]
    examples = [index for index in examples if index != EMPTY]
    programs = rows.source_ids(examples)
    commit_json(
        out_dir / file_name(rank),
        {
            "step": bad.step,
            "micro_step": bad.micro_step,
            "rank": rank,
            # JSON has no word for these.
            "loss": str(bad.loss.item()),
            "gradient_norm": None if gradient_norm is None else str(gradient_norm),
            "rows": [list(entry) if isinstance(entry, tuple) else [entry] for entry in bad.entries],
            "examples": [
                {"index": index, "program": program, **_readable(rows, index, tokenizer, encoder_decoder)}
                for index, program in zip(examples, programs, strict=True)
            ],
        },
    )


def _readable(rows: Rows, index: int, tokenizer: PreTrainedTokenizerBase, encoder_decoder: bool) -> dict[str, Any]:
    example = rows[index]
    assert isinstance(example, dict)
    ids, labels = example["input_ids"].tolist(), example["labels"].tolist()
    target = [label for label in labels if label != IGNORED]
    # Of a decoder-only model the two are one sequence, of which the source bears no loss.
    source = ids if encoder_decoder else ids[: labels.count(IGNORED)]
    return {
        "input_ids": ids,
        "labels": labels,
        "source": tokenizer.decode(source),
        "target": tokenizer.decode(target),
    }
