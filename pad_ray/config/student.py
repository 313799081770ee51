"""The small model and how it is trained."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from pad_ray.config.questions import QuestionsConfig
from pad_ray.config.section import Section


class LoraConfig(Section):
    """Low-rank adapters instead of all weights (Hu et al. 2021, https://arxiv.org/abs/2106.09685)."""

    rank: int = Field(16, ge=1)
    """Rank of the update of each weight."""
    alpha: float = Field(32.0, gt=0)
    """The update is scaled by alpha / rank."""
    dropout: float = Field(0.0, ge=0, lt=1)
    """Share of an adapter's inputs that is dropped in training."""
    targets: tuple[str, ...] = ()
    """Layers that get an adapter, by the last part of their names, e.g. [q_proj, v_proj]; without them every linear
    layer but the head."""
    merge: bool = True
    """Add the adapters to the base weights in the finished model, which is what engines sample and evaluate; false: the
    finished model is the adapter alone."""


class ValidationConfig(Section):
    """The student is asked questions during its training; its programs are run and judged."""

    every_steps: int = Field(100, ge=1)
    """Optimizer steps between two validations; there is one at the last step too."""
    questions: QuestionsConfig = QuestionsConfig(set="wordsums", split="train", start=1_000_000, limit=64)
    """Held-out questions: neither trained on nor in an evaluation set."""
    patience: int | None = Field(None, ge=1)
    """Training stops after this many validations without a better one; null: it never stops early."""
    batch_size: int = Field(32, ge=1)
    """Questions that a rank answers at a time."""


class BudgetConfig(Section):
    """How much may be learnt from, so that two students can be compared at equal cost. Null is no limit."""

    examples: int | None = Field(None, ge=1)
    """Examples of the corpus, drawn by the seed from all there are."""
    tokens: int | None = Field(None, ge=1)
    """Useful tokens that go through the model, all epochs together: the training ends with the step that reaches them,
    or with its epochs."""
    steps: int | None = Field(None, ge=1)
    """Optimizer steps; more than `epochs` has are taken by going on into further epochs."""


class StudentConfig(Section):
    """The small model and how it is trained."""

    model: str = "embedded:student"
    """`embedded:student`, a local checkpoint or a hub name; decoder-only or encoder-decoder."""
    workers: int = Field(2, ge=1)
    """Training ranks; each takes a GPU where there are any."""
    zero_stage: Literal[0, 1, 2, 3] = 2
    """DeepSpeed ZeRO: 1 shards optimizer states, 2 also gradients, 3 also parameters."""
    offload: Literal["none", "cpu", "nvme"] = "none"
    """Where optimizer states rest between steps: where they are, in the host's memory (zero_stage 1 to 3), or in files
    (zero_stage 3); the last two need a GPU. Parameters stay on the GPUs."""
    offload_folder: Path | None = None
    """offload: nvme only: a folder on a fast local disk of every node."""
    precision: Literal["bf16", "fp32"] = "fp32"
    """Arithmetic of the forward and backward pass; master weights and optimizer states are fp32 either way."""
    gradient_checkpointing: bool = False
    """Keep one activation per layer and compute the others again in the backward pass: a third more arithmetic, a
    fraction of the memory."""
    lora: LoraConfig | None = None
    """Train low-rank adapters and leave the weights as they are; null trains all weights."""
    learn_from: Literal["right", "all"] = "right"
    """Which of the teacher's completions are trained on: right ones, or all that there are, judged wrong or right (a
    baseline). Of a teacher that was asked for chains of thought (teacher.prompt.version: rationale-v1) these are the
    student's too."""
    form: Literal["plain", "chat"] = "plain"
    """How a question is put to the student, in training and afterwards: in the prompt's words alone, or as a user's
    message in the chat template of its tokenizer."""
    epochs: float = Field(2.0, gt=0)
    """Passes over the corpus."""
    budget: BudgetConfig = BudgetConfig()
    """Limits below those of `epochs`."""
    stream: bool = False
    """Begin with the first shards of a synthesis that still goes on, and follow it; the learning rate decays when it
    has ended."""
    batch_size: int = Field(16, ge=1)
    """Per rank and micro-batch: rows where examples are packed, else examples."""
    packing: bool = True
    """Decoder-only students: several examples in a row, each by itself, so that hardly any padding is computed on."""
    pack_width: int | None = Field(None, ge=16)
    """Tokens of a packed row; null: what the model has positions for, at most 2048 or the longest example allowed."""
    gradient_accumulation: int = Field(1, ge=1)
    """Micro-batches per optimizer step."""
    learning_rate: float = Field(6e-5, gt=0)
    """Peak learning rate (the paper: 6e-5)."""
    lr_scheduler: Literal["linear", "cosine", "constant"] = "linear"
    """After the warm-up: linear (the paper's) and cosine fall to 0, constant stays."""
    warmup_ratio: float = Field(0.03, ge=0, lt=1)
    """Share of the steps over which the learning rate rises."""
    weight_decay: float = Field(0.01, ge=0)
    """AdamW's."""
    max_grad_norm: float = Field(1.0, gt=0)
    """Gradients are clipped to this norm."""
    max_source_tokens: int = Field(256, ge=8)
    """Longer questions are left out and counted (the paper: 128)."""
    max_target_tokens: int = Field(256, ge=8)
    """Longer programs are left out and counted (the paper: 256)."""
    checkpoint_steps: int = Field(100, ge=1)
    """Optimizer steps between checkpoints."""
    validation: ValidationConfig | None = None
    """Questions asked during the training; the best student by them is kept. Null: none, and the last one is kept."""
    log_to: tuple[Literal["tensorboard", "wandb"], ...] = ("tensorboard",)
    """Where loss, learning rate and figures go besides the screen and `progress.jsonl`. wandb takes its key from
    WANDB_API_KEY; rounds of a refinement do not go there."""
    hang_minutes: float = Field(30.0, gt=0)
    """A rank that makes no progress for so long is named, with where it is, and the ranks are started again. The start,
    the first step, savepoints and the model itself may take two hours whatever this is."""
