"""`pad-ray export`: a ledger's programs as files that others read, with a data card.

One shard and one row group are in memory at a time. The same ledger gives the same files, byte for byte.
"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pad_ray.errors import ConfigError, RunDirectoryError
from pad_ray.progress import Event, Report
from pad_ray.report.card import card, hub_header
from pad_ray.report.census import Census
from pad_ray.report.ledger import Ledger
from pad_ray.shards.files import fingerprint_of
from pad_ray.shards.place import Place

KEPT_COLUMNS = {
    "question_id": ("question_id", "which question of which set"),
    "question": ("text", "the question as the teacher read it"),
    "answer": ("answer", "gold answer, as text"),
    "program": ("code", "the program, as the teacher wrote it"),
    "program_id": ("program_id", "question, prompt version and draw"),
    "model": ("model", "the teacher"),
    "prompt_version": ("prompt_version", "template of the prompt"),
    "draw": ("draw", "which of the question's draws, from 0"),
    "tokens": ("tokens", "tokens of the completion; 0 where no model wrote it"),
    "logprob": ("logprob", "sum of the log-probabilities of those tokens; 0 where unknown"),
}
"""Column of an export -> (column of the ledger, what it means)."""

VERDICT_COLUMNS = {
    "kept": ("kept", "one of the distinct right programs that count"),
    "status": ("status", "the verdict"),
    "given_answer": ("given_answer", "what the program answered, as text; empty if it gave none"),
    "error_type": ("error_type", "exception that it raised"),
    "error_message": ("error_message", "its message"),
    "error_line": ("error_line", "1-based line of the program; 0 if none"),
    "isolation": ("isolation", "how the sandbox was isolated"),
}
"""The further columns where all programs are exported."""

ROW_GROUP_ROWS = 1 << 14
"""About 16 MB of text: what a streaming reader holds at least."""

FILE_ROW_GROUPS = 16
"""Per file: some 250 MB of text, 60 MB as Parquet. Many readers share a large export; a bucket takes a file at once."""

ZSTD_LEVEL = 9
"""Text a tenth smaller than at level 3, written once and read often."""

GZIP_LEVEL = 6

REPEATED = ["model", "prompt_version", "status", "error_type", "isolation"]
"""Columns with few values: a dictionary of them pays; of programs it would only be tried and dropped."""

CARD = "README.md"
RECEIPT = "export.json"
"""Written first, as a claim on the folder, and last, with the files that belong to it."""

LAYOUT = 1
"""Version of the columns and files. Another layout is another export."""


@dataclass(frozen=True, slots=True)
class Format:
    """How rows become files."""

    suffix: str
    write: Callable[[BinaryIO, pa.Schema, Iterable[pa.Table]], None]
    folder: str = ""
    """Below the export's own; empty for none."""
    hub: bool = False
    """Whether the card has the header that makes the folder a data set of the Hugging Face hub."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    rows: int
    files: int
    bytes: int
    already_there: bool = False


def export(ledger: Ledger, to: str, out: str | Place, report: Report, *, all_programs: bool = False) -> Exported:
    """Write the kept programs, or all judged ones with their verdicts, as files of the format `to`, and the card.

    A folder that has the same export already is left as it is; one that was begun is finished.

    Raises:
        ConfigError: for an unknown format.
        RunDirectoryError: if the folder holds anything else, or there is nothing to export.
        ShardError: for a damaged shard, or a disk that is full.
    """
    if to not in FORMATS:
        raise ConfigError(f"--to {to!r}: one of {', '.join(FORMATS)}")
    style, place, records = FORMATS[to], Place.of(out), ledger.records()
    identity = {
        "ledger": fingerprint_of([[record.index, record.sha256] for record in records]),
        "complete": ledger.complete,
        "format": to,
        "all": all_programs,
        "layout": LAYOUT,
    }
    if (known := _claim(place, identity)) is not None:
        return known
    columns = KEPT_COLUMNS | (VERDICT_COLUMNS if all_programs else {})
    counts = Census()
    tables = _selected(_told(ledger.kept_tables(), len(records), report), counts, columns, all_programs=all_programs)
    folder = place / style.folder if style.folder else place
    split = _split(ledger)
    stem = split if style.hub else "programs"
    folder.make()
    files: dict[str, int] = {}
    rows = 0
    for number, groups in enumerate(_grouped(_in_groups(tables))):
        name = f"{stem}-{number:05d}{style.suffix}"
        counted = _Counted(groups)
        folder.put(name, partial(_write, style, counted))
        files[name], rows = folder.size(name), rows + counted.rows
    if not rows:
        place.remove(RECEIPT)
        raise RunDirectoryError(f"{ledger.place}: none of its {counts.programs:,} programs was kept: nothing to export")
    head = hub_header(ledger, rows, {split: f"{style.folder}/{stem}-*{style.suffix}"}) if style.hub else ""
    meanings = {name: meaning for name, (_, meaning) in columns.items()}
    text = head + card(ledger, counts, columns=meanings, all_programs=all_programs)
    place.put_bytes(CARD, text.encode())
    place.put_json(RECEIPT, {"export": identity, "rows": rows, "files": files})
    return Exported(rows, len(files), sum(files.values()))


def _claim(place: Place, identity: Mapping[str, Any]) -> Exported | None:
    """Make the folder this export's; what is there already if all of it is."""
    if not place.exists(RECEIPT):
        if place.entries():
            raise RunDirectoryError(f"{place}: not empty and no export; choose another --out")
        place.make()
        place.put_json(RECEIPT, {"export": identity})
        return None
    known = place.read_json(RECEIPT)
    if known.get("export") != identity:
        raise RunDirectoryError(f"{place}: another export, or of the run as it was before; choose another --out")
    files: dict[str, int] | None = known.get("files")
    folder = place / FORMATS[identity["format"]].folder if FORMATS[identity["format"]].folder else place
    if files is None or files.items() - folder.sizes().items() or not place.exists(CARD):
        return None
    return Exported(known["rows"], len(files), sum(files.values()), already_there=True)


