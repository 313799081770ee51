"""transformers' Trainer with our order of examples, our loss and our callbacks. Imports torch and transformers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import Trainer
from transformers.trainer_callback import PrinterCallback

from pad_ray.student import universal
from pad_ray.student.dealing import Dealing
from pad_ray.student.flat import flat_loss
from pad_ray.student.loss import summed_loss
from pad_ray.student.plan import TrainingPlan
from pad_ray.student.rounds import Rounds
from pad_ray.student.sampler import EpochSampler
from pad_ray.student.saving import Saving


class Stepper(Trainer):  # type: ignore[misc]
    """`Stepper(plan, dealing, **what transformers' Trainer takes)`."""

    def __init__(self, plan: TrainingPlan, dealing: Dealing, **trainer: Any) -> None:
        self.sampler = EpochSampler(dealing)
        self._encoder_decoder = plan.encoder_decoder
        super().__init__(**trainer)
        self.rounds = Rounds(plan, dealing.schedule, self.sampler)
        self.remove_callback(PrinterCallback)
        self.add_callback(self.rounds)
        self.saving = Saving(plan)
        self.add_callback(self.saving)

    def _get_train_sampler(self, train_dataset: Any = None) -> EpochSampler:
        return self.sampler

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        with self.saving.savepoint(self.deepspeed, self.state.global_step):
            super()._save_checkpoint(model, trial)

    def save_model(self, output_dir: str | None = None, _internal_call: bool = False) -> None:
        """Nothing at a savepoint: the states that DeepSpeed saves hold the weights."""
        if not _internal_call:
            super().save_model(output_dir)

    def _load_optimizer_and_scheduler(self, checkpoint: str | None) -> None:
        """Called when DeepSpeed has loaded its states."""
        super()._load_optimizer_and_scheduler(checkpoint)
        if checkpoint is not None and self.deepspeed.load_universal_checkpoint():
            universal.settle(self.deepspeed, Path(checkpoint))

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Per target token of the optimizer step, of all ranks; Trainer's own where the model sees to that itself."""
        if return_outputs or num_items_in_batch is None:
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        if "logits_to_keep" in inputs:
            total = flat_loss(model, inputs)
        elif self._encoder_decoder:
            total = summed_loss(model, self.accelerator.unwrap_model(model), inputs)
        else:
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        # Ranks' gradients are averaged afterwards, hence their number.
        return total * self.accelerator.num_processes / num_items_in_batch

    def summary(self) -> dict[str, Any]:
        """steps, tokens, useful_tokens_per_second and final_loss, after training."""
        return self.rounds.summary(self.state)
