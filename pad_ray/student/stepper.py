"""transformers' Trainer with our order of examples, our loss and our callbacks. Imports torch and transformers."""

from __future__ import annotations

import shutil
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from transformers import Trainer
from transformers.trainer_callback import PrinterCallback

from pad_ray.student import universal
from pad_ray.student.bad_batch import Fed, MicroStep
from pad_ray.student.collator import computed_tokens
from pad_ray.student.dealing import Dealing
from pad_ray.student.flat import flat_loss
from pad_ray.student.loss import summed_loss
from pad_ray.student.plan import TrainingPlan
from pad_ray.student.rounds import Rounds
from pad_ray.student.sampler import EpochSampler
from pad_ray.student.saving import Saving
from pad_ray.student.streaming import Stream
from pad_ray.student.validation import Validating
from pad_ray.student.watchdog import Watchdog


class Stepper(Trainer):  # type: ignore[misc]
    """`Stepper(plan, order, watch, **what transformers' Trainer takes)`."""

    def __init__(self, plan: TrainingPlan, order: Dealing | Stream, watch: Watchdog, **trainer: Any) -> None:
        self._stream = order if isinstance(order, Stream) else None
        self.sampler = order if isinstance(order, Stream) else EpochSampler(order)
        self.fed, self.watch = Fed(trainer.pop("train_dataset")), watch
        self._encoder_decoder = plan.encoder_decoder
        self._use_cache = trainer["model"].config.use_cache
        self._counting, self._micro_steps, self._micro_step = 0.0, 0, 0
        super().__init__(train_dataset=self.fed, **trainer)
        self.rounds = Rounds(plan, order.schedule, self.sampler, self.fed)
        self.validating = Validating(plan, self.model, self.rounds, watch, self.write) if plan.questions else None
        self.remove_callback(PrinterCallback)
        if self.validating:
            # Before the others: they look whether a step is the last, and it may make it that.
            self.add_callback(self.validating)
        self.add_callback(self.rounds)
        self.saving = Saving(plan, watch)
        self.add_callback(self.saving)
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
        self.rounds.computed += computed_tokens(inputs, encoder_decoder=self._encoder_decoder)
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
        loss = self._loss(model, inputs, return_outputs, num_items_in_batch)
        self._at(f"{self._of_step}, backward")  # DeepSpeed's update is in it
        return loss

    def _loss(self, model: Any, inputs: dict[str, Any], return_outputs: bool, targets: Any) -> Any:
        if targets is not None and "logits_to_keep" in inputs:
            total = flat_loss(model, inputs)
        elif targets is not None and self._encoder_decoder:
            total = summed_loss(model, self.accelerator.unwrap_model(model), inputs)
        else:
            return super().compute_loss(model, inputs, return_outputs, targets)
        # Ranks' gradients are averaged afterwards, hence their number.
        return total * self.accelerator.num_processes / targets

    def _maybe_log_save_evaluate(self, *args: Any, **kwargs: Any) -> None:
        """After each step; a savepoint may take its time."""
        self.watch.settled()
        excused = self.watch.excused(f"step {self.state.global_step}, writing a savepoint")
        with excused if self.control.should_save else nullcontext():
            super()._maybe_log_save_evaluate(*args, **kwargs)

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
        """Of a finished training: steps, tokens, useful_tokens_per_second, useful_share and final_loss; and what the
        validations came to.
        """
        summary = self.rounds.summary(self.state)
        return summary | {"validation": self.validating.summary()} if self.validating else summary
