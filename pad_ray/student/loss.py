"""The loss of an encoder-decoder, per target token of the whole optimizer step.

transformers' T5 takes the number of tokens in a step and does not use it (5.19): it gives the mean over the
micro-batch, which Trainer, believing the number used, multiplies by the ranks and does not divide by the accumulation;
and a rank whose micro-batch has no target would have a mean of nothing, NaN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pad_ray.student.mapped import IGNORED

if TYPE_CHECKING:
    import torch


def summed_loss(model: Any, unwrapped: Any, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
    """Sum of the cross-entropies of the labels int64[rows, width]; 0, with gradients of 0, where there are none.

    `model` is called; `unwrapped`, the same inside DeepSpeed's wrapping, shifts the labels to the decoder's inputs
    where it has a method for that; M2M100, which has none, is given the labels and does it itself.
    """
    from torch.nn.functional import cross_entropy

    labels = inputs["labels"]
    if hasattr(unwrapped, "prepare_decoder_input_ids_from_labels"):
        inputs = {name: tensor for name, tensor in inputs.items() if name != "labels"}
        inputs["decoder_input_ids"] = unwrapped.prepare_decoder_input_ids_from_labels(labels=labels)
    logits = model(**inputs)["logits"]
    return cross_entropy(logits.flatten(0, 1).float(), labels.flatten(), ignore_index=IGNORED, reduction="sum")
