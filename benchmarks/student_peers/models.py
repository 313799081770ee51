"""The models that are trained: what ships with pad_ray, a checkpoint, or random weights of a published shape.

How fast a training is does not depend on what the weights are.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

SMALL, MIDDLE, LARGE = "embedded:student", "random:60m", "random:0.5b"

SHAPES: dict[str, dict[str, Any]] = {
    # 60M parameters, as T5-small has, and its vocabulary.
    MIDDLE: {
        "vocab_size": 32_128,
        "hidden_size": 512,
        "intermediate_size": 2176,
        "num_hidden_layers": 10,
        "num_attention_heads": 8,
    },
    # Qwen2.5-0.5B's shape: a third of the parameters are embeddings.
    LARGE: {
        "vocab_size": 151_936,
        "hidden_size": 896,
        "intermediate_size": 4864,
        "num_hidden_layers": 24,
        "num_attention_heads": 14,
        "num_key_value_heads": 2,
    },
}

POSITIONS = 2048


def checkpoint(name: str, folder: Path) -> Path:
    """The folder of the model `name`; one of random weights is made in `folder`, with the embedded tokenizer."""
    from pad_ray.student.tokenizer import TOKENIZER_FILES
    from pad_ray.teacher.engine import resolve_model

    if name not in SHAPES:
        return Path(resolve_model(name))
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    embedded, made = Path(resolve_model(SMALL)), folder / name.replace(":", "-")
    torch.manual_seed(0)
    ids = {"pad_token_id": 0, "eos_token_id": 1, "bos_token_id": None}
    shape = LlamaConfig(max_position_embeddings=POSITIONS, tie_word_embeddings=True, **SHAPES[name], **ids)
    LlamaForCausalLM(shape).to(torch.bfloat16).save_pretrained(made)
    for file in TOKENIZER_FILES:
        if (embedded / file).is_file():
            shutil.copyfile(embedded / file, made / file)
    return made
