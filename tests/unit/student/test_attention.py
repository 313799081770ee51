"""Which attention a decoder is trained with."""

import pytest
from transformers import AutoConfig

from pad_ray.student.attention import chosen_attention


@pytest.mark.parametrize(
    ("model_type", "settings", "gpus", "flash", "chosen"),
    [
        ("llama", {}, False, False, "varlen"),
        ("llama", {}, True, True, "varlen"),
        ("llama", {}, True, False, None),
        ("llama", {"head_dim": 512}, True, True, None),
        ("llama", {"head_dim": 100}, True, True, None),
        ("llama", {"attention_dropout": 0.1}, False, True, "eager"),
        ("gpt2", {}, False, True, "eager"),  # has dropout by default
        ("gpt2", {"attn_pdrop": 0.0}, False, True, "varlen"),
        ("opt", {}, False, True, "eager"),
        ("opt", {}, True, True, None),
    ],
)
def test_what_is_chosen(model_type: str, settings: dict, gpus: bool, flash: bool, chosen: str | None) -> None:
    assert chosen_attention(AutoConfig.for_model(model_type, **settings), gpus=gpus, flash=flash) == chosen
