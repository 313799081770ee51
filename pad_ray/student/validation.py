"""Validations around the steps: the student is asked, the best one is kept, the training may stop early. Imports torch
and transformers.

A validation comes before the savepoint of its step, and first the best student is in place, then its line in
`validations.jsonl`. A training that is killed anywhere goes on from a savepoint whose validations are all recorded, and
makes the later ones again. The best student that lies there may be of such a later step; it stays until there is one
that is as good.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch.distributed as dist
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from pad_ray.errors import SandboxError
from pad_ray.shards.files import commit_json
from pad_ray.student.answering import Answering
from pad_ray.student.checkpoint import put_in_place, restore
from pad_ray.student.history import History
from pad_ray.student.judging import Judge
from pad_ray.student.patience import Patience, Validation
from pad_ray.student.plan import TrainingPlan
from pad_ray.student.progress import say
from pad_ray.student.rounds import Rounds
from pad_ray.student.watchdog import Watchdog

RECORD_FILE = "validation.json"
"""In the folder of the best student: the validation that it was kept for."""


class Validating(TrainerCallback):  # type: ignore[misc]
    """Rank 0 judges and decides; what it decides is told to all ranks, which do the same."""

    def __init__(
        self, plan: TrainingPlan, model: Any, rounds: Rounds, watch: Watchdog, write: Callable[[Path], None]
    ) -> None:
        """`write`: writes the weights as a checkpoint into a folder; all ranks take part."""
        assert plan.config.validation is not None
        self._plan, self._every, self._most = plan, plan.config.validation.every_steps, plan.config.validation.patience
        self._rounds, self._watch, self._write = rounds, watch, write
        self._answering = Answering(plan, model)
        self._judge = Judge(plan.executor, plan.template)
        self._history = History(plan.validations_file)
        self._patience = Patience(self._most)
        self._stopped_early = False
        """Whether the training ended for the lack of a better student, on every rank."""
        self.has_best = False
        """Whether there is a best student, on every rank."""

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Take up what the training knew at the savepoint from which it goes on."""
        if state.is_world_process_zero:
            restore(self._plan.best_dir)
            best = self._best()
            self._patience = Patience(self._most, best["accuracy"] if best else None)
            made = self._history.go_on_from(state.global_step)
            self._patience.replay((entry["step"], entry["accuracy"]) for entry in made)
            self.has_best = best is not None
        self.has_best = _told(self.has_best)

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """At every so many steps, and at the last."""
        if state.global_step % self._every and state.global_step < state.max_steps:
            return
        started = time.monotonic()
        self._validate(state, control)
        self._rounds.leave_out(time.monotonic() - started)

    def _validate(self, state: TrainerState, control: TrainerControl) -> None:
        started = time.monotonic()
        place = f"step {state.global_step}, validation"
        self._watch.at(place)
        completions = self._answering.completions(lambda: self._watch.at(place))
        # Programs may loop, each until its limit, and all ranks but one wait for their verdicts.
        with self._watch.excused(f"{place}: verdicts", None):
            made = self._judged(state.global_step, completions, started) if state.is_world_process_zero else None
            keep = made is not None and self._patience.take(made.step, made.accuracy)
            keep, stop = _told((keep, self._patience.exhausted))
        if keep:
            with self._watch.excused(f"{place}: writing the best student"):
                self._keep(made)
        if made is not None:
            self._history.append(made.entry())
            self._rounds.validated(made)
        if stop and state.global_step < state.max_steps:
            # Trainer and the other callbacks go by the last step, so it is this one: there is no savepoint from which
            # the training would go on beyond it.
            state.max_steps = state.global_step
            control.should_training_stop = self._stopped_early = True
            if state.is_world_process_zero:
                self._say(f"training stops at step {state.global_step}: {self._patience.why}", state.global_step)

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._judge.close()

    def summary(self) -> dict[str, Any]:
        """best: the validation that the finished student was kept for; last: the last one. To be called on rank 0."""
        made = self._history.entries()
        return {"best": self._best(), "last": made[-1] if made else None, "stopped_early": self._stopped_early}

    def _judged(self, step: int, completions: list[str], started: float) -> Validation | None:
        """None if the sandbox fails: that says nothing of the student."""
        try:
            statuses = self._judge.statuses(self._plan.questions, completions)
        except SandboxError as error:
            self._say(f"validation at step {step} is left out, the sandbox failed: {error}", step)
            return None
        return Validation.of(step, statuses, time.monotonic() - started)

    def _keep(self, made: Validation | None) -> None:
        """Make the student as it is the best one; `made` is None but on rank 0."""
        unfinished = self._plan.best_dir.with_name(".best.unfinished")
        self._write(unfinished)
        if made is not None:
            commit_json(unfinished / RECORD_FILE, made.entry())
            put_in_place(unfinished, self._plan.best_dir)
        self.has_best = True

    def _best(self) -> dict[str, Any] | None:
        """The validation of the student in the folder of the best."""
        try:
            record: dict[str, Any] = json.loads((self._plan.best_dir / RECORD_FILE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return record

    def _say(self, message: str, step: int) -> None:
        say(self._plan.out_dir, {"message": message, "step": step, "urgent": True})


def _told(decided: Any) -> Any:
    """What rank 0 has decided, on every rank."""
    told = [decided]
    dist.broadcast_object_list(told, src=0)
    return told[0]
