"""A rank's side of a training on a synthesis that goes on. Imports torch and transformers.

Each rank reads the next segment when it has dealt out the one before, and waits where it is not there yet. The data
loader fetches one micro-batch ahead: a step that ends a segment is taken when the next segment has come.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import torch.distributed as dist
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import Sampler
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from pad_ray.student import decay
from pad_ray.student.cursor import Cursor
from pad_ray.student.dealing import Dealing
from pad_ray.student.plan import TrainingPlan
from pad_ray.student.progress import say
from pad_ray.student.segments import SegmentedCorpus
from pad_ray.student.streamed import ENDLESS
from pad_ray.student.watchdog import Watchdog

LOOK_SECONDS = 0.5
"""Between two looks for the next segment; the other ranks wait for the one that looks last."""

SAY_SECONDS = 60.0
"""Between two messages of a rank that waits."""

HALT_STEPS = 5
"""Optimizer steps between two looks whether the training is to stop: each costs a broadcast."""


class Stream(TrainerCallback, Sampler[Any]):  # type: ignore[misc]
    """The order of the examples, read as it comes, and where the training ends."""

    def __init__(self, plan: TrainingPlan, corpus: SegmentedCorpus, watch: Watchdog) -> None:
        """`begin` before the first step."""
        self._plan, self._corpus, self._watch = plan, corpus, watch
        self._state = TrainerState()
        self._control = TrainerControl()
        self.waited = 0.0
        """Seconds without a segment to train on, since the ranks were started."""
        self.stopped = False
        """The training was stopped before its end; no model is to be made of it."""

    def await_first(self) -> bool:
        """Wait for the first segment; False where the training is to stop before there is one."""
        return bool(self._corpus.segments) or self._next()

    def begin(self, cursor: Cursor, ranks: int) -> Stream:
        """To be called once the first segment is there, before anything below."""
        self.schedule, self._ranks = cursor.streamed(self._corpus), ranks
        self.accumulation = Dealing(self.schedule.parts[0].schedule, ranks).accumulation
        return self

    def scheduler(self, optimizer: Optimizer) -> LambdaLR:
        """The learning rate. A function and no object: LambdaLR would put an object's fields into the savepoints."""
        schedule, warmup = self.schedule, self._corpus.segments[0].warmup_steps

        def rate(done: int) -> float:
            return decay.rate(
                done,
                warmup=warmup,
                begins=schedule.decay_begins,
                total=schedule.total_steps,
                shape=self._plan.config.lr_scheduler,
            )

        return LambdaLR(optimizer, rate)

    def __iter__(self) -> Iterator[Any]:
        """Entries as `sampler.EpochSampler` gives them, of all passes one after the other."""
        schedule, number = self.schedule, 0
        while number < len(schedule.parts) or self._more():
            part = schedule.parts[number]
            for epoch in range(part.passes):
                yield from part.entries(epoch, self._ranks)
            number += 1

    def _more(self) -> bool:
        """Wait for another part of the schedule; False if there is none, or the training is to stop."""
        schedule, corpus = self.schedule, self._corpus
        known = len(schedule.parts)
        if schedule.total_steps is None:
            if self._next():
                schedule.add(corpus.parts[-1].lengths, last=corpus.segments[-1].last)
            elif corpus.ended:
                schedule.close()
        if corpus.halted and self._state.global_step >= schedule.known_steps:
            # There is no step left at whose end it could stop.
            self.stopped = self._control.should_training_stop = True
        return len(schedule.parts) > known

    def _next(self) -> bool:
        """Wait until there is another segment, or will be none."""
        corpus, began, said = self._corpus, time.monotonic(), 0.0
        with self._watch.excused("waiting for the synthesis", None):
            while not (found := corpus.grow()) and not corpus.ended and not corpus.halted:
                time.sleep(LOOK_SECONDS)
                waited = time.monotonic() - began
                if waited - said >= SAY_SECONDS:
                    said = waited
                    self._say_waiting(waited)
        self.waited += time.monotonic() - began
        return found is not None

    def _say_waiting(self, seconds: float) -> None:
        if dist.get_rank() == 0:
            count = len(self._corpus.segments)
            message = f"waiting for the synthesis: {count} segment{'' if count == 1 else 's'} so far"
            entry = {"message": message, "step": self._state.global_step, "waiting_seconds": seconds}
            say(self._plan.out_dir, entry)

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._state, self._control = state, control

    def on_step_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """With the last segment the end is known, by which Trainer and the other callbacks go."""
        state.max_steps = self.schedule.total_steps or ENDLESS

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """All ranks stop at the same step: that which rank 0 says, or the last before a segment that never came."""
        stop = self._corpus.halted
        if not stop and state.global_step % HALT_STEPS == 0:
            seen = [self._corpus.halt_is_asked()]
            dist.broadcast_object_list(seen, src=0)
            stop = seen[0]
        if stop and state.global_step < state.max_steps:
            self.stopped = control.should_save = control.should_log = control.should_training_stop = True
