"""MB per second of committed shards, against a plain Arrow file of the same table."""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from harness.command import parser, run, say
from harness.figures import Figure, against
from harness.machine import ROOT
from harness.rounds import Rates, interleave

if TYPE_CHECKING:
    import pyarrow as pa

PROGRAMS_PER_QUESTION = 4

SMALL_QUESTIONS = 64
"""The default block: what a run really writes, over and over."""

PAGE = 4096

WRITE, WRITE_PLAIN = "write_shard", "pyarrow file, no fsync"
WRITE_SYNC, WRITE_NAMED = "pyarrow file + fsync", "pyarrow file + fsync + rename + fsync of the folder"

WRITE_TARGET = 0.6
"""Of the writer that flushes once. `write_shard` promises more: a checksum, a record, and both names durable."""
READ, READ_HASHED, READ_PLAIN = "is_whole + read_table", "memory_map + sha256", "memory_map"


def block_table(questions: int) -> pa.Table:
    """Rows as a synthesis writes them: wordsums questions, their reference as every program."""
    from pad_ray.questions.wordsums.reader import read_wordsums
    from pad_ray.records import Judged, Program, Verdict, judged_table, program_id

    rows = []
    for question in read_wordsums("train", 0, 0, questions):
        verdict = Verdict("right", question.answer, cpu_ms=1.25, wall_ms=1.5, isolation="seccomp+landlock")
        for draw in range(PROGRAMS_PER_QUESTION):
            name = program_id(question.question_id, "program-v1", draw)
            text = question.reference
            program = Program(name, question.question_id, draw, text, text, "embedded:teacher", "program-v1", 90, 70)
            rows.append(Judged(question, program, verdict, kept=draw == 0))
    return judged_table(rows)


def large_table(megabytes: int) -> pa.Table:
    """The small one as often as it takes: what is in the rows is nothing to a writer."""
    import pyarrow as pa

    small = block_table(SMALL_QUESTIONS)
    return pa.concat_tables([small] * max(1, megabytes * 10**6 // small.nbytes)).combine_chunks()


def write_plain(path: Path, table: pa.Table, *, sync: bool) -> None:
    import pyarrow as pa

    with open(path, "wb") as file:
        with pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
        if sync:
            file.flush()
            os.fsync(file.fileno())


def write_named(path: Path, table: pa.Table) -> None:
    """What makes a file survive a power cut whole and under its name, and no more."""
    temporary = path.with_suffix(".tmp")
    write_plain(temporary, table, sync=True)
    os.replace(temporary, path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def touch(table: pa.Table) -> int:
    """Read one byte of every page: mapping alone reads nothing, and no reader leaves it at that."""
    import numpy as np

    return sum(
        int(np.frombuffer(buffer, np.uint8)[::PAGE].sum())
        for column in table.columns
        for chunk in column.chunks
        for buffer in chunk.buffers()
        if buffer is not None and buffer.size
    )


def read_committed(folder: Path) -> None:
    from pad_ray.shards.reader import is_whole, read_table, records

    for record in records(folder):
        if not is_whole(folder, record):
            raise RuntimeError(f"{record.file} is not whole")
        touch(read_table(folder / record.file))


def read_plain(path: Path, *, hashed: bool) -> None:
    import pyarrow as pa

    if hashed:
        with open(path, "rb") as file:
            hashlib.file_digest(file, "sha256").hexdigest()
    with pa.memory_map(str(path)) as source:
        touch(pa.ipc.open_file(source).read_all())


def timed(work: Callable[[int], object], times: int, size: int) -> Callable[[], float]:
    """MB/s of doing `work(0) ... work(times - 1)`, each on `size` bytes."""

    def rate() -> float:
        started = time.perf_counter()
        for turn in range(times):
            work(turn)
        return times * size / 1e6 / (time.perf_counter() - started)

    return rate


def measure_writing(folder: Path, table: pa.Table, times: int, rounds: int) -> Rates:
    from pad_ray.shards.writer import write_shard

    def settle() -> None:
        """Begin with no file there and nothing left to write: unsynced pages would be written in another's time."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        os.sync()

    contenders = {
        WRITE: timed(lambda turn: write_shard(folder, turn, table), times, table.nbytes),
        WRITE_SYNC: timed(lambda turn: write_plain(folder / f"{turn}", table, sync=True), times, table.nbytes),
        WRITE_NAMED: timed(lambda turn: write_named(folder / f"{turn}", table), times, table.nbytes),
        WRITE_PLAIN: timed(lambda turn: write_plain(folder / f"{turn}", table, sync=False), times, table.nbytes),
    }
    return interleave(contenders, unit="MB/s", rounds=rounds, say=say, settle=settle)


def measure_reading(folder: Path, table: pa.Table, times: int, rounds: int) -> Rates:
    from pad_ray.shards.writer import write_shard

    folder.mkdir(parents=True)
    path = folder / write_shard(folder, 0, table).file
    contenders = {
        READ: timed(lambda turn: read_committed(folder), times, table.nbytes),
        READ_HASHED: timed(lambda turn: read_plain(path, hashed=True), times, table.nbytes),
        READ_PLAIN: timed(lambda turn: read_plain(path, hashed=False), times, table.nbytes),
    }
    return interleave(contenders, unit="MB/s", rounds=rounds, say=say)


def with_target(figures: list[Figure]) -> list[Figure]:
    """The target stands at the ratio to the writer that flushes."""
    return [
        replace(figure, target=WRITE_TARGET, met=figure.value >= WRITE_TARGET)
        if figure.figure.endswith(f"{WRITE} / {WRITE_SYNC}")
        else figure
        for figure in figures
    ]


def measure(options: argparse.Namespace) -> tuple[list[Rates], list[Figure], dict[str, str]]:
    megabytes, small_times = (2, 2) if options.quick else (options.megabytes, 50)
    tables = {
        "default block": (block_table(SMALL_QUESTIONS), small_times),
        "large shard": (large_table(megabytes), 1),
    }
    rates: list[Rates] = []
    figures: list[Figure] = []
    facts: dict[str, str] = {}
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="benchmark-") as scratch:
        for number, (name, (table, times)) in enumerate(tables.items()):
            facts[name] = f"{table.nbytes / 1e6:.2f} MB, {table.num_rows} rows"
            say(f"{name}: {facts[name]}")
            here = partial(Path, scratch)
            written = measure_writing(here(f"write-{number}"), table, times, options.rounds)
            read = measure_reading(here(f"read-{number}"), table, times, options.rounds)
            rates += [written, read]
            figures += with_target(
                against(written, (WRITE,), (WRITE_SYNC, WRITE_NAMED, WRITE_PLAIN), of=f"{name}, writing")
            )
            figures += against(read, (READ,), (READ_HASHED, READ_PLAIN), of=f"{name}, reading")
    return rates, figures, facts


def main() -> None:
    options = parser(__doc__ or "")
    options.add_argument("--megabytes", type=int, default=64, help="size of the large shard")
    options.add_argument(
        "--folder",
        type=Path,
        default=os.path.relpath(ROOT / "runs"),
        help="where to write; on a RAM disk fsync is free",
    )
    run("shards", options.parse_args(), measure)


if __name__ == "__main__":
    main()
