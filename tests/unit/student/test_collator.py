"""Micro-batches: what is padding is neither attended to nor learned, and examples packed together keep apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from packed import PACKED, WIDTH, Row, example, tiny

from pad_ray.errors import TrainingError
from pad_ray.student.collator import (
    Attention,
    Collator,
    PackedCollator,
    Rows,
    attention_form,
    block_mask,
    computed_tokens,
    padded,
)
from pad_ray.student.packing import EMPTY

if TYPE_CHECKING:
    import torch


def row_of(ids: list[int], labels: list[int]) -> Row:
    return {"input_ids": np.array(ids, np.int32), "labels": np.array(labels, np.int32)}


NOTHING = row_of([], [])


def test_padding_is_on_the_right_masked_and_without_loss() -> None:
    rows = [row_of([5, 6, 7], [-100, 6, 7]), row_of([8], [8])]
    batch = Collator(pad_token_id=9)(rows)
    assert batch["input_ids"].tolist() == [[5, 6, 7, 9, 9, 9, 9, 9], [8] + [9] * 7]
    assert batch["attention_mask"].tolist() == [[1, 1, 1, 0, 0, 0, 0, 0], [1] + [0] * 7]
    assert batch["labels"].tolist() == [[-100, 6, 7] + [-100] * 5, [8] + [-100] * 7]


def test_a_pad_token_inside_a_row_is_attended_to() -> None:
    """Where a tokenizer has no pad token its eos stands in, and the eos of a row must still be learned."""
    batch = Collator(pad_token_id=1)([row_of([5, 1], [-100, 1])])
    assert batch["attention_mask"].tolist() == [[1, 1, 0, 0, 0, 0, 0, 0]]
    assert batch["labels"].tolist()[0][:3] == [-100, 1, -100]


def test_labels_of_an_encoder_decoder_have_their_own_width() -> None:
    rows = [{"input_ids": np.arange(3, dtype=np.int32), "labels": np.arange(12, dtype=np.int32)}]
    batch = Collator(pad_token_id=0)(rows)
    assert batch["input_ids"].shape == (1, 8)
    assert batch["labels"].shape == (1, 16)
    assert computed_tokens(batch, encoder_decoder=True) == 8 + 16
    assert computed_tokens(batch, encoder_decoder=False) == 8


def test_padding_does_not_go_beyond_the_positions_of_the_model() -> None:
    assert padded([np.arange(9)], 0, width_limit=12).shape == (1, 12)
    assert padded([np.arange(9)], 0, width_limit=64).shape == (1, 16)


def test_empty_rows_are_left_out_as_long_as_there_is_another() -> None:
    assert len(Collator(0)([NOTHING, row_of([5], [5]), NOTHING])["input_ids"]) == 1
    alone = Collator(0)([NOTHING, NOTHING])
    assert alone["input_ids"].tolist() == [[0] * 8]
    assert alone["labels"].tolist() == [[-100] * 8]
    assert alone["attention_mask"].tolist() == [[1] + [0] * 7]

    assert len(PackedCollator(0, WIDTH)([[], [row_of([5], [5])]])["input_ids"]) == 1
    packed = PackedCollator(0, WIDTH)([[], []])
    assert packed["labels"].tolist() == [[-100] * 8]
    assert packed["position_ids"].tolist() == [list(range(8))]


def test_rows_stand_for_what_an_order_names() -> None:
    corpus: Any = [example(3, 1), example(4, 1), example(5, 1)]
    rows = Rows(corpus)
    assert len(rows) == 3
    assert rows[1] is corpus[1]
    assert rows[(2, 0)] == [corpus[2], corpus[0]]
    assert rows[()] == []
    nothing: Any = rows[EMPTY]
    assert len(nothing["input_ids"]) == len(nothing["labels"]) == 0


def test_a_packed_row_counts_positions_anew_with_each_example_and_with_its_padding() -> None:
    rows = [[row_of([5, 6, 7], [-100, 6, 7]), row_of([8, 3], [8, 3])], [row_of([4, 4, 4, 4], [-100, -100, 4, 4])]]
    batch = PackedCollator(9, WIDTH)(rows)
    assert set(batch) == {"input_ids", "labels", "position_ids"}
    assert batch["input_ids"].tolist() == [[5, 6, 7, 8, 3, 9, 9, 9], [4, 4, 4, 4, 9, 9, 9, 9]]
    assert batch["position_ids"].tolist() == [[0, 1, 2, 0, 1, 0, 1, 2], [0, 1, 2, 3, 0, 1, 2, 3]]
    # The first token of the second example is not to be predicted from the last of the first.
    assert batch["labels"].tolist() == [[-100, 6, 7, -100, 3, -100, -100, -100], [-100, -100, 4, 4] + [-100] * 4]


def test_a_packed_row_is_no_wider_than_told() -> None:
    assert PackedCollator(0, 12)([[example(9, 1)]])["input_ids"].shape == (1, 12)


def test_a_mask_keeps_to_the_example_and_to_the_past() -> None:
    mask = block_mask(np.array([[0, 1, 0, 0, 1]]))
    expected = [[1, 0, 0, 0, 0], [1, 1, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 1, 1]]
    assert mask.astype(int).tolist() == [[expected]]


@pytest.mark.parametrize(
    ("model_type", "implementation", "form"),
    [
        ("llama", "eager", "positions"),
        ("qwen2", "sdpa", "positions"),
        ("qwen2", "flash_attention_2", "bounds"),
        ("llama", "varlen", "bounds"),
        ("opt", "eager", "additive_mask"),
        ("opt", "sdpa", "boolean_mask"),
    ],
)
def test_how_examples_are_kept_apart(model_type: str, implementation: str, form: Attention) -> None:
    assert attention_form(model_type, implementation) == form


def test_where_examples_cannot_be_kept_apart_packing_is_refused() -> None:
    with pytest.raises(TrainingError, match=r"opt .*flash_attention_2; set student.packing to false"):
        attention_form("opt", "flash_attention_2")
    for model_type in ("bloom", "lfm2", "qwen3_next"):
        with pytest.raises(TrainingError, match=rf"examples of a {model_type} model .* set student.packing to false"):
            attention_form(model_type, "eager")


def losses_and_gradients(model: torch.nn.Module, batches: list[dict[str, Any]]) -> tuple[float, list[torch.Tensor]]:
    """The sum over all targets, as Trainer has it where `num_items_in_batch` is 1."""
    model.zero_grad()
    total = 0.0
    for batch in batches:
        loss = model(**batch, num_items_in_batch=1).loss
        loss.backward()
        total += float(loss.detach())
    return total, [p.grad.clone() for p in model.parameters() if p.grad is not None]


ROUTES: list[tuple[str, str, Attention]] = [
    ("llama", "eager", "positions"),
    ("llama", "sdpa", "positions"),
    ("llama", "eager", "additive_mask"),
    ("llama", "sdpa", "boolean_mask"),
    ("gpt2", "eager", "positions"),
    ("mistral", "sdpa", "positions"),
    ("qwen2", "eager", "positions"),
    ("qwen3", "sdpa", "positions"),
    ("opt", "eager", "additive_mask"),
    ("opt", "sdpa", "boolean_mask"),
]


@pytest.mark.parametrize(("model_type", "implementation", "attention"), ROUTES)
def test_packed_is_equal_to_one_at_a_time(model_type: str, implementation: str, attention: Attention) -> None:
    import torch

    model = tiny(model_type, implementation)
    single = Collator(0)
    alone = [single([one]) for row in PACKED for one in row]
    loss, gradients = losses_and_gradients(model, alone)
    together = PackedCollator(0, WIDTH, attention=attention)(PACKED)
    packed_loss, packed_gradients = losses_and_gradients(model, [together])
    assert packed_loss == pytest.approx(loss, rel=1e-5, abs=1e-4)
    scale = max(float(g.abs().max()) for g in gradients)
    for gradient, packed in zip(gradients, packed_gradients, strict=True):
        torch.testing.assert_close(packed, gradient, rtol=1e-4, atol=1e-4 * max(scale, 1.0))
    # The count by which Trainer divides: targets that have a token before them.
    assert int((together["labels"][:, 1:] != -100).sum()) == sum(int((b["labels"][:, 1:] != -100).sum()) for b in alone)


@pytest.mark.parametrize("implementation", ["eager", "sdpa"])
def test_an_example_does_not_notice_its_neighbours(implementation: str) -> None:
    import torch

    model = tiny("llama", implementation)
    mine = example(15, 6, 1)
    collate = PackedCollator(0, WIDTH)
    with torch.no_grad():
        first = model(**collate([[example(20, 9, 2), mine, example(10, 2, 3)]])).logits[0, 20:35]
        second = model(**collate([[example(20, 9, 4), mine, example(27, 2, 5)]])).logits[0, 20:35]
        third = model(**collate([[mine]])).logits[0, :15]
    torch.testing.assert_close(first, second, rtol=0, atol=1e-5)
    torch.testing.assert_close(first, third, rtol=0, atol=1e-5)


def test_a_row_without_examples_adds_no_loss_and_no_gradient() -> None:
    loss, gradients = losses_and_gradients(tiny("llama", "eager"), [PackedCollator(0, WIDTH)([[]])])
    assert loss == 0
    assert all(float(gradient.abs().max()) == 0 for gradient in gradients)
