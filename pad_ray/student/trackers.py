"""Where the entries of progress go besides the screen and `progress.jsonl`: TensorBoard, Weights & Biases.

TensorBoard's files are written by rank 0, beside the training. Weights & Biases is spoken to by the process that called
`train_student`: that is where its key is, which no rank, log or setting then needs to have.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pad_ray.config import StudentConfig
from pad_ray.errors import ConfigError
from pad_ray.shards.files import commit_json

WANDB_FILE = "wandb.json"
"""In the folder of a training: the id under which Weights & Biases knows it, so that a later call goes on with it."""

WANDB_PROJECT = "pad_ray"
"""Where WANDB_PROJECT does not say otherwise."""

KEYLESS_MODES = ("offline", "disabled", "dryrun")
"""Values of WANDB_MODE with which no key is needed."""

NO_FIGURES = frozenset({"step", "total"})
"""Keys of an entry that are not curves."""


def check_trackers(config: StudentConfig, environment: Mapping[str, str] = os.environ) -> None:
    """Refuse what could not be logged to.

    Raises:
        ConfigError: says what is missing.
    """
    if "wandb" not in config.log_to:
        return
    if find_spec("wandb") is None:
        raise ConfigError(
            "student.log_to: wandb is not installed; pip install 'pad-ray[wandb]', or set log_to to [tensorboard]"
        )
    if not environment.get("WANDB_API_KEY") and environment.get("WANDB_MODE") not in KEYLESS_MODES:
        raise ConfigError(
            "student.log_to: wandb needs a key; set WANDB_API_KEY, or WANDB_MODE=offline to log into a folder"
        )


def figures(entry: Mapping[str, Any]) -> dict[str, float]:
    """What of an entry is a curve."""
    return {
        name: float(value)
        for name, value in entry.items()
        if name not in NO_FIGURES and isinstance(value, int | float) and not isinstance(value, bool)
    }


class TensorBoard:
    """The entries of a training as curves `train/...`."""

    def __init__(self, folder: Path, *, first_step: int) -> None:
        """`first_step`: entries beyond it were made by a start of the ranks that broke off, and are taken back."""
        from torch.utils.tensorboard import SummaryWriter

        self._writer = SummaryWriter(str(folder), purge_step=first_step + 1 if first_step else None)

    def log(self, entry: Mapping[str, Any]) -> None:
        for name, value in figures(entry).items():
            self._writer.add_scalar(f"train/{name}", value, entry["step"])
        self._writer.flush()

    def close(self) -> None:
        self._writer.close()


@contextmanager
def wandb_run(out_dir: Path, config: StudentConfig) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Gives a function that logs an entry; one that does nothing where `config` does not ask for it.

    Raises:
        ConfigError: Weights & Biases does not take the run (no network, a wrong key).
    """
    if "wandb" not in config.log_to:
        yield lambda entry: None
        return
    import wandb

    settings = wandb.Settings(silent=True, console="off", save_code=False, disable_git=True, x_disable_stats=True)
    try:
        run = wandb.init(
            project=os.environ.get("WANDB_PROJECT", WANDB_PROJECT),
            id=_run_id(out_dir),
            resume="allow",
            name=f"{out_dir.parent.name}/{out_dir.name}",
            dir=str(out_dir),
            config=config.model_dump(mode="json"),
            settings=settings,
        )
    except (wandb.errors.Error, OSError) as error:
        raise ConfigError(
            f"student.log_to: wandb cannot be reached ({' '.join(str(error).split())[:200]}); "
            "look at WANDB_API_KEY and the network, or set WANDB_MODE=offline"
        ) from None
    # Its own count of steps may only rise, and a training that goes on from a savepoint does some again.
    run.define_metric("step")
    run.define_metric("*", step_metric="step")
    failed = True
    try:
        yield lambda entry: run.log({"step": entry["step"], **figures(entry)}) if figures(entry) else None
        failed = False
    finally:
        run.finish(exit_code=int(failed))


def _run_id(out_dir: Path) -> str:
    path = out_dir / WANDB_FILE
    if not path.exists():
        commit_json(path, {"id": secrets.token_hex(8)})
    known: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return known["id"]
