"""Which attention a decoder-only student is trained with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pad_ray.student.collator import MASKED_BY_POSITIONS
from pad_ray.student.varlen import KERNEL_HEAD_MULTIPLE, KERNEL_WIDEST_HEAD, VARLEN

if TYPE_CHECKING:
    from transformers import PretrainedConfig

DROPOUTS = ("attention_dropout", "attn_pdrop")
"""Names that configs have for dropout of attention weights, which variable-length attention has not."""


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
