"""The manifest of a folder of shards: whose they are, and what they sum up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pad_ray.errors import RunDirectoryError
from pad_ray.shards.files import commit_json, read_json
from pad_ray.shards.writer import ShardRecord

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over shards of judged programs."""

    questions: int = 0
    programs: int = 0
    tokens: int = 0
    prompt_tokens: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    """In which a shard was worked on: engine start-up and the pauses between attempts are not in it."""

    @property
    def right(self) -> int:
        return self.statuses.get("right", 0)

    @property
    def yield_(self) -> float:
        """Share of programs that are right; 0 without programs."""
        return self.right / self.programs if self.programs else 0.0


def total(records: Sequence[ShardRecord]) -> Totals:
    """Sum the records of shards of judged programs."""
    statuses: Counter[str] = Counter()
    for record in records:
        statuses.update(record.statuses)
    return Totals(
        questions=sum(r.questions for r in records),
        programs=sum(r.rows for r in records),
        tokens=sum(r.tokens for r in records),
        prompt_tokens=sum(r.prompt_tokens for r in records),
        statuses=dict(sorted(statuses.items())),
        seconds=_covered((r.started, r.finished) for r in records),
    )


def _covered(spans: Iterable[tuple[float, float]]) -> float:
    """Length of the union of `(start, end)` spans: shards are worked on side by side."""
    covered, reached = 0.0, 0.0
    for start, end in sorted(spans):
        covered += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return covered


def claim(folder: Path, identity: dict[str, Any]) -> bool:
    """Make `folder` belong to `identity`; True if it already did, so that what is in it may be kept.

    A start that was refused or killed before its first shard leaves a claim that holds nobody up.

    Raises:
        RunDirectoryError: if the folder holds something else's work; the message names what differs.
    """
    path = folder / MANIFEST
    if not path.exists():
        # A claim that was killed half-way leaves a temporary file of ours, a lock its own.
        if folder.exists() and any(not inside.name.startswith(".") for inside in folder.iterdir()):
            raise RunDirectoryError(f"{folder}: not empty and not made by pad-ray; choose another folder")
        commit_json(path, {"identity": identity})
        return False
    known = read_json(path).get("identity", {})
    if known != identity and not any((folder / "shards").glob("*.json")):
        commit_json(path, {"identity": identity})
        return False
    if known != identity:
        differing = sorted(key for key in known.keys() | identity.keys() if known.get(key) != identity.get(key))
        changes = "; ".join(f"{key} was {known.get(key)!r}, is {identity.get(key)!r}" for key in differing)
        raise RunDirectoryError(f"{folder}: holds other work ({changes}); choose another folder or the same settings")
    return True


def close(folder: Path, identity: dict[str, Any], records: Sequence[ShardRecord]) -> None:
    """Record the finished folder: identity, counts and the checksum of every shard."""
    totals = total(records)
    commit_json(
        folder / MANIFEST,
        {
            "identity": identity,
            "complete": True,
            "questions": totals.questions,
            "programs": totals.programs,
            "statuses": totals.statuses,
            "tokens": totals.tokens,
            "shards": {record.file: record.sha256 for record in records},
        },
    )
