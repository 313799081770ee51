"""Low-rank adapters (LoRA) by PEFT: put around a model before a training, merged into it afterwards.

"LoRA: Low-Rank Adaptation of Large Language Models", https://arxiv.org/abs/2106.09685.
"""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pad_ray.config import LoraConfig
from pad_ray.errors import ConfigError
from pad_ray.student.checkpoint import ADAPTER_FILE, load_weights

if TYPE_CHECKING:
    import torch

ADAPTER_WEIGHTS = "adapter_model.safetensors"
"""PEFT's name for the weights beside `ADAPTER_FILE`."""

KEPT_ADAPTER = "adapter"
"""Folder in a merged model with the adapter by itself: megabytes, and merging cannot be undone."""


def peft_config(lora: LoraConfig, *, encoder_decoder: bool) -> Any:
    """The settings in PEFT's words."""
    from peft import LoraConfig as PeftConfig
    from peft import TaskType

    return PeftConfig(
        task_type=TaskType.SEQ_2_SEQ_LM if encoder_decoder else TaskType.CAUSAL_LM,
        r=lora.rank,
        lora_alpha=lora.alpha,  # type: ignore[arg-type]  # it is only multiplied with
        lora_dropout=lora.dropout,
        target_modules=list(lora.targets) if lora.targets else "all-linear",
    )


def adapt(model: Any, lora: LoraConfig, *, encoder_decoder: bool, seed: int) -> Any:
    """The model with adapters, which alone are trained; the same ones for the same seed, on every rank.

    Raises:
        ConfigError: the model has no layer of one of the names under `targets`.
    """
    import torch
    from peft import get_peft_model

    torch.manual_seed(seed)
    try:
        return get_peft_model(model, peft_config(lora, encoder_decoder=encoder_decoder))
    except ValueError as error:
        raise ConfigError(f"student.lora.targets: {' '.join(str(error).split())[:300]}") from None


def merge(adapter: Path, base: Path, *, encoder_decoder: bool, dtype: torch.dtype) -> None:
    """Turn the folder `adapter` from an adapter into a whole model in `dtype`; the adapter stays in `KEPT_ADAPTER`.

    One process does it, on the CPU and in fp32, from what lies on the disk: under ZeRO-3 no rank has the weights, and
    sums in bf16 would lose most of a small update.
    """
    import torch
    from peft import PeftModel
    from transformers.integrations.deepspeed import unset_hf_deepspeed_config

    # While transformers remembers a ZeRO-3 training it loads models as shards.
    unset_hf_deepspeed_config()  # type: ignore[no-untyped-call]
    kept = adapter / KEPT_ADAPTER
    kept.mkdir()
    (adapter / "README.md").unlink(missing_ok=True)  # PEFT's, on loading an adapter
    for name in (ADAPTER_FILE, ADAPTER_WEIGHTS):
        shutil.move(adapter / name, kept / name)
    model = load_weights(base, encoder_decoder=encoder_decoder, dtype=torch.float32)
    merged = PeftModel.from_pretrained(model, str(kept)).merge_and_unload()
    merged.to(dtype).save_pretrained(adapter)


def adapter_parameters(folder: Path) -> int:
    """Of the adapter in a folder, by the header of its weights."""
    from safetensors import safe_open

    with safe_open(folder / ADAPTER_WEIGHTS, framework="numpy") as tensors:
        names = tensors.keys()
        return sum(math.prod(tensors.get_slice(name).get_shape()) for name in names)


def for_encoder_decoder(folder: Path) -> bool:
    """Whether the adapter in a folder belongs to an encoder-decoder."""
    settings = json.loads((folder / ADAPTER_FILE).read_text(encoding="utf-8"))
    return bool(settings["task_type"] == "SEQ_2_SEQ_LM")
