"""Tokenised tables -> the files of a corpus. The same rows give the same bytes, however they were cut into tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, count, islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pad_ray.shards.files import commit, sha256
from pad_ray.student.budget import Draw
from pad_ray.student.mapped import CORPUS_SCHEMA, LEFT_OUT_FILE, data_file
from pad_ray.student.tokenised import TOKENISED_SCHEMA, Recipe

ROWS_PER_BATCH = 2048
"""Examples in a record batch: some MB of memory at the longest limits, and few enough batches that a corpus of 10^6
examples is opened in milliseconds."""

BATCHES_PER_FILE = 64
"""131,072 examples, some 200 MB of short programs: a file that copies and checksums well."""


@dataclass(slots=True)
class Tally:
    """Counts the rows that pass by, and sets aside those that are too long."""

    examples: int = 0
    source_tokens: int = 0
    target_tokens: int = 0
    longest: int = 0
    left_out: list[pa.Table] = field(default_factory=list)
    """id and lengths alone."""

    @property
    def left_out_too_long(self) -> int:
        return sum(table.num_rows for table in self.left_out)

    def take(self, table: pa.Table) -> pa.Table:
        """Of a table of `TOKENISED_SCHEMA` the rows that belong into the corpus, in `CORPUS_SCHEMA`."""
        too_long = table.column("too_long")
        if pc.any(too_long).as_py():
            self.left_out.append(table.filter(too_long).select(["source_id", "source_tokens", "target_tokens"]))
            table = table.filter(pc.invert(too_long))
        self.examples += table.num_rows
        for name in ("source_tokens", "target_tokens"):
            setattr(self, name, getattr(self, name) + (pc.sum(table.column(name)).as_py() or 0))
        self.longest = max(self.longest, pc.max(table.column("length")).as_py() or 0)
        return table.select(CORPUS_SCHEMA.names)


def write_files(tables: Iterable[pa.Table], folder: Path, tally: Tally) -> list[dict[str, Any]]:
    """Commit the rows, counted in `tally`, as Arrow IPC files in `folder`: their name, rows, bytes and sha256.

    Raises:
        ShardError: the disk is full or the folder cannot be written.
    """
    batches = record_batches(map(tally.take, tables))
    files: list[dict[str, Any]] = []
    for number in count():
        first = next(batches, None)
        if first is None:
            return files
        path = folder / data_file(number)
        rows = _commit_file(path, chain([first], islice(batches, BATCHES_PER_FILE - 1)))
        files.append({"name": path.name, "rows": rows, "bytes": path.stat().st_size, "sha256": sha256(path)})
    raise AssertionError("count() has no end")


def drawn(tables: Iterable[pa.Table], path: Path, draw: Draw) -> Iterator[pa.Table]:
    """Tables of `TOKENISED_SCHEMA` with the examples that `draw` takes, and those that are too long, in their order.

    All of them lie in the file `path` meanwhile: which are taken is known only when the last one has been seen.

    Raises:
        ShardError: the disk is full or the file cannot be written.
    """
    places, possible = [np.empty(0, np.uint64)], [np.empty(0, bool)]

    def write(file: BinaryIO) -> None:
        with pa.ipc.new_file(file, TOKENISED_SCHEMA) as writer:
            for table in tables:
                writer.write_table(table)
                places.append(draw.places(table.column("source_id").to_pylist()))
                possible.append(~table.column("too_long").to_numpy())

    commit(path, write)
    fits = np.concatenate(possible)
    wanted = draw.taken(np.concatenate(places), fits) | ~fits
    with pa.memory_map(str(path)) as source:
        reader, start = pa.ipc.open_file(source), 0
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            yield pa.Table.from_batches([batch]).filter(pa.array(wanted[start : start + batch.num_rows]))
            start += batch.num_rows
    path.unlink()


def _commit_file(path: Path, batches: Iterable[pa.RecordBatch]) -> int:
    rows = 0

    def write(file: BinaryIO) -> None:
        nonlocal rows
        with pa.ipc.new_file(file, CORPUS_SCHEMA) as writer:
            for batch in batches:
                writer.write_batch(batch)
                rows += batch.num_rows

    commit(path, write)
    return rows


def record_batches(tables: Iterable[pa.Table]) -> Iterator[pa.RecordBatch]:
    """The rows of the tables, cut anew into batches of `ROWS_PER_BATCH`; the last has what is left."""
    pending: list[pa.Table] = []
    rows = 0
    for table in tables:
        pending.append(table)
        rows += table.num_rows
        if rows >= ROWS_PER_BATCH:
            whole = pa.concat_tables(pending)
            full = rows - rows % ROWS_PER_BATCH
            yield from (_batch(whole.slice(start, ROWS_PER_BATCH)) for start in range(0, full, ROWS_PER_BATCH))
            pending, rows = [whole.slice(full)], rows - full
    if rows:
        yield _batch(pa.concat_tables(pending))


def _batch(rows: pa.Table) -> pa.RecordBatch:
    """One record batch of these rows, in memory of its own.

    Of a slice Arrow writes up to 63 bytes of what lies behind it, as padding; the bytes would tell how it was cut.
    """
    columns = {name: rows.column(name).combine_chunks() for name in CORPUS_SCHEMA.names}
    return pa.record_batch(
        [
            _own_list(columns["input_ids"]),
            _own_list(columns["labels"]),
            pa.array(columns["length"].to_numpy().copy()),
            pa.array(columns["source_id"].to_pylist(), pa.string()),
        ],
        schema=CORPUS_SCHEMA,
    )


def _own_list(column: pa.ListArray) -> pa.ListArray:
    offsets = column.offsets.to_numpy()
    values = column.values.to_numpy()[offsets[0] : offsets[-1]].copy()
    return pa.ListArray.from_arrays(pa.array(offsets - offsets[0]), pa.array(values), type=column.type)


def write_left_out(tally: Tally, recipe: Recipe, folder: Path) -> None:
    """Commit `LEFT_OUT_FILE`, if there is anything for it.

    Raises:
        ShardError: the disk is full or the folder cannot be written.
    """
    if not tally.left_out:
        return
    lines = (json.dumps(line) + "\n" for table in tally.left_out for line in _overruns(table, recipe.limits()))
    commit(folder / LEFT_OUT_FILE, lambda file: file.writelines(line.encode() for line in lines))


def _overruns(table: pa.Table, limits: dict[str, int]) -> Iterator[dict[str, Any]]:
    for row in table.to_pylist():
        source, target = row["source_tokens"], row["target_tokens"]
        lengths = {"source": source, "target": target, "example": source + target}
        for part, limit in limits.items():
            if lengths[part] > limit:
                yield {"id": row["source_id"], "part": part, "length": lengths[part], "limit": limit}
