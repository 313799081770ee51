"""The loss of an encoder-decoder: a sum over target tokens, whatever micro-batch they are in."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from pad_ray.student.collator import Collator
from pad_ray.student.loss import summed_loss

ROWS = [
    {"input_ids": [5, 6, 7], "labels": [8, 9, 1]},
    {"input_ids": [4], "labels": [3, 1]},
    {"input_ids": [9, 9, 9, 9], "labels": [2, 2, 2, 2, 1]},
]


@pytest.fixture(scope="module")
def model() -> Any:
    from transformers import T5Config, T5ForConditionalGeneration

    torch.manual_seed(0)
    small = T5Config(vocab_size=16, d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2, decoder_start_token_id=0)
    return T5ForConditionalGeneration(small).eval()


def batch(rows: list[dict[str, list[int]]]) -> dict[str, torch.Tensor]:
    import numpy as np

    return Collator(0)([{name: np.array(ids, dtype=np.int32) for name, ids in row.items()} for row in rows])


def test_it_is_the_models_own_mean_times_the_tokens(model: Any) -> None:
    rows = batch(ROWS)
    assert summed_loss(model, model, rows).item() == pytest.approx(10 * model(**rows).loss.item(), rel=1e-5)


def test_it_does_not_matter_which_micro_batch_an_example_is_in(model: Any) -> None:
    apart = sum(summed_loss(model, model, batch([row])).item() for row in ROWS)
    assert summed_loss(model, model, batch(ROWS)).item() == pytest.approx(apart, rel=1e-5)


def test_a_model_that_shifts_labels_by_itself_has_the_same_loss(model: Any) -> None:
    assert summed_loss(model, object(), batch(ROWS)).item() == summed_loss(model, model, batch(ROWS)).item()


def test_a_micro_batch_without_targets_adds_nothing(model: Any) -> None:
    nothing = batch([{"input_ids": [], "labels": []}])
    loss = summed_loss(model, model, nothing)
    loss.backward()
    assert loss.item() == 0
    assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)
