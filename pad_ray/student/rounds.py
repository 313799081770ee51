"""What is said and written down around the steps: clocks, progress, TensorBoard. Imports torch and transformers."""

from __future__ import annotations

import math
import time
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.integrations.integration_utils import TensorBoardCallback

from pad_ray.errors import TrainingError
from pad_ray.student.order import Schedule
from pad_ray.student.patience import Validation
from pad_ray.student.plan import TrainingPlan
from pad_ray.student.progress import say
from pad_ray.student.sampler import EpochSampler


class Rounds(TrainerCallback):  # type: ignore[misc]
    """Progress on the screen, in `progress.jsonl` and in TensorBoard; the order of each epoch in time."""

    def __init__(self, plan: TrainingPlan, schedule: Schedule, sampler: EpochSampler) -> None:
        self._plan, self._schedule, self._sampler = plan, schedule, sampler
        self._first_step, self._clock, self._stopped = 0, 0.0, 0.0
        self._tensorboard: TensorBoardCallback | None = None

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._first_step, self._clock = state.global_step, time.monotonic()
        if not state.is_world_process_zero:
            return
        from torch.utils.tensorboard import SummaryWriter

        # Entries of steps that a broken training had made beyond the savepoint are taken back.
        purge = self._first_step + 1 if self._first_step else None
        writer = SummaryWriter(str(self._plan.tensorboard_dir), purge_step=purge)
        self._tensorboard = TensorBoardCallback(writer)  # type: ignore[no-untyped-call]
        start_up = time.time() - self._plan.started
        message = f"training starts after {start_up:.1f} s"
        say(self._plan.out_dir, {"message": message, "step": self._first_step, "start_up_seconds": start_up})

    def on_epoch_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._sampler.epoch = state.global_step // self._schedule.steps_per_epoch

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """An entry of progress at the last step too."""
        if control.should_training_stop:
            control.should_log = True

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **kwargs: Any,
    ) -> None:
        """Every rank has the same loss here, so all of them stop, or none.

        Raises:
            TrainingError: the loss is not finite.
        """
        if not logs or "loss" not in logs:
            return
        if not math.isfinite(logs["loss"]):
            raise TrainingError(
                f"the loss is {logs['loss']} at step {state.global_step}; lower student.learning_rate "
                f"({self._plan.learning_rate:g}), raise student.warmup_ratio, "
                f"or look at the base model {self._plan.model}"
            )
        if self._tensorboard is None:
            return
        self._tensorboard.on_log(args, state, control, logs)  # type: ignore[no-untyped-call]
        speed = self._tokens_per_second(state.global_step)
        last = state.global_step if control.should_training_stop else state.max_steps
        total = self._schedule.tokens_after(last)
        done = self._schedule.tokens_after(state.global_step)
        entry = {
            "step": state.global_step,
            "total": last,
            "loss": logs["loss"],
            "learning_rate": logs["learning_rate"],
            "tokens": done,
            "tokens_per_second": speed,
            "eta_seconds": (total - done) / speed,
        }
        say(self._plan.out_dir, entry)

    def validated(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, made: Validation
    ) -> None:
        """To be called on rank 0."""
        say(self._plan.out_dir, made.entry())
        if self._tensorboard is not None:
            logs = {"eval_accuracy": made.accuracy, "eval_ran": made.ran}  # `eval_`: a group of its own
            self._tensorboard.on_log(args, state, control, logs)  # type: ignore[no-untyped-call]

    def leave_out(self, seconds: float) -> None:
        """Seconds in which no step was taken, and which are not counted in tokens per second."""
        self._clock += seconds

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._stopped = time.monotonic()
        if self._tensorboard is not None:
            self._tensorboard.on_train_end(args, state, control)  # type: ignore[no-untyped-call]

    def _tokens_per_second(self, step: int) -> float:
        """Useful tokens per second of this process since training began in it, savepoints included, validations not."""
        tokens = self._schedule.tokens_after(step) - self._schedule.tokens_after(self._first_step)
        return tokens / max((self._stopped or time.monotonic()) - self._clock, 1e-9)

    def summary(self, state: TrainerState) -> dict[str, Any]:
        """See `Stepper.summary`. `final_loss` is the mean over the steps since the entry before the last."""
        losses = [entry["loss"] for entry in state.log_history if "loss" in entry]
        return {
            "steps": state.global_step,
            "tokens": self._schedule.tokens_after(state.global_step),
            "useful_tokens_per_second": self._tokens_per_second(state.global_step),
            "final_loss": losses[-1],
        }
