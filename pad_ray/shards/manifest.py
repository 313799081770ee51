"""The manifest of a folder of shards: whose they are, and what they sum up to."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pad_ray.changes import changes, leaves, told
from pad_ray.errors import RunDirectoryError, ShardError
from pad_ray.shards.lease import BEAT_FILE
from pad_ray.shards.place import Place
from pad_ray.shards.reader import PREFIX, RECORD
from pad_ray.shards.sums import Sums
from pad_ray.shards.writer import ShardRecord

MANIFEST = "manifest.json"

SHARDS = "shards"
"""Folder of the shards, below the one that is claimed."""


@dataclass(frozen=True, slots=True)
class Totals(Sums):
    """Sums over shards of judged programs."""

    programs: int = 0
    tokens: int = 0
    """Completion tokens, without the wasted ones."""
    statuses: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    """In which a shard was worked on: engine start-up and the pauses between attempts are not in it."""
    cpu_seconds: float = 0.0
    attempts: int = 0
    """Of how many attempts there are shards; 0 where there are no attempts."""

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
        kept=sum(r.kept for r in records),
        satisfied=sum(r.satisfied for r in records),
        given_up=sum(r.given_up for r in records),
        failed=sum(r.failed for r in records),
        wasted_tokens=sum(r.wasted_tokens for r in records),
        dollars=math.fsum(r.dollars for r in records),
        cpu_seconds=math.fsum(r.cpu_seconds for r in records),
        attempts=len({r.attempt for r in records} - {0}),
    )


def _covered(spans: Iterable[tuple[float, float]]) -> float:
    """Length of the union of `(start, end)` spans: shards are worked on side by side."""
    covered, reached = 0.0, 0.0
    for start, end in sorted(spans):
        covered += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return covered


def claim(
    folder: str | Path | Place, identity: dict[str, Any], allow_changed: bool = False, fixed: Sequence[str] = ()
) -> bool:
    """Make `folder` belong to `identity`; True if it already did, so that what is in it may be kept.

    A start that was refused or killed before its first shard leaves a claim that holds nobody up. With
    `allow_changed` other work is gone on with under the new identity; the old one stays under `history`. `fixed` names
    entries of the identity that must agree even then.

    Raises:
        RunDirectoryError: if the folder holds something else's work; the message names what differs.
        ShardError: if the folder cannot be read or written.
    """
    place = Place.of(folder)
    identity = json.loads(json.dumps(identity))
    if not place.exists(MANIFEST):
        # A claim that was killed half-way leaves a temporary file of ours, a lock its own.
        if any(not name.startswith(".") and name != BEAT_FILE for name in place.entries()):
            raise RunDirectoryError(f"{place}: not empty and not made by pad-ray; choose another folder")
        place.put_json(MANIFEST, {"identity": identity})
        return False
    manifest = _read(place)
    known = manifest.get("identity", {})
    if known == identity:
        return True
    if not (place / SHARDS).names(PREFIX, RECORD):
        place.put_json(MANIFEST, {"identity": identity})
        return False
    found = changes(leaves(known), leaves(identity))
    never = any(change.is_under(fixed) for change in found)
    if never or not allow_changed:
        how = "remove it to have it done again" if never else "go on in it with --allow-changed KEY"
        raise RunDirectoryError(
            f"{place}: holds other work ({told(found)}); choose another folder or the same settings, or {how}"
        )
    place.put_json(MANIFEST, {"identity": identity, "history": [*manifest.get("history", []), known]})
    return True


def close(folder: str | Path | Place, identity: dict[str, Any], records: Sequence[ShardRecord]) -> None:
    """Record the finished folder: identity, counts and the checksum of every shard."""
    place = Place.of(folder)
    history = _read(place).get("history") if place.exists(MANIFEST) else None
    place.put_json(
        MANIFEST,
        {
            "identity": identity,
            "complete": True,
            **asdict(total(records)),
            "shards": {record.file: record.sha256 for record in records},
        }
        | ({"history": history} if history else {}),
    )


def _read(place: Place) -> dict[str, Any]:
    value = place.read_json(MANIFEST)
    if not isinstance(value, dict):
        raise ShardError(f"{place}/{MANIFEST}: not a manifest; was it edited by hand?")
    return value
