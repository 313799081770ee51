"""transformers' Trainer with our order of examples, our loss and our callbacks. Imports torch and transformers."""

from __future__ import annotations

from typing import Any

from transformers import Trainer
from transformers.trainer_callback import PrinterCallback

from pad_ray.student.loss import summed_loss
from pad_ray.student.order import Schedule
from pad_ray.student.plan import TrainingPlan
from pad_ray.student.rounds import Rounds
from pad_ray.student.sampler import EpochSampler
from pad_ray.student.saving import Saving
from pad_ray.student.streaming import Stream


class Stepper(Trainer):  # type: ignore[misc]
    """`Stepper(plan, order, **what transformers' Trainer takes)`."""

    def __init__(self, plan: TrainingPlan, order: Schedule | Stream, **trainer: Any) -> None:
        self._stream = order if isinstance(order, Stream) else None
        self.sampler = order if isinstance(order, Stream) else EpochSampler(order)
        schedule = order.schedule if isinstance(order, Stream) else order
        self._encoder_decoder = plan.encoder_decoder
        super().__init__(**trainer)
        self.rounds = Rounds(plan, schedule, self.sampler)
        self.remove_callback(PrinterCallback)
        self.add_callback(self.rounds)
        self.add_callback(Saving(plan))
        if self._stream:
            self.add_callback(self._stream)

    def _get_train_sampler(self, train_dataset: Any = None) -> EpochSampler | Stream:
        return self.sampler

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
        """Trainer's own, or that of a stream."""
        if self._stream is None:
            return super().create_scheduler(num_training_steps, optimizer)
        if self.lr_scheduler is None:
            self.lr_scheduler: Any = self._stream.scheduler(optimizer or self.optimizer)
            self._created_lr_scheduler = True
        return self.lr_scheduler

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Per target token of the optimizer step, of all ranks; Trainer's own where the model sees to that itself."""
        if return_outputs or num_items_in_batch is None or not self._encoder_decoder:
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        # Ranks' gradients are averaged afterwards, hence their number.
        total = summed_loss(model, self.accelerator.unwrap_model(model), inputs)
        return total * self.accelerator.num_processes / num_items_in_batch

    def summary(self) -> dict[str, Any]:
        """steps, tokens, useful_tokens_per_second and final_loss, after training."""
        return self.rounds.summary(self.state)
