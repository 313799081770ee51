"""What a run's ledger says of it: how much was made, in what time, at what price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pad_ray.shards.writer import ShardRecord

SHARDS = Path("synthesis", "shards")
"""Below a run directory."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Sums over the committed shards."""

    questions: int
    programs: int
    """Judged, and in a shard."""
    kept: int
    tokens: int
    """Completion tokens of the programs in the shards."""
    wasted_tokens: int
    """Completion tokens of draws that turned out unneeded."""
    shards: int
    bytes: int
    statuses: Mapping[str, int]
    seconds: float
    """From the first draw to the last commit."""

    @property
    def rate(self) -> float:
        """Records per second."""
        return self.programs / self.seconds

    @property
    def written_tokens(self) -> int:
        """All that the teacher is known to have written."""
        return self.tokens + self.wasted_tokens


def sum_up(records: Sequence[ShardRecord], last_commit: float) -> Ledger:
    """`last_commit`: Unix seconds at which the last record was in its place. The first draw follows at once on the
    beginning of the first part."""
    statuses: dict[str, int] = {}
    for record in records:
        for status, count in record.statuses.items():
            statuses[status] = statuses.get(status, 0) + count
    return Ledger(
        questions=sum(r.questions for r in records),
        programs=sum(r.rows for r in records),
        kept=sum(r.kept for r in records),
        tokens=sum(r.tokens for r in records),
        wasted_tokens=sum(r.wasted_tokens for r in records),
        shards=len(records),
        bytes=sum(r.bytes for r in records),
        statuses=dict(sorted(statuses.items(), key=lambda item: -item[1])),
        seconds=last_commit - min(r.started for r in records),
    )


def read_ledger(run_dir: Path) -> Ledger:
    from pad_ray.shards.reader import records

    folder = run_dir / SHARDS
    return sum_up(records(folder), max(path.stat().st_mtime for path in folder.glob("*.json")))


def forget_last(run_dir: Path) -> Path:
    """Take the last part's record out of the ledger: the part is to be done again. Returns where the record was."""
    last = max((run_dir / SHARDS).glob("shard-*.json"), key=lambda path: int(path.stem.removeprefix("shard-")))
    last.unlink()
    return last


Kept = dict[str, tuple[int, str]]
"""Of a program that counts, by its id: its draw, its code."""


def kept_programs(run_dir: Path, keep: int) -> Kept:
    """The programs that are trained on, at most `keep` per question, in the order of the draws."""
    from pad_ray.shards.reader import read_shards

    columns = ["question_id", "program_id", "draw", "code", "kept"]
    rows = [row for table in read_shards(run_dir / SHARDS) for row in table.select(columns).to_pylist()]
    return first_kept(rows, keep)


def first_kept(rows: Sequence[Mapping[str, Any]], keep: int) -> Kept:
    """The same of rows in any order."""
    counts: dict[str, int] = {}
    chosen: Kept = {}
    for row in sorted(rows, key=lambda row: (row["question_id"], row["draw"])):
        if row["kept"] and counts.get(row["question_id"], 0) < keep:
            counts[row["question_id"]] = counts.get(row["question_id"], 0) + 1
            chosen[row["program_id"]] = (row["draw"], row["code"])
    return chosen
