"""Which attention a decoder-only student is trained with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pad_ray.student.collator import MASKED_BY_POSITIONS
from pad_ray.student.varlen import KERNEL_CAPABILITY, KERNEL_HEAD_MULTIPLE, KERNEL_WIDEST_HEAD, VARLEN, register

if TYPE_CHECKING:
    from transformers import PretrainedConfig

DROPOUTS = ("attention_dropout", "attn_pdrop")
"""Names that configs have for dropout of attention weights, which variable-length attention has not."""


def attention_here(model: Path, *, gpus: bool, half: bool) -> str | None:
    """`chosen_attention` for the checkpoint `model` on this process' GPU, and transformers knows it afterwards.

    Args:
        half: the forward pass is computed in 16 bits.
    """
    import torch
    from transformers import AutoConfig

    register()
    config = AutoConfig.from_pretrained(model, local_files_only=True, trust_remote_code=False)
    recent = gpus and torch.cuda.get_device_capability() >= KERNEL_CAPABILITY
    return chosen_attention(config, gpus=gpus, flash=recent and half)


def chosen_attention(model: PretrainedConfig, *, gpus: bool, flash: bool) -> str | None:
    """transformers' `attn_implementation` for a training; None leaves it the choice.

    Args:
        flash: the GPUs have FlashAttention's kernels (Ampere or newer), and the forward pass is computed in 16 bits.
    """
    heads = max(getattr(model, "num_attention_heads", None) or 1, 1)
    head = getattr(model, "head_dim", None) or (getattr(model, "hidden_size", None) or 0) // heads
    by_bounds = model.model_type in MASKED_BY_POSITIONS and not any(getattr(model, name, 0) for name in DROPOUTS)
    fits_kernel = head % KERNEL_HEAD_MULTIPLE == 0 and head <= KERNEL_WIDEST_HEAD
    if by_bounds and (not gpus or (flash and fits_kernel)):
        return VARLEN
    # Without a GPU the fused kernel's backward pass takes three times as long as plain matrix products do.
    return None if gpus else "eager"
