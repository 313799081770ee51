"""Whose folder a training's folder is: what decides the weights is recorded in it, and compared from then on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pad_ray.changes import changes, leaves
from pad_ray.config import StudentConfig
from pad_ray.config.earlier import completed
from pad_ray.errors import ConfigError, RunDirectoryError
from pad_ray.shards.files import commit_json, fingerprint_of
from pad_ray.student.checkpoint import checkpoint_fingerprint

RUN_FILE = "run.json"

SPECIAL = "*?[]+(){}^$|\\"
"""Characters with a meaning in glob patterns or regular expressions."""

NO_INFLUENCE = {
    "model",
    "workers",
    "offload_folder",
    "checkpoint_steps",
    "log_to",
    "hang_minutes",
    "epochs",
    "learning_rate",
    "max_source_tokens",
    "max_target_tokens",
    "validation",
}
"""Settings outside the fingerprint: where things lie and how often they are saved changes no weight, and on another
number of ranks a training goes on with the steps that it began with; the others go in by the values that count, or by
the corpus."""


def check_folder(out_dir: Path) -> None:
    """Refuse a folder in which DeepSpeed and transformers would not find their own files: they look for them by
    patterns into which the path goes as it is.

    Raises:
        ConfigError: names the characters.
    """
    found = sorted(set(str(out_dir.absolute())) & set(SPECIAL))
    if found:
        raise ConfigError(
            f"run_dir {out_dir}: a training could not go on from savepoints in a path with {' '.join(found)}; "
            "choose one without"
        )


def training_content(
    corpus: str, base: Path, config: StudentConfig, seed: int, epochs: float | None, learning_rate: float | None
) -> dict[str, Any]:
    """All that decides the weights that come out, as `train_student` is given it; `corpus`: its fingerprint."""
    return {
        "corpus": corpus,
        "model": checkpoint_fingerprint(base),
        "config": config.model_dump(mode="json", exclude=NO_INFLUENCE),
        "epochs": config.epochs if epochs is None else epochs,
        "learning_rate": config.learning_rate if learning_rate is None else learning_rate,
        "seed": seed,
    }


def differing(out_dir: Path, content: dict[str, Any]) -> list[str]:
    """In what the training that `out_dir` belongs to is another; nothing where it is none, or this one."""
    path = out_dir / RUN_FILE
    if not path.exists():
        return []
    there = json.loads(path.read_text(encoding="utf-8"))
    # Through JSON, so that what is compared has the same types on both sides.
    ours = json.loads(json.dumps(content))
    names = sorted(key for key in {*there, *ours} if there.get(key) != ours.get(key))
    if "config" not in names:
        return names
    names.remove("config")
    before, now = ({"student": completed(StudentConfig, side["config"], "student.")} for side in (there, ours))
    changed = [change.key for change in changes(leaves(before), leaves(now))]
    return names + [key for key in changed if key.split(".")[1] not in NO_INFLUENCE]


def another_training(out_dir: Path, names: list[str]) -> RunDirectoryError:
    """The refusal of a folder whose training differs in `names`."""
    return RunDirectoryError(
        f"{out_dir} holds another training (differs in: {', '.join(names)}); give another folder or remove it"
    )


def claim(out_dir: Path, content: dict[str, Any]) -> str:
    """Make `out_dir` the folder of this training; returns the training's fingerprint.

    Raises:
        RunDirectoryError: it is the folder of another; says what differs.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    if names := differing(out_dir, content):
        raise another_training(out_dir, names)
    path = out_dir / RUN_FILE
    if not path.exists():
        commit_json(path, content)
    return recorded(path)


def recorded(path: Path) -> str:
    """Fingerprint of a training as it was recorded: by an earlier version, that is with fewer settings."""
    return fingerprint_of(json.loads(path.read_text(encoding="utf-8")))
