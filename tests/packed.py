"""Examples of random tokens, and small decoders to pack them for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch

Row = dict[str, np.ndarray]

WIDTH = 64
VOCABULARY = 50


def example(tokens: int, source: int, seed: int = 0) -> Row:
    """Random tokens, of which the first `source` bear no loss."""
    ids = np.random.default_rng(seed).integers(2, VOCABULARY, tokens).astype(np.int32)
    labels = ids.copy()
    labels[:source] = -100
    return {"input_ids": ids, "labels": labels}


def tiny(model_type: str, implementation: str) -> torch.nn.Module:
    """A random model of 2 layers; weights large enough that attention matters."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    size = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": VOCABULARY}
    more = {"gpt2": {"n_positions": WIDTH}, "opt": {"ffn_dim": 64, "word_embed_proj_dim": 32, "dropout": 0.0}}
    rest = more.get(model_type, {"intermediate_size": 64, "num_key_value_heads": 2})
    config = AutoConfig.for_model(
        model_type, **size, **rest, initializer_range=0.3, use_cache=False, pad_token_id=0, bos_token_id=1
    )
    torch.manual_seed(0)
    model: torch.nn.Module = AutoModelForCausalLM.from_config(config, attn_implementation=implementation)
    return model.eval()


PACKED = [
    [example(20, 12, 1), example(1, 0, 2), example(17, 5, 3), example(9, 4, 4)],
    [example(30, 10, 5), example(34, 20, 6)],
    [example(8, 3, 7)],
]
