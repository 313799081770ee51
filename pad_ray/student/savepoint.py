"""Savepoints: the states (weights, optimizer, schedule, random numbers) from which a broken training goes on.

transformers and DeepSpeed write `checkpoint-<step>/` file by file, from every rank. It counts only once it is sealed: a
seal names every file with its size, and is written after all ranks are done. (These files are pickles; they are only
ever read from the training's own folder, where we wrote them.)
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from pad_ray.shards.files import commit_json, sync

SEAL_FILE = "seal.json"
PREFIX = "checkpoint-"
"""transformers' own name for these folders."""

KEPT = 2
"""Savepoints kept: the newest, and the one before in case the newest turns out damaged."""


@dataclass(frozen=True, slots=True)
class Search:
    """What was found in a folder of savepoints."""

    newest: Path | None
    """The newest whole one."""
    broken: list[Path] = field(default_factory=list)
    """Newer ones that are not whole."""

    @property
    def step(self) -> int:
        """Optimizer steps done at the newest whole one; 0 where there is none."""
        return step_of(self.newest) if self.newest else 0


def step_of(savepoint: Path) -> int:
    """Optimizer steps done at a savepoint, by its name."""
    return int(savepoint.name.removeprefix(PREFIX))


def seal(savepoint: Path) -> None:
    """Record that every file of `savepoint` is on the disk. To be called once, when all ranks have written."""
    files = sorted(p for p in savepoint.rglob("*") if p.is_file() and p.name != SEAL_FILE)
    for file in files:
        sync(file)
    commit_json(savepoint / SEAL_FILE, {str(p.relative_to(savepoint)): p.stat().st_size for p in files})


def is_whole(savepoint: Path) -> bool:
    """Sealed, and every file has the size that the seal names."""
    try:
        sizes: dict[str, int] = json.loads((savepoint / SEAL_FILE).read_text(encoding="utf-8"))
        return all((savepoint / name).stat().st_size == size for name, size in sizes.items())
    except (FileNotFoundError, json.JSONDecodeError):
        return False


def search(folder: Path) -> Search:
    """Look for the newest whole savepoint in `folder`."""
    found = [p for p in folder.glob(f"{PREFIX}*") if p.name.removeprefix(PREFIX).isdigit()]
    broken: list[Path] = []
    for savepoint in sorted(found, key=step_of, reverse=True):
        if is_whole(savepoint):
            return Search(savepoint, broken)
        broken.append(savepoint)
    return Search(None, broken)


def discard(found: Search) -> None:
    """Remove the broken savepoints, so that they are neither counted among those kept nor mixed into new ones."""
    for savepoint in found.broken:
        shutil.rmtree(savepoint)
