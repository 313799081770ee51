"""Examples end to end: the same loss and gradients as one at a time, and nothing computed for nothing."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packed import PACKED, example, tiny

from pad_ray.student import varlen
from pad_ray.student.collator import Collator
from pad_ray.student.flat import MULTIPLE, FlatCollator, flat_loss

if TYPE_CHECKING:
    import torch

MODELS = ["llama", "gpt2", "mistral", "qwen2", "qwen3"]

packed_rows = st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=5), min_size=1, max_size=3)


@settings(max_examples=25, deadline=None)
@given(packed_rows)
def test_bounds_are_those_that_transformers_finds(lengths: list[list[int]]) -> None:
    from transformers.modeling_flash_attention_utils import prepare_fa_kwargs_from_position_ids

    batch = FlatCollator(0)([[example(n, 0) for n in row] for row in lengths])
    bounds, longest = prepare_fa_kwargs_from_position_ids(batch["position_ids"])
    for side, name in enumerate("qk"):
        assert batch[f"cu_seq_lens_{name}"].dtype == bounds[side].dtype
        assert batch[f"cu_seq_lens_{name}"].tolist() == bounds[side].tolist()
        assert batch[f"max_length_{name}"] == int(longest[side])


def test_there_is_no_padding_but_to_a_multiple() -> None:
    batch = FlatCollator(0)([[example(5, 2), example(7, 3)], [], [example(1, 0)]])
    assert batch["input_ids"].shape == (1, 16)
    assert batch["position_ids"].tolist() == [[0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 5, 6, 0, 0, 1, 2]]
    assert FlatCollator(0)([example(5, 2), example(3, 1)])["input_ids"].shape == (1, MULTIPLE)


def test_the_head_sees_the_tokens_before_targets_and_no_others() -> None:
    batch = FlatCollator(0)([[example(5, 2), example(4, 0)]])
    # Targets are tokens 2 to 4 of the first, and 1 to 3 of the second: a first token is predicted from nothing.
    assert batch["logits_to_keep"].tolist() == [1, 2, 3, 5, 6, 7]
    assert (batch["labels"][0, batch["logits_to_keep"] + 1] != -100).all()
    assert int((batch["labels"][:, 1:] != -100).sum()) == 6


def of_flat(model: torch.nn.Module, batch: dict[str, Any]) -> tuple[float, list[torch.Tensor]]:
    model.zero_grad()
    loss = flat_loss(model, batch)
    loss.backward()
    return float(loss.detach()), [p.grad.clone() for p in model.parameters() if p.grad is not None]


@pytest.mark.parametrize("model_type", MODELS)
def test_flat_is_equal_to_one_at_a_time(model_type: str) -> None:
    import torch

    varlen.register()
    alone = tiny(model_type, "eager")
    loss = 0.0
    for one in chain.from_iterable(PACKED):
        of_one = alone(**Collator(0)([one]), num_items_in_batch=1).loss
        of_one.backward()
        loss += float(of_one.detach())
    gradients = [p.grad for p in alone.parameters() if p.grad is not None]
    flat, flat_gradients = of_flat(tiny(model_type, varlen.VARLEN), FlatCollator(0)(PACKED))
    assert flat == pytest.approx(loss, rel=1e-5, abs=1e-4)
    scale = max(float(g.abs().max()) for g in gradients)
    for gradient, of_row in zip(gradients, flat_gradients, strict=True):
        torch.testing.assert_close(of_row, gradient, rtol=1e-4, atol=1e-4 * max(scale, 1.0))


def unlabelled(batch: dict[str, Any]) -> dict[str, Any]:
    return {name: tensor for name, tensor in batch.items() if name != "labels"}


def test_a_sliding_window_is_kept() -> None:
    import torch
    from transformers import AutoModelForCausalLM

    varlen.register()
    models = {name: tiny("mistral", name) for name in ("eager", varlen.VARLEN)}
    for name, model in models.items():
        model.config.sliding_window = 4
        models[name] = AutoModelForCausalLM.from_config(model.config, attn_implementation=name).eval()
        models[name].load_state_dict(model.state_dict())
    one = example(20, 5, 1)
    with torch.no_grad():
        alone = models["eager"](**unlabelled(Collator(0)([one]))).logits[0, 4:19]
        flat = models[varlen.VARLEN](**unlabelled(FlatCollator(0)([one]))).logits[0]
    torch.testing.assert_close(flat, alone, rtol=0, atol=1e-5)


def test_a_batch_without_examples_adds_no_loss_and_no_gradient() -> None:
    varlen.register()
    nothing = {"input_ids": np.empty(0, np.int32), "labels": np.empty(0, np.int32)}
    loss, gradients = of_flat(tiny("llama", varlen.VARLEN), FlatCollator(0)([[], nothing]))
    assert loss == 0
    assert all(float(gradient.abs().max()) == 0 for gradient in gradients)


def test_attention_dropout_is_refused() -> None:
    with pytest.raises(ValueError, match="attention_dropout must be 0"):
        query = np.zeros((1, 1, 1, 1))
        varlen.varlen_attention(None, query, query, query, None, cu_seq_lens_q=None, max_length_q=1, dropout=0.1)
