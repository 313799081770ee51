"""When savepoints are made, around the steps. Imports torch, transformers and DeepSpeed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch.distributed as dist
from deepspeed.runtime.checkpoint_engine.torch_checkpoint_engine import TorchCheckpointEngine
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from pad_ray.student import savepoint
from pad_ray.student.host import host_memory
from pad_ray.student.plan import TrainingPlan
from pad_ray.student.sealing import SavepointWriter, is_of_the_disk, remove, save, unwritable
from pad_ray.student.snapshot import Snapshot, state_bytes
from pad_ray.student.watchdog import Watchdog

HOST_SHARE = 0.5
"""Of the host memory that is free, what the copies of all ranks of a node may take. Where that is too little, states
are written at once, and training waits."""


class Copies(TorchCheckpointEngine):  # type: ignore[misc]
    """What DeepSpeed saves with: states are copied, and written by somebody else."""

    def __init__(self) -> None:
        super().__init__()
        self.states: dict[Path, Any] = {}
        self.written: list[Path] = []

    def save(self, state_dict: Any, path: str) -> None:
        free = host_memory().available / int(os.environ["LOCAL_WORLD_SIZE"])
        if state_bytes(state_dict) <= HOST_SHARE * free:
            self.states[Path(path)] = Snapshot()(state_dict)
        else:
            self.written.append(Path(path))
            save(state_dict, Path(path))


class Saving(TrainerCallback):  # type: ignore[misc]
    """Has savepoints written while training goes on, and notices when they cannot be."""

    def __init__(self, plan: TrainingPlan, watch: Watchdog) -> None:
        self._watch = watch
        self._folder, self._rank = plan.savepoints_dir, dist.get_rank()
        self._writer = SavepointWriter(self._folder, rank=self._rank, ranks=dist.get_world_size())

    @contextmanager
    def savepoint(self, engine: Any, step: int) -> Iterator[None]:
        """While Trainer saves: what the DeepSpeed engine saves is copied, and at the end on its way to the disk.

        Raises:
            TrainingError: it, or the one before, cannot be written.
        """
        path = self._folder / f"{savepoint.PREFIX}{step}"
        self._writer.wait()
        engine.checkpoint_engine = copies = Copies()
        try:
            yield
        except (OSError, RuntimeError) as error:
            if not is_of_the_disk(error):
                raise
            remove(copies.written)
            raise unwritable(path, error) from error
        self._writer.write(path, copies.states, copies.written + savepoint.small_files(path, self._rank))

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Trainer takes the interval from the savepoint that it goes on from."""
        state.save_steps = args.save_steps

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """No savepoint at the last step, since the model itself is written next."""
        self._writer.check()
        if state.global_step >= state.max_steps:
            control.should_save = False
        # Trainer logs before it saves, and a loss that is not a number ends the training when it is logged: weights
        # that are none any more never take the place of good ones.
        control.should_log |= control.should_save

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        with self._watch.excused("writing the last savepoint"):
            self._writer.wait()
            dist.barrier()
            self._writer.rotate()
