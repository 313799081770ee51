"""Micro-batches: what is padding is neither attended to nor learned."""

import numpy as np

from pad_ray.student.collator import Collator, padded


def test_padding_is_on_the_right_masked_and_without_loss() -> None:
    rows = [
        {"input_ids": np.array([5, 6, 7], np.int32), "labels": np.array([-100, 6, 7], np.int32)},
        {"input_ids": np.array([8], np.int32), "labels": np.array([8], np.int32)},
    ]
    batch = Collator(pad_token_id=9)(rows)
    assert batch["input_ids"].tolist() == [[5, 6, 7, 9, 9, 9, 9, 9], [8] + [9] * 7]
    assert batch["attention_mask"].tolist() == [[1, 1, 1, 0, 0, 0, 0, 0], [1] + [0] * 7]
    assert batch["labels"].tolist() == [[-100, 6, 7] + [-100] * 5, [8] + [-100] * 7]


def test_a_pad_token_inside_a_row_is_attended_to() -> None:
    """Where a tokenizer has no pad token its eos stands in, and the eos of a row must still be learned."""
    rows = [{"input_ids": np.array([5, 1], np.int32), "labels": np.array([-100, 1], np.int32)}]
    batch = Collator(pad_token_id=1)(rows)
    assert batch["attention_mask"].tolist() == [[1, 1, 0, 0, 0, 0, 0, 0]]
    assert batch["labels"].tolist()[0][:3] == [-100, 1, -100]


def test_labels_of_an_encoder_decoder_have_their_own_width() -> None:
    rows = [{"input_ids": np.arange(3, dtype=np.int32), "labels": np.arange(12, dtype=np.int32)}]
    batch = Collator(pad_token_id=0)(rows)
    assert batch["input_ids"].shape == (1, 8)
    assert batch["labels"].shape == (1, 16)


def test_padding_does_not_go_beyond_the_positions_of_the_model() -> None:
    assert padded([np.arange(9)], 0, width_limit=12).shape == (1, 12)
    assert padded([np.arange(9)], 0, width_limit=64).shape == (1, 16)
