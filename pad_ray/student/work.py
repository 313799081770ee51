"""How long a training is, in tokens, steps and arithmetic, by its settings and what is known of the corpus. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pad_ray.config import StudentConfig
from pad_ray.student.budget import expected_steps
from pad_ray.student.sizes import Anatomy, flops_per_token, widest_batch
from pad_ray.student.zero import packed_width


@dataclass(frozen=True)
class Corpus:
    """The examples of a training."""

    examples: int
    sources: float
    """Mean tokens of a source."""
    targets: float
    """Mean tokens of a target."""
    longest: int
    """Source and target together."""
    known: bool
    """It is there; else these are the most that the settings allow."""

    @property
    def tokens(self) -> float:
        return self.examples * (self.sources + self.targets)


@dataclass(frozen=True)
class Work:
    """What a training goes through, all ranks together."""

    tokens_per_step: float
    """Useful ones, on average."""
    computed_per_step: int
    """With padding, as wide as a batch can get."""
    steps_per_epoch: int
    steps: int
    flops_per_token: float
    """Per useful token: with tokens/s and the peak of a GPU it gives the model FLOPs utilisation."""


def recorded(record: Mapping[str, Any]) -> Corpus:
    """By the record of a corpus that is there."""
    report, examples = record["report"], record["report"]["examples"]
    return Corpus(
        examples=examples,
        sources=report["source_tokens"] / examples,
        targets=report["target_tokens"] / examples,
        longest=record["longest"],
        known=True,
    )


def at_most(config: StudentConfig, examples: int) -> Corpus:
    """Before there is a corpus: so many examples, each as long as the settings allow."""
    sources, targets = config.max_source_tokens, config.max_target_tokens
    return Corpus(examples, sources, targets, sources + targets, known=False)


def work(model: Anatomy, config: StudentConfig, corpus: Corpus) -> Work:
    """Packed rows are counted as full, which packing comes to within a few per cent of."""
    width = packed_width(config, encoder_decoder=model.encoder_decoder, max_positions=model.max_positions)
    rows = math.ceil(corpus.tokens / width) if width else corpus.examples
    per_micro_step = config.batch_size * config.workers
    steps_per_epoch = math.ceil(math.ceil(rows / per_micro_step) / config.gradient_accumulation)
    tokens_per_step = corpus.tokens / steps_per_epoch
    budget = config.budget
    batch = widest_batch(model, config, corpus.longest)
    return Work(
        tokens_per_step=tokens_per_step,
        computed_per_step=per_micro_step * config.gradient_accumulation * (batch.sources + batch.targets),
        steps_per_epoch=steps_per_epoch,
        steps=expected_steps(config.epochs, steps_per_epoch, tokens_per_step, tokens=budget.tokens, steps=budget.steps),
        flops_per_token=flops_per_token(model, config, sources=corpus.sources, targets=corpus.targets),
    )
