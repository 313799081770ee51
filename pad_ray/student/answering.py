"""The student answers questions in the ranks that train it, each rank a share; the training does not notice.

All ranks call `generate` equally often, on rows of the same width and with the same limit: under ZeRO-3 a forward pass
gathers every weight from all ranks, so that one which made a pass less would leave the others waiting. Heavy imports
are inside the functions.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from pad_ray.student.plan import TrainingPlan
from pad_ray.student.tokenised import source_ids
from pad_ray.student.tokenizer import load_tokenizer
from pad_ray.student.varlen import VARLEN
from pad_ray.teacher.ending import Ending, Room
from pad_ray.teacher.prompt import render

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def rounds(lengths: Sequence[int], ranks: int, batch: int) -> list[list[list[int]]]:
    """Which prompt is answered by which rank in which round: indices of `lengths`, [rounds][ranks][at most `batch`].

    Prompts of similar length meet, so that little is padded. A rank for which a round has none left gets one that
    another has already: it must take part.
    """
    order = sorted(range(len(lengths)), key=lambda index: lengths[index], reverse=True)
    dealt = []
    for start in range(0, len(order), ranks * batch):
        these = order[start : start + ranks * batch]
        dealt.append([these[rank::ranks] or these[:1] for rank in range(ranks)])
    return dealt


class Answering:
    """Greedy completions of a plan's questions by the model that is trained, as it is at the moment."""

    def __init__(self, plan: TrainingPlan, model: Any) -> None:
        """`model`: not wrapped by DeepSpeed; with the generation config of its checkpoint."""
        assert plan.config.validation is not None
        self._plan, self._batch = plan, plan.config.validation.batch_size
        # PEFT puts its adapters into the layers of the model itself.
        self._model = model.get_base_model() if plan.config.lora else model
        self._tokenizer: PreTrainedTokenizerBase = load_tokenizer(str(plan.model))
        if self._tokenizer.pad_token_id is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token
        sources = [render(plan.template, question=question.text) for question in plan.questions]
        self._prompts = source_ids(self._tokenizer, plan.config.form, sources)
        self._ending = Ending(self._tokenizer, self._model.generation_config)
        room = Room(plan.max_positions, None, encoder_decoder=plan.encoder_decoder)
        self._rooms = [min(room.after(len(prompt)), plan.config.max_target_tokens) for prompt in self._prompts]

    def completions(self, on_round: Callable[[], None] = lambda: None) -> list[str]:
        """One for each question, in order, on rank 0; nothing on the others. Every rank must call it.

        A question that leaves no room for an answer is answered by "". `on_round` is called as they get on.
        """
        import torch.distributed as dist

        rank, ranks = dist.get_rank(), dist.get_world_size()
        mine: dict[int, str] = {}
        with _undisturbed(), _answering(self._model, self._ending):
            # Only questions that leave the same room meet: a long one must not cut the answers to the others.
            for limit in sorted({room for room in self._rooms if room > 0}):
                asked = [index for index, room in enumerate(self._rooms) if room == limit]
                for shares in rounds([len(self._prompts[index]) for index in asked], ranks, self._batch):
                    together = [asked[place] for share in shares for place in share]
                    share = [asked[place] for place in shares[rank]]
                    width = max(len(self._prompts[index]) for index in together)
                    mine |= dict(zip(share, self._generate(share, width, limit), strict=True))
                    on_round()
        of_ranks: list[Any] | None = [None] * ranks if rank == 0 else None
        dist.gather_object(mine, of_ranks, dst=0)
        found = {index: text for answers in of_ranks or () for index, text in answers.items()}
        return [found.get(index, "") for index in range(len(self._prompts))] if rank == 0 else []

    def _generate(self, share: Sequence[int], width: int, limit: int) -> list[str]:
        """`width`: tokens of a row, padding included; `limit`: tokens of a completion."""
        side = "right" if self._plan.encoder_decoder else "left"
        rows = {"input_ids": [self._prompts[index] for index in share]}
        padded = self._tokenizer.pad(
            rows, padding="max_length", max_length=width, padding_side=side, return_tensors="pt"
        )
        start = 1 if self._plan.encoder_decoder else width
        sequences = self._model.generate(
            **{name: padded[name].to(self._model.device) for name in ("input_ids", "attention_mask")},
            do_sample=False,
            use_cache=True,
            max_new_tokens=limit,
            stopping_criteria=self._ending.criteria(start),
            synced_gpus=self._plan.config.zero_stage == 3,
        )
        return [self._ending.cut(row)[0] for row in sequences[:, start:].tolist()]


@contextmanager
def _answering(model: Any, ending: Ending) -> Iterator[None]:
    """No dropout, no gradients, none of the checkpoint's own settings for generation, and an attention that takes a
    mask and a cache."""
    import torch

    training, known, attention = model.training, model.generation_config, model.config._attn_implementation
    model.eval()
    model.generation_config = ending.generation_config()
    if attention == VARLEN:
        model.set_attn_implementation("sdpa")
    try:
        # Not inference_mode: a tensor that a layer keeps from it (positions, masks) could not be trained with.
        with torch.no_grad():
            yield
    finally:
        if attention == VARLEN:
            model.set_attn_implementation(VARLEN)
        model.generation_config = known
        model.train(training)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Afterwards the random states are what they were: the training goes on as if nobody had asked."""
    import torch

    states = random.getstate(), np.random.get_state()
    devices = [torch.cuda.current_device()] if torch.cuda.is_available() else []
    with torch.random.fork_rng(devices):
        try:
            yield
        finally:
            random.setstate(states[0])
            np.random.set_state(states[1])
