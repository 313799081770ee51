"""transformers' Trainer with our order of examples, our loss and our callbacks. Imports torch and transformers."""

from __future__ import annotations

import time
from contextlib import nullcontext
from typing import Any

from transformers import Trainer
from transformers.trainer_callback import PrinterCallback

from pad_ray.student.bad_batch import Fed, MicroStep
from pad_ray.student.loss import summed_loss
from pad_ray.student.order import Schedule
from pad_ray.student.plan import TrainingPlan
from pad_ray.student.rounds import Rounds
from pad_ray.student.sampler import EpochSampler
from pad_ray.student.saving import Saving
from pad_ray.student.watchdog import Watchdog


class Stepper(Trainer):  # type: ignore[misc]
    """`Stepper(plan, schedule, watch, **what transformers' Trainer takes)`."""

    def __init__(self, plan: TrainingPlan, schedule: Schedule, watch: Watchdog, **trainer: Any) -> None:
        self.sampler, self.fed, self.watch = EpochSampler(schedule), Fed(trainer.pop("train_dataset")), watch
        self._encoder_decoder = plan.encoder_decoder
        self._counting, self._micro_steps, self._micro_step = 0.0, 0, 0
        super().__init__(train_dataset=self.fed, **trainer)
        self.rounds = Rounds(plan, schedule, self.sampler, self.fed)
        self.remove_callback(PrinterCallback)
        self.add_callback(self.rounds)
        self.add_callback(Saving(plan))

    def _get_train_sampler(self, train_dataset: Any = None) -> EpochSampler:
        return self.sampler

    def _at(self, what: str) -> None:
        self.watch.step = self.state.global_step
        self.watch.at(f"step {self.state.global_step + 1}, {what}")

    def get_batch_samples(self, epoch_iterator: Any, num_batches: int, device: Any) -> tuple[list[Any], Any]:
        """The time that it takes is counted, without that in which ranks tell each other how much they have read."""
        self._at("reading its batches")
        start, self._counting = time.monotonic(), 0.0
        batches, targets = super().get_batch_samples(epoch_iterator, num_batches, device)
        self.rounds.waited += time.monotonic() - start - self._counting
        self._micro_steps, self._micro_step = len(batches), 0
        return batches, targets

    def _get_num_items_in_batch(self, batch_samples: list[Any], device: Any) -> Any:
        self._at("counting its target tokens with the other ranks")
        start = time.monotonic()
        targets = super()._get_num_items_in_batch(batch_samples, device)
        self._counting = time.monotonic() - start
        return targets

    def training_step(self, model: Any, inputs: dict[str, Any], num_items_in_batch: Any = None) -> Any:
        self._micro_step += 1
        self._at(f"{self._of_step}, forward")
        loss = super().training_step(model, inputs, num_items_in_batch)
        step = MicroStep(self.state.global_step + 1, self._micro_step, self.fed.next(), loss)
        self.rounds.losses.keep(step)
        return loss

    @property
    def _of_step(self) -> str:
        return f"micro-step {self._micro_step} of {self._micro_steps}"

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Per target token of the optimizer step, of all ranks; Trainer's own where the model sees to that itself."""
        if return_outputs or num_items_in_batch is None or not self._encoder_decoder:
            loss = super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        else:
            # Ranks' gradients are averaged afterwards, hence their number.
            total = summed_loss(model, self.accelerator.unwrap_model(model), inputs)
            loss = total * self.accelerator.num_processes / num_items_in_batch
        self._at(f"{self._of_step}, backward")  # DeepSpeed's update is in it
        return loss

    def _maybe_log_save_evaluate(self, *args: Any, **kwargs: Any) -> None:
        """After each step; a savepoint may take its time."""
        self.watch.settled()
        excused = self.watch.excused(f"step {self.state.global_step}, writing a savepoint")
        with excused if self.control.should_save else nullcontext():
            super()._maybe_log_save_evaluate(*args, **kwargs)

    def summary(self) -> dict[str, Any]:
        """steps, tokens, useful_tokens_per_second and final_loss, after training."""
        return self.rounds.summary(self.state)
