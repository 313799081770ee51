"""Attention over packed rows, each example by itself: nothing is computed between examples, and no mask is made.

On a GPU it is torch's variable-length FlashAttention kernel, with its backward pass (`torch.nn.attention.varlen`). On a
CPU each example's queries, keys and values are multiplied by themselves: plain matrix products, whose backward pass
takes a third of the time of the fused kernel's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

VARLEN = "varlen"
"""Its name as transformers' `attn_implementation`."""

KERNEL_WIDEST_HEAD, KERNEL_HEAD_MULTIPLE = 256, 8
"""Elements of a head that FlashAttention's kernels take at most, and of which they take multiples."""

KERNEL_CAPABILITY = (8, 0)
"""CUDA compute capability from which on there are such kernels: Ampere."""


def register() -> None:
    """Make it known to transformers in this process. It has no mask function, so no mask is built for it."""
    from transformers import AttentionInterface

    AttentionInterface.register(VARLEN, varlen_attention)


def varlen_attention(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    cu_seq_lens_q: torch.Tensor,
    max_length_q: int,
    scaling: float | None = None,
    dropout: float = 0.0,
    sliding_window: int | None = None,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Causal attention within each sequence, as transformers calls it.

    Args:
        query: [rows, heads, width, head].
        key, value: [rows, key heads, width, head]; a key head serves `heads / key heads` of the queries'.
        cu_seq_lens_q: int32[sequences + 1], where each sequence begins in all rows laid end to end, and the end.
        max_length_q: tokens of the longest sequence.
        sliding_window: tokens, itself included, that one attends to at most.

    Returns:
        [rows, width, heads, head], and no weights.

    Raises:
        ValueError: attention dropout, which the kernel has not.
    """
    if dropout:
        raise ValueError("the base model's attention_dropout must be 0 where examples are packed")
    rows, heads, width, head = query.shape
    queries, keys, values = (tensor.transpose(1, 2).reshape(rows * width, -1, head) for tensor in (query, key, value))
    scale = head**-0.5 if scaling is None else scaling
    window = max_length_q if sliding_window is None else sliding_window
    attend = _by_kernel if query.is_cuda else _one_by_one
    out = attend(queries, keys, values, cu_seq_lens_q, max_length_q, scale, window)
    return out.reshape(rows, width, heads, head), None


def _by_kernel(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    bounds: torch.Tensor,
    longest: int,
    scale: float,
    window: int,
) -> torch.Tensor:
    from torch.nn.attention.varlen import varlen_attn

    # (-1, 0) is causal; a window that no sequence reaches is left out, since only some kernels have windows.
    left = window - 1 if window < longest else -1
    shared_keys = key.shape[1] != query.shape[1]
    out: torch.Tensor = varlen_attn(
        query, key, value, bounds, bounds, longest, longest, scale=scale, window_size=(left, 0), enable_gqa=shared_keys
    )
    return out


def _one_by_one(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    bounds: torch.Tensor,
    longest: int,
    scale: float,
    window: int,
) -> torch.Tensor:
    """[tokens, heads, head], [tokens, key heads, head] twice -> [tokens, heads, head]."""
    import torch

    lengths = bounds.diff().tolist()
    groups = query.shape[1] // key.shape[1]
    if groups > 1:
        key, value = key.repeat_interleave(groups, dim=1), value.repeat_interleave(groups, dim=1)
    hidden = _hidden(longest, window)
    # `split`, whose backward pass joins the parts once; slices would each make a gradient of the full size.
    # [heads, tokens, head], scaled where it is smallest.
    parts = zip(
        *((tensor.transpose(0, 1).split(lengths, dim=1)) for tensor in (query * scale, key, value)), strict=True
    )
    done = []
    for queries, keys, values in parts:
        length = queries.shape[1]
        scores = queries @ keys.transpose(1, 2) + hidden[:length, :length].to(queries.dtype)
        done.append(torch.softmax(scores, dim=-1, dtype=torch.float32).to(values.dtype) @ values)
    return torch.cat(done, dim=1).transpose(0, 1)


def _hidden(length: int, window: int) -> torch.Tensor:
    """float32[length, length]: 0 where a token (first axis) attends to another, -inf elsewhere."""
    import torch

    distance = torch.arange(length)[:, None] - torch.arange(length)
    return torch.zeros(length, length).masked_fill_((distance < 0) | (distance >= window), -torch.inf)
