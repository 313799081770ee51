"""What is said and written down around the steps: clocks, progress, TensorBoard. Imports torch and transformers."""

from __future__ import annotations

import math
import time
from typing import Any

import psutil
import torch
import torch.distributed as dist
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from pad_ray.errors import TrainingError
from pad_ray.student import bad_batch
from pad_ray.student.bad_batch import Fed, Losses
from pad_ray.student.checkpoint import anatomy_of
from pad_ray.student.mapped import corpus_record
from pad_ray.student.order import Schedule
from pad_ray.student.patience import Validation
from pad_ray.student.peaks import data_sheet_peak, measured_peak
from pad_ray.student.plan import TrainingPlan
from pad_ray.student.progress import say
from pad_ray.student.sampler import EpochSampler
from pad_ray.student.segments import segment_dir
from pad_ray.student.streamed import ENDLESS, StreamedSchedule
from pad_ray.student.streaming import Stream
from pad_ray.student.throughput import Reading, Throughput
from pad_ray.student.tokenizer import load_tokenizer
from pad_ray.student.trackers import TensorBoard
from pad_ray.student.work import recorded, work


class Rounds(TrainerCallback):  # type: ignore[misc]
    """Progress on the screen, in `progress.jsonl` and in TensorBoard; the order of each epoch in time; the end of a
    training that has lost its numbers.
    """

    def __init__(
        self, plan: TrainingPlan, schedule: Schedule | StreamedSchedule, sampler: EpochSampler | Stream, fed: Fed
    ) -> None:
        self._plan, self._schedule, self._sampler, self._fed = plan, schedule, sampler, fed
        self._first_step, self._clock, self._stopped, self._waited_before = 0, 0.0, 0.0, 0.0
        self._throughput: Throughput | None = None
        self._tensorboard: TensorBoard | None = None
        self.losses = Losses()
        """Of the steps since the last entry of progress."""
        self.waited = 0.0
        """Seconds for which this rank had no batch to compute on."""
        self.computed = 0
        """Tokens that this rank has computed on, padding included."""
        self._useful_share = 1.0

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        peak = self._peak(args.device)
        self._first_step, self._clock = state.global_step, time.monotonic()
        self._waited_before = self._sampler.waited
        if not state.is_world_process_zero:
            return
        # Of a stream the first segment stands for all.
        where = self._plan.corpus_dir
        corpus = recorded(corpus_record(segment_dir(where, 0) if self._plan.config.stream else where))
        flops = work(anatomy_of(self._plan.model), self._plan.config, corpus).flops_per_token
        self._throughput = Throughput(flops_per_token=flops, peak=peak)
        if "tensorboard" in self._plan.config.log_to:
            self._tensorboard = TensorBoard(self._plan.tensorboard_dir, first_step=self._first_step)
        start_up = time.time() - self._plan.started
        message = f"training starts after {start_up:.1f} s"
        said = {"message": message, "step": self._first_step, "start_up_seconds": start_up, "peak_flops": peak}
        say(self._plan.out_dir, said)

    def _peak(self, device: torch.device) -> float | None:
        """FLOP/s of all ranks together: by the data sheet of their GPUs, or measured, on all of them at once."""
        ranks: int = dist.get_world_size()
        if device.type == "cuda":
            one = data_sheet_peak(torch.cuda.get_device_name(device), self._plan.config.precision)
            # With TF32, which we leave as it is set, fp32 products are made where the data sheet's figure is not of.
            if one is None or (self._plan.config.precision == "fp32" and torch.backends.cuda.matmul.allow_tf32):
                return None
            return one * ranks
        dist.barrier()
        measured = torch.tensor(measured_peak(self._plan.config.precision), dtype=torch.float64)
        dist.all_reduce(measured)
        return float(measured)

    def on_epoch_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._fed.forget()
        if isinstance(self._schedule, Schedule) and isinstance(self._sampler, EpochSampler):
            self._sampler.epoch = state.global_step // self._schedule.steps_per_epoch

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """An entry of progress at the last step too.

        Raises:
            TrainingError: the gradient of this step is not finite: DeepSpeed has left its update out, on all ranks.
        """
        if getattr(kwargs.get("optimizer"), "step_was_skipped", False):
            raise TrainingError(self._lost(state.global_step, "the gradient is not a number"))
        if state.global_step >= state.max_steps:
            control.should_log = True

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **kwargs: Any,
    ) -> None:
        """Every rank has the same loss and norm here, so all of them stop, or none.

        Raises:
            TrainingError: one of them is not finite.
        """
        if not logs or "loss" not in logs:
            return
        if not all(math.isfinite(logs[name]) for name in ("loss", "grad_norm") if name in logs):
            norm = logs.get("grad_norm")
            what = (
                f"the loss is {logs['loss']}" if not math.isfinite(logs["loss"]) else f"the gradient's norm is {norm}"
            )
            raise TrainingError(self._lost(state.global_step, what, norm))
        self.losses.clear()
        waited, memory, reserved, computed = self._of_ranks(args.device)
        if self._throughput is None:
            return
        total = None if state.max_steps == ENDLESS else state.max_steps
        done = self._schedule.tokens_after(state.global_step)
        since = done - self._schedule.tokens_after(self._first_step)
        reading = Reading(time.monotonic() - self._clock, since, waited, int(computed))
        left = None if total is None else self._schedule.tokens_after(total) - done
        pace = self._throughput.read(reading, tokens_left=left)
        self._useful_share = pace.useful_share
        entry: dict[str, Any] = {
            "step": state.global_step,
            "total": total,
            "tokens": done,
            "tokens_per_second": pace.tokens_per_second,
            "mean_tokens_per_second": pace.mean_tokens_per_second,
            "mfu": pace.mfu,
            "data_wait": pace.data_wait,
            "useful_share": pace.useful_share,
            "memory_bytes": int(memory),
            "eta_seconds": pace.eta_seconds,
        }
        entry |= {name: logs[name] for name in ("loss", "learning_rate", "grad_norm", "epoch") if name in logs}
        if self._plan.gpus:
            entry["memory_reserved_bytes"] = int(reserved)
        if self._tensorboard is not None:
            self._tensorboard.log(entry)
        say(self._plan.out_dir, entry)

    def validated(self, made: Validation) -> None:
        """To be called on rank 0."""
        say(self._plan.out_dir, made.entry())
        if self._tensorboard is not None:
            self._tensorboard.log(made.entry(), "validation")

    def leave_out(self, seconds: float) -> None:
        """Seconds in which no step was taken, and which are not counted in tokens per second."""
        self._clock += seconds

    def _of_ranks(self, device: torch.device) -> list[float]:
        """Of all ranks the most seconds waited for batches, the most bytes of memory (allocated and reserved on a GPU
        at the worst moment yet, or resident in the host's memory now), and all tokens computed on.
        """
        if device.type == "cuda":
            memory, reserved = torch.cuda.max_memory_allocated(device), torch.cuda.max_memory_reserved(device)
        else:
            memory, reserved = psutil.Process().memory_info().rss, 0
        values = torch.tensor([self.waited, memory, reserved], dtype=torch.float64, device=device)
        dist.all_reduce(values, op=dist.ReduceOp.MAX)
        computed = torch.tensor([self.computed], dtype=torch.float64, device=device)
        dist.all_reduce(computed)
        gathered: list[float] = [*values.tolist(), *computed.tolist()]
        return gathered

    def _lost(self, step: int, what: str, norm: float | None = None) -> str:
        """One line for a training whose numbers are none any more; each rank at which that began saves its batch.

        Args:
            what: is no number, as far as this rank sees it.
        """
        out_dir, rank = self._plan.out_dir, dist.get_rank()
        bad = self.losses.first_bad()
        found: list[tuple[int, float] | None] = [None] * dist.get_world_size()
        dist.all_gather_object(found, (bad.step, bad.loss.item()) if bad else None)
        steps = [of_rank[0] if of_rank else None for of_rank in found]
        ranks = bad_batch.bad_ranks(steps)
        if bad and rank in ranks:
            bad_batch.save(
                out_dir,
                rank,
                bad,
                self._fed.rows,
                load_tokenizer(str(self._plan.model)),
                encoder_decoder=self._plan.encoder_decoder,
                gradient_norm=norm if bad.step == step else None,
            )
        dist.barrier()  # files that are named are there
        if ranks:
            first, loss = min(of_rank for of_rank in found if of_rank)
            what = f"the loss is {loss}"
            files = ", ".join(bad_batch.file_name(bad_rank) for bad_rank in ranks[:3]) + (" ..." if ranks[3:] else "")
            where = f"it began at step {first}, with the batch in {out_dir}: {files}"
        else:
            where = "no batch's own loss is: it overflowed in the backward pass or the update"
        return (
            f"{what} at step {step}; lower student.learning_rate ({self._plan.learning_rate:g}), raise "
            f"student.warmup_ratio, or look at the base model {self._plan.model}; {where}"
        )

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._stopped = time.monotonic()
        if self._tensorboard is not None:
            self._tensorboard.close()

    def _tokens_per_second(self, step: int) -> float:
        """Useful tokens per second of this process since training began in it; savepoints included, validations and
        waiting for the synthesis not."""
        tokens = self._schedule.tokens_after(step) - self._schedule.tokens_after(self._first_step)
        seconds = (self._stopped or time.monotonic()) - self._clock - (self._sampler.waited - self._waited_before)
        return tokens / max(seconds, 1e-9)

    def summary(self, state: TrainerState) -> dict[str, Any]:
        """See `Stepper.summary`. `final_loss` is the mean over the steps since the entry before the last."""
        losses = [entry["loss"] for entry in state.log_history if "loss" in entry]
        return {
            "steps": state.global_step,
            "tokens": self._schedule.tokens_after(state.global_step),
            "useful_tokens_per_second": self._tokens_per_second(state.global_step),
            "final_loss": losses[-1],
            "useful_share": self._useful_share,
            "waited_seconds": self._sampler.waited,
        }