def _split(ledger: Ledger) -> str:
    asked = ledger.settings.get("questions") or {}
    return "test" if asked.get("split") == "test" and asked.get("set") in ("wordsums", "gsm8k") else "train"


def _told(tables: Iterable[pa.Table], shards: int, report: Report) -> Iterator[pa.Table]:
    for number, table in enumerate(tables, start=1):
        yield table
        report(Event("export", number, shards, "shards"))


def _selected(
    tables: Iterable[pa.Table], counts: Census, columns: Mapping[str, tuple[str, str]], *, all_programs: bool
) -> Iterator[pa.Table]:
    """The rows and columns that are exported. All rows are counted on the way."""
    for table in tables:
        counts.add(table)
        rows = table if all_programs else table.filter(pc.fill_null(table["kept"], False))
        yield pa.table({name: rows[source] for name, (source, _) in columns.items()})


def _in_groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same rows in tables of `ROW_GROUP_ROWS`, the last one shorter: files do not depend on the size of shards."""
    waiting: list[pa.Table] = []
    for table in tables:
        waiting.append(table)
        while sum(part.num_rows for part in waiting) >= ROW_GROUP_ROWS:
            together = pa.concat_tables(waiting)
            yield together.slice(0, ROW_GROUP_ROWS).combine_chunks()
            waiting = [together.slice(ROW_GROUP_ROWS).combine_chunks()]
    if any(part.num_rows for part in waiting):
        yield pa.concat_tables(waiting).combine_chunks()


def _grouped(groups: Iterator[pa.Table]) -> Iterator[Iterator[pa.Table]]:
    """Row groups by file. Each file's must be read to their end before the next is asked for."""
    for first in groups:
        yield chain([first], islice(groups, FILE_ROW_GROUPS - 1))


class _Counted:
    """Tables, counted as they are read."""

    def __init__(self, tables: Iterator[pa.Table]) -> None:
        self._tables = tables
        self.rows = 0

    def __iter__(self) -> Iterator[pa.Table]:
        for table in self._tables:
            self.rows += table.num_rows
            yield table


def _write(style: Format, tables: Iterable[pa.Table], file: BinaryIO) -> None:
    iterator = iter(tables)
    first = next(iterator)
    style.write(file, first.schema, chain([first], iterator))


def _parquet(file: BinaryIO, schema: pa.Schema, tables: Iterable[pa.Table]) -> None:
    repeated = [name for name in REPEATED if name in schema.names]
    with pq.ParquetWriter(
        file, schema, compression="zstd", compression_level=ZSTD_LEVEL, use_dictionary=repeated, write_page_index=True
    ) as writer:
        for table in tables:
            writer.write_table(table, row_group_size=table.num_rows)


def _json_lines(file: BinaryIO, schema: pa.Schema, tables: Iterable[pa.Table]) -> None:
    for table in tables:
        for row in table.to_pylist():
            file.write(json.dumps({name: _sayable(value) for name, value in row.items()}, ensure_ascii=False).encode())
            file.write(b"\n")


def _sayable(value: Any) -> Any:
    """JSON has no infinity, and its readers refuse one."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _gzipped(file: BinaryIO, schema: pa.Schema, tables: Iterable[pa.Table]) -> None:
    # Neither a name nor the time, so that the bytes depend on the rows alone.
    with gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=GZIP_LEVEL, mtime=0) as packed:
        _json_lines(packed, schema, tables)  # type: ignore[arg-type]


FORMATS = {
    "parquet": Format(".parquet", _parquet),
    "jsonl": Format(".jsonl", _json_lines),
    "jsonl.gz": Format(".jsonl.gz", _gzipped),
    "hf-dataset": Format(".parquet", _parquet, folder="data", hub=True),
}
"""By the name that `--to` takes."""
