"""DeepSpeed's states of some ranks for another number of ranks: its universal checkpoint, a file per parameter.

"Universal Checkpointing: Efficient and Flexible Checkpointing for Large Scale Distributed Training",
https://arxiv.org/abs/2406.18820. It lies in the savepoint that it was made of until all ranks have read it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from argparse import Namespace
from pathlib import Path
from typing import Any

from pad_ray.config import StudentConfig
from pad_ray.errors import ConfigError, TrainingError
from pad_ray.shards.files import commit, replace_durably

FOLDER, LATEST_FILE = "universal", "latest_universal"
"""The second is DeepSpeed's name, for the file in which it looks up the first."""

UNFINISHED = ".universal.unfinished"
"""Folder in which it is made."""


def check_ranks(config: StudentConfig, made_on: int | None) -> None:
    """Refuse to go on from a savepoint whose states cannot be dealt to `config.workers` ranks.

    Args:
        made_on: ranks that it was made on; None: there is none.

    Raises:
        ConfigError: says what would be right.
    """
    if made_on not in (None, config.workers) and config.offload == "nvme":
        raise ConfigError(
            f"student.workers: the training has savepoints of {made_on} ranks, and states that are offloaded to files "
            f"(student.offload: nvme) cannot be dealt to {config.workers}; set it to {made_on}"
        )


def is_needed(config: StudentConfig, *, made_on: int, ranks: int) -> bool:
    """Without ZeRO every rank has the whole states, and the file of one serves any number."""
    return made_on != ranks and config.zero_stage > 0


def convert(savepoint: Path) -> None:
    """Make the universal checkpoint; one process does it, some 12 bytes per trained parameter on the disk.

    It is always made anew: of a start that was killed there may be a half, which is not worth telling apart.

    Raises:
        TrainingError: it cannot be written.
    """
    try:
        _convert(savepoint)
    except (OSError, RuntimeError) as error:
        discard(savepoint)
        raise TrainingError(
            f"savepoint {savepoint.name} cannot be made ready for another number of ranks "
            f"({' '.join(str(error).split())}); make room in {savepoint.parent}, or set student.workers back"
        ) from error


def _convert(savepoint: Path) -> None:
    from deepspeed.checkpoint import ds_to_universal

    states = savepoint / (savepoint / "latest").read_text().strip()
    unfinished = savepoint / UNFINISHED
    discard(savepoint)
    # One process: a fork of this one would have threads of NCCL or gloo missing. It reports on its standard output.
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        ds_to_universal.main(
            Namespace(
                input_folder=str(states),
                output_folder=str(unfinished / FOLDER),
                num_extract_workers=1,
                num_merge_workers=1,
                keep_temp_folder=False,
                strict=True,
                # A name for the version of the layout, which only Megatron's models leave in their states.
                inject_missing_state=True,
            )
        )
    replace_durably(unfinished / FOLDER, savepoint / FOLDER)
    shutil.rmtree(unfinished)
    commit(savepoint / LATEST_FILE, lambda file: file.write(FOLDER.encode()))


def discard(savepoint: Path) -> None:
    """Remove a universal checkpoint, whole or begun, if there is one; it is as large as the savepoint itself."""
    (savepoint / LATEST_FILE).unlink(missing_ok=True)
    for leftover in (savepoint / UNFINISHED, savepoint / FOLDER):
        shutil.rmtree(leftover, ignore_errors=True)


def settle(engine: Any, savepoint: Path) -> None:
    """Put right what the DeepSpeed engine has loaded in another way than it had saved it; then remove the checkpoint.

    It is the tensors that count steps. Under ZeRO-3 all parts of the parameters (`sub_group_size`) get one and
    the same, to which each of them then adds; under all stages it lies on the CPU, and torch's fused AdamW wants it
    beside the parameters.
    """
    import torch
    import torch.distributed as dist

    for parameter, state in engine.optimizer.optimizer.state.items():
        if isinstance(state.get("step"), torch.Tensor):
            state["step"] = state["step"].clone().to(parameter.device)
    dist.barrier()  # the others have read it too
    if dist.get_rank() == 0:
        discard(savepoint)
