"""Arrow IPC shards: committed by rename, then recorded with their checksum."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from pad_ray.shards.files import commit, commit_json, sha256


@dataclass(frozen=True, slots=True)
class ShardRecord:
    """What the ledger knows of one committed shard. Written after it: a shard without a record does not count."""

    index: int
    file: str
    rows: int
    bytes: int
    sha256: str
    questions: int = 0
    tokens: int = 0
    prompt_tokens: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    """Programs by status, in a shard of judged programs."""
    started: float = 0.0
    finished: float = 0.0
    """Unix seconds between which the shard's content was made."""


def shard_path(folder: Path, index: int) -> Path:
    return folder / f"shard-{index:06d}.arrow"


def record_path(folder: Path, index: int) -> Path:
    return folder / f"shard-{index:06d}.json"


def write_table(path: Path, table: pa.Table) -> None:
    """Commit one Arrow IPC file, uncompressed, so that it can be memory-mapped."""

    def write(file: BinaryIO) -> None:
        with pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)

    commit(path, write)


def write_shard(
    folder: Path, index: int, table: pa.Table, *, questions: int = 0, started: float = 0.0, finished: float = 0.0
) -> ShardRecord:
    """Commit shard `index` of `folder`, then its record; an earlier shard of the same index is replaced.

    Raises:
        ShardError: if it cannot be written; nothing is recorded then.
    """
    path = shard_path(folder, index)
    write_table(path, table)
    columns = set(table.schema.names)
    record = ShardRecord(
        index=index,
        file=path.name,
        rows=table.num_rows,
        bytes=path.stat().st_size,
        sha256=sha256(path),
        questions=questions,
        tokens=pc.sum(table["tokens"]).as_py() or 0 if "tokens" in columns else 0,
        prompt_tokens=pc.sum(table["prompt_tokens"]).as_py() or 0 if "prompt_tokens" in columns else 0,
        statuses=dict(Counter(table["status"].to_pylist())) if "status" in columns else {},
        started=started,
        finished=finished,
    )
    commit_json(record_path(folder, index), asdict(record))
    return record
