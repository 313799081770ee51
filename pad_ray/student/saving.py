"""When savepoints are made and sealed, around the steps. Imports torch and transformers."""

from __future__ import annotations

from typing import Any

import torch.distributed as dist
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from pad_ray.student import savepoint
from pad_ray.student.plan import TrainingPlan


class Saving(TrainerCallback):  # type: ignore[misc]
    """Seals savepoints when all ranks have written theirs."""

    def __init__(self, plan: TrainingPlan) -> None:
        self._plan = plan

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """No savepoint at the last step, since the model itself is written next. One of a training that stops early
        would be gone on from, beyond that step."""
        if control.should_training_stop:
            control.should_save = False

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        dist.barrier()
        if state.is_world_process_zero:
            savepoint.seal(self._plan.savepoints_dir / f"{savepoint.PREFIX}{state.global_step}")
