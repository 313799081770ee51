"""Savepoints: the states (weights, optimizer, schedule, random numbers) from which a broken training goes on.

Every rank writes its files of `checkpoint-<step>/`, flushes them and then seals them: `seal-<rank>.json` names them
with their sizes and checksums, and the number of ranks. A savepoint counts once the seals of all its ranks are there
and every file has its size; the checksums are compared before it is used. (The files are pickles; they are only ever
read from the training's own folder, where we wrote them.)
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pad_ray.shards.files import commit_json, sha256, sync

PREFIX = "checkpoint-"
"""transformers' own name for these folders."""

SEAL = "seal-{rank}.json"

KEPT = 2
"""Savepoints kept: the newest, and the one before in case the newest turns out damaged."""

HASHERS = 4
"""Files that a rank checksums at a time; hashlib lets go of the interpreter's lock."""


@dataclass(frozen=True, slots=True)
class Savepoint:
    """A whole one."""

    path: Path
    ranks: int
    """Ranks that it was made on."""
    checksums: dict[str, str]
    """sha256 of every file, by its name relative to `path`."""

    @property
    def step(self) -> int:
        """Optimizer steps done."""
        return step_of(self.path)


@dataclass(frozen=True, slots=True)
class Search:
    """What was found in a folder of savepoints."""

    newest: Savepoint | None
    """The newest whole one."""
    broken: list[Path] = field(default_factory=list)
    """Newer ones that are not whole."""

    @property
    def step(self) -> int:
        """Optimizer steps done at the newest whole one; 0 where there is none."""
        return self.newest.step if self.newest else 0


def step_of(path: Path) -> int:
    """Optimizer steps done at a savepoint, by its name."""
    return int(path.name.removeprefix(PREFIX))


def small_files(path: Path, rank: int) -> list[Path]:
    """Of the files that transformers and DeepSpeed write themselves, those of a rank: its random numbers, and what it
    offloaded to files; on rank 0 also the schedule, the state of the Trainer and the name of the newest states.
    """
    of_ranks = {f"rng_state_{rank}.pth"} | ({"rng_state.pth"} if rank == 0 else set())
    shared = [p for p in path.glob("*") if p.is_file() and not p.name.startswith((".", "rng_state", "seal-"))]
    offloaded = [p for p in path.glob(f"global_step*/offloaded_tensors/rank{rank:02d}/**/*") if p.is_file()]
    return [p for name in sorted(of_ranks) if (p := path / name).is_file()] + (shared if rank == 0 else []) + offloaded


def seal(path: Path, files: Iterable[Path], *, rank: int, ranks: int) -> None:
    """Flush the files of a rank in the savepoint `path` and record them. To be called once, when they are written.

    Raises:
        OSError: a file cannot be flushed.
        ShardError: the disk is full.
    """
    files = sorted(files)
    for file in files:
        sync(file)
    for folder in sorted({path.parent, path, *(file.parent for file in files)}):
        sync(folder)
    named = {str(p.relative_to(path)): {"bytes": p.stat().st_size, "sha256": sha256(p)} for p in files}
    commit_json(path / SEAL.format(rank=rank), {"ranks": ranks, "files": named})


def read(path: Path) -> Savepoint | None:
    """The savepoint at `path`; None where a seal is missing, or a file that it names, or has another size."""
    try:
        seals: list[dict[str, Any]] = [json.loads(p.read_bytes()) for p in path.glob(SEAL.format(rank="*"))]
        ranks = {of_rank["ranks"] for of_rank in seals}
        files = {name: file for of_rank in seals for name, file in of_rank["files"].items()}
        if ranks != {len(seals)} or any((path / name).stat().st_size != file["bytes"] for name, file in files.items()):
            return None
        return Savepoint(path, len(seals), {name: file["sha256"] for name, file in files.items()})
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError, AttributeError):
        return None  # the last four: a seal in which bytes have changed


def search(folder: Path) -> Search:
    """Look for the newest whole savepoint in `folder`."""
    broken: list[Path] = []
    for path in _newest_first(folder):
        if found := read(path):
            return Search(found, broken)
        broken.append(path)
    return Search(None, broken)


def _newest_first(folder: Path) -> list[Path]:
    found = [p for p in folder.glob(f"{PREFIX}*") if p.name.removeprefix(PREFIX).isdigit()]
    return sorted(found, key=step_of, reverse=True)


def damaged_file(savepoint: Savepoint, *, rank: int = 0, ranks: int = 1) -> str | None:
    """The first file that is not what was sealed; None if all are. Each of `ranks` looks at its share of the files."""
    names = sorted(savepoint.checksums)[rank::ranks]
    with ThreadPoolExecutor(HASHERS) as hashers:
        sums = hashers.map(lambda name: sha256(savepoint.path / name), names)
        return next((n for n, found in zip(names, sums, strict=True) if found != savepoint.checksums[n]), None)


def discard(paths: Iterable[Path]) -> None:
    """Remove savepoints; broken ones, so that they are not mixed into new ones."""
    for path in paths:
        shutil.rmtree(path)


def rotate(folder: Path) -> None:
    """Remove what is older than the `KEPT` newest whole savepoints; with fewer whole ones, nothing."""
    paths = _newest_first(folder)
    whole = [path for path in paths if read(path)][:KEPT]
    if len(whole) == KEPT:
        discard(paths[paths.index(whole[-1]) + 1 :])
