"""transformers' Trainer with our order of examples, our loss and our callbacks. Imports torch and transformers."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from transformers import Trainer
from transformers.trainer_callback import PrinterCallback

from pad_ray.student.loss import summed_loss
from pad_ray.student.order import Schedule
from pad_ray.student.plan import TrainingPlan
from pad_ray.student.rounds import Rounds
from pad_ray.student.sampler import EpochSampler
from pad_ray.student.saving import Saving
from pad_ray.student.validation import Validating


class Stepper(Trainer):  # type: ignore[misc]
    """`Stepper(plan, schedule, **what transformers' Trainer takes)`."""

    def __init__(self, plan: TrainingPlan, schedule: Schedule, **trainer: Any) -> None:
        self.sampler = EpochSampler(schedule)
        self._encoder_decoder = plan.encoder_decoder
        self._use_cache = trainer["model"].config.use_cache
        super().__init__(**trainer)
        self.rounds = Rounds(plan, schedule, self.sampler)
        self.validating = Validating(plan, self.model, self.rounds, self.write) if plan.questions else None
        self.remove_callback(PrinterCallback)
        if self.validating:
            # Before the others: they look whether a step is the last, and it may make it that.
            self.add_callback(self.validating)
        self.add_callback(self.rounds)
        self.add_callback(Saving(plan))

    def _get_train_sampler(self, train_dataset: Any = None) -> EpochSampler:
        return self.sampler

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Per target token of the optimizer step, of all ranks; Trainer's own where the model sees to that itself."""
        if return_outputs or num_items_in_batch is None or not self._encoder_decoder:
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        # Ranks' gradients are averaged afterwards, hence their number.
        total = summed_loss(model, self.accelerator.unwrap_model(model), inputs)
        return total * self.accelerator.num_processes / num_items_in_batch

    def write(self, folder: Path) -> None:
        """The weights and the config as a checkpoint, or the adapter, in a new folder. All ranks take part, because
        under ZeRO-3 each holds a share of every weight."""
        if self.is_world_process_zero():
            shutil.rmtree(folder, ignore_errors=True)
        # Switched off by Trainer; exported like that, generation would be slow.
        trained_with, self.model.config.use_cache = self.model.config.use_cache, self._use_cache
        self.save_model(str(folder))
        self.model.config.use_cache = trained_with
        if self.is_world_process_zero():
            for pickle in folder.glob("*.bin"):
                pickle.unlink()

    def summary(self) -> dict[str, Any]:
        """steps, tokens, useful_tokens_per_second and final_loss, after training; and what the validations came to."""
        summary = self.rounds.summary(self.state)
        return summary | {"validation": self.validating.summary()} if self.validating else summary
