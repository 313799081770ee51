"""Arrow IPC shards: put whole under their name, then recorded with their checksum."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from pad_ray.shards.files import commit, sealed_json
from pad_ray.shards.place import Place
from pad_ray.shards.sums import Sums


@dataclass(frozen=True, slots=True)
class ShardRecord(Sums):
    """What the ledger knows of one committed shard. Written after it, with a checksum of its own: a shard without a
    record does not count.

    What may differ when the shard is made again (times, the attempt) is here and not in the shard.
    """

    index: int
    file: str
    rows: int
    bytes: int
    sha256: str
    tokens: int = 0
    """Completion tokens, without the wasted ones."""
    statuses: dict[str, int] = field(default_factory=dict)
    """Programs by status, in a shard of judged programs."""
    started: float = 0.0
    finished: float = 0.0
    """Unix seconds between which the shard's content was made."""
    failures: list[dict[str, str]] = field(default_factory=list)
    """The questions that failed: `question_id` and `reason`."""
    cpu_seconds: float = 0.0
    """CPU time of the programs."""
    attempt: int = 0
    """The attempt at the run that made it, from 1; 0 where there are no attempts."""


def shard_name(index: int) -> str:
    return f"shard-{index:06d}.arrow"


def record_name(index: int) -> str:
    return f"shard-{index:06d}.json"


def shard_path(folder: Path, index: int) -> Path:
    return folder / shard_name(index)


def record_path(folder: Path, index: int) -> Path:
    return folder / record_name(index)


def write_table(path: Path, table: pa.Table) -> None:
    """Commit one Arrow IPC file on a disk, uncompressed, so that it can be memory-mapped."""
    content = ipc_bytes(table)
    commit(path, lambda file: file.write(content))


def ipc_bytes(table: pa.Table) -> pa.Buffer:
    """The table as an Arrow IPC file. Its bytes depend on the table alone.

    In memory, as dozens of small writes to a Python file would take longer than the copy.
    """
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def write_shard(
    folder: str | Path | Place,
    index: int,
    table: pa.Table,
    *,
    questions: int = 0,
    started: float = 0.0,
    finished: float = 0.0,
    kept: int | None = None,
    satisfied: int = 0,
    given_up: int = 0,
    failed: int = 0,
    failures: Sequence[Mapping[str, str]] = (),
    wasted_tokens: int = 0,
    dollars: float = 0.0,
    cpu_seconds: float = 0.0,
    attempt: int = 0,
) -> ShardRecord:
    """Commit shard `index` of `folder`, then its record; an earlier shard of the same index is replaced.

    The keywords are those of the record; `kept` is by default counted in the table.

    Raises:
        ShardError: if it cannot be written; nothing is recorded then.
    """
    content = ipc_bytes(table)
    counted = _counts(table)
    if kept is not None:
        counted["kept"] = kept
    made: list[ShardRecord] = []
    # The checksum is taken while the shard is on its way to the disk.
    with ThreadPoolExecutor(max_workers=1) as aside:
        checksum = aside.submit(lambda: hashlib.sha256(content).hexdigest())

        def write_record(file: BinaryIO) -> None:
            record = ShardRecord(
                index=index,
                file=shard_name(index),
                rows=table.num_rows,
                bytes=content.size,
                sha256=checksum.result(),
                questions=questions,
                started=started,
                finished=finished,
                satisfied=satisfied,
                given_up=given_up,
                failed=failed,
                failures=[dict(failure) for failure in failures],
                wasted_tokens=wasted_tokens,
                dollars=dollars,
                cpu_seconds=cpu_seconds,
                attempt=attempt,
                **counted,
            )
            file.write(sealed_json(asdict(record)))
            made.append(record)

        Place.of(folder).put_all(
            {shard_name(index): lambda file: file.write(content), record_name(index): write_record}
        )
    return made[-1]


def _counts(table: pa.Table) -> dict[str, Any]:
    """What the columns of judged programs sum up to; nothing for other tables."""
    columns = set(table.schema.names)
    sums: dict[str, Any] = {
        name: int(pc.sum(table[name]).as_py() or 0) for name in ("tokens", "prompt_tokens", "kept") if name in columns
    }
    if "status" in columns:
        counted: list[Mapping[str, Any]] = pc.value_counts(table["status"]).to_pylist()
        sums["statuses"] = {row["values"]: row["counts"] for row in counted}
    return sums
