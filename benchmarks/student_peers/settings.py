"""How each model is trained: ours, TRL's, and how much of it. What was tried is in notes/student.md; `--only tune`
measures it again.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Any

from student_peers.models import MIDDLE, SMALL

SEED = 7

NEVER = 10**9
"""Optimizer steps between savepoints where none are to be made."""

MEAN_TOKENS = 152
"""Of a wordsums example, source and target."""

LONGEST = 512
"""Tokens of an example at most, ours and TRL's, and of a packed row."""

LEARNING = {"learning_rate": 6e-5, "weight_decay": 0.01, "max_grad_norm": 1.0}


@dataclass(frozen=True, slots=True)
class Work:
    """A training long enough to be measured, and no longer."""

    batch: int
    """Examples of an optimizer step, all ranks together."""
    steps: int
    warm_up: int
    """Optimizer steps that are in no rate."""

    @property
    def examples(self) -> int:
        return self.batch * self.steps


WORKS = {SMALL: Work(batch=32, steps=60, warm_up=5), MIDDLE: Work(batch=16, steps=25, warm_up=5)}

GPU_WORK = Work(batch=128, steps=100, warm_up=20)
"""Of every model on a GPU, and of other models than the two."""

QUICK_STEPS, QUICK_WARM_UP = 12, 5


def work_of(model: str, *, gpus: int, quick: bool = False, steps: int | None = None) -> Work:
    """What is measured with a model; `steps` instead of the usual."""
    work = GPU_WORK if gpus else WORKS.get(model, GPU_WORK)
    if quick:
        return replace(work, steps=QUICK_STEPS, warm_up=QUICK_WARM_UP)
    return replace(work, steps=steps or work.steps)


def gpu_count() -> int:
    """Without torch, which the driver of a benchmark has no other use for."""
    listed = os.environ.get("CUDA_VISIBLE_DEVICES")
    if listed is not None:
        return len([one for one in listed.split(",") if one.strip()])
    return len([name for name in os.listdir("/dev") if name.removeprefix("nvidia").isdigit()])  # noqa: PTH208


def ranks_of(gpus: int) -> int:
    """One per GPU; two where there is none."""
    return gpus or 2


def student(work: Work, gpus: int, **others: Any) -> dict[str, Any]:
    """Of `StudentConfig`: ZeRO-2 in bf16; on CPUs batches of similar length, on GPUs packed rows."""
    ranks = others.get("workers", ranks_of(gpus))
    packing = others.get("packing", gpus > 0)
    layout = packed(work, ranks) if packing else {"batch_size": max(1, work.batch // ranks)}
    config = {"workers": ranks, "zero_stage": 2, "precision": "bf16", "epochs": 1, "checkpoint_steps": NEVER}
    return config | {"packing": packing} | LEARNING | layout | others


def packed(work: Work, ranks: int, width: int = LONGEST, mean: float = MEAN_TOKENS) -> dict[str, Any]:
    """Rows of `width` tokens that hold about as many examples in a step as `work` has, of `mean` tokens each."""
    return {"pack_width": width, "batch_size": max(1, round(work.batch * mean / width / ranks))}


TRL_CPU = {
    "processes": 2,
    "threads": 1,
    "attention": "eager",
    "precision": "bf16",
    "sampling": "group_by_length",
    "packing": False,
}
TRL_GPU = TRL_CPU | {"processes": 1, "attention": "sdpa", "packing": True, "sampling": "random"}
"""`processes` is that of the GPUs where there are several."""

TRL_BEST: dict[str, dict[str, Any]] = {SMALL: TRL_CPU, MIDDLE: TRL_CPU}
"""By model, on two cores: the fastest of those that `tune` measures."""

TRL_TRIED: tuple[dict[str, Any], ...] = (
    {},
    {"processes": 1, "threads": 2},
    {"attention": "sdpa"},
    {"precision": "fp32"},
    {"sampling": "random"},
    {"sampling": "batch_rebalance"},
    {"packing": True},
    {"packing": True, "attention": "sdpa"},
    {"packing": True, "processes": 1, "threads": 2, "attention": "sdpa"},
)
"""Changes from the best that `tune` measures."""

OURS_TRIED: tuple[dict[str, Any], ...] = ({}, {"precision": "fp32"}, {"workers": 1}, {"packing": True})
"""The same of ours."""


def trl(model: str, work: Work, gpus: int, **others: Any) -> dict[str, Any]:
    """What run_trl.py is asked, but for the files."""
    best = TRL_GPU | {"processes": gpus} if gpus else TRL_BEST.get(model, TRL_CPU)
    chosen = best | others
    if chosen["packing"]:
        batch = packed(work, chosen["processes"])["batch_size"]
        chosen = chosen | {"sampling": "random"}
    else:
        batch = max(1, work.batch // chosen["processes"])
    return chosen | LEARNING | {"batch": batch, "width": LONGEST, "seed": SEED}
