"""`pad-ray regrade`: the programs of a run are run again under another answer rule or limit. No teacher, no GPU.

The new verdicts are a folder of shards of their own, with the indexes of the run's; the run is only read. A regrade
that is killed and started again does the shards that are missing, and those whose original has changed since.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, cast

import pyarrow as pa
import yaml

from pad_ray.config import ExecutorConfig, RunConfig
from pad_ray.config_file import load_config
from pad_ray.errors import ConfigError
from pad_ray.executor.pool import ExecutorPool, Pair
from pad_ray.machine import RECORD
from pad_ray.progress import Event, Report
from pad_ray.records import JUDGED_SCHEMA, VERDICT_COLUMNS, Program, Question, Status, Verdict
from pad_ray.report.ledger import Ledger
from pad_ray.report.regrading import Comparison
from pad_ray.rundir import CONFIG
from pad_ray.runtime import ray_cluster
from pad_ray.shards import manifest
from pad_ray.shards.damage import whole_records
from pad_ray.shards.files import fingerprint_of
from pad_ray.shards.lease import Lease
from pad_ray.shards.place import Place
from pad_ray.shards.reader import read_shard, records
from pad_ray.shards.writer import ShardRecord, write_shard
from pad_ray.synthesis.kept import kept_marks, renewed_marks
from pad_ray.synthesis.parts import LISTING

OTHERWISE = ("executor.", "ray.", "synthesis.keep=")
"""Beginnings of the overrides that mean something to programs that are already written."""

ORIGIN = b"regraded_from"
"""Key in a shard's schema: the checksum of the shard that it judges anew."""

JUDGED = ("question_id", "answer", "answer_kind", "draw", "code")
"""Columns that a new verdict, and what is kept, depend on."""

Judge = Callable[[Iterable[Pair]], Iterator[Verdict]]
"""One verdict per pair, in order, lazily; `ExecutorPool.judge_stream` is one."""


@dataclass(frozen=True)
class Regrade:
    """What is to be judged again, how, and where the verdicts go."""

    ledger: Ledger
    config: RunConfig
    """The run's settings with the overrides applied."""
    executor: ExecutorConfig
    """`workers` is set only where an override sets it: the cluster of today may be another than the run's."""
    same_keep: bool
    """Whether as many programs per question count as in the run: where no verdict changes, the same ones do."""
    changes: tuple[str, ...]
    """What differs from the run, for people: `executor.cpu_seconds was 5.0, is 10.0`."""
    out: Place

    @property
    def keep(self) -> int:
        return self.config.synthesis.keep

    @property
    def identity(self) -> dict[str, Any]:
        """Of the new folder: the run's, judged otherwise."""
        known = self.ledger.identity
        return known | {
            "executor": self.executor.model_dump(mode="json", exclude={"workers"}),
            "policy": known.get("policy", {}) | {"keep": self.keep},
            "regraded_from": fingerprint_of(known),
        }


def plan(run: str, overrides: Sequence[str], name: str | None = None, out: str | None = None) -> Regrade:
    """Read the run's settings, apply the overrides, and find the place for the verdicts; nothing is written.

    Args:
        overrides: `executor.cpu_seconds=10`; settings of `executor` and `ray`, and `synthesis.keep`.
        name: of the folder below `RUN/regrade`; by default it says what is changed.
        out: another folder altogether.

    Raises:
        ConfigError: for another override, or where there is no program to run.
        RunDirectoryError: if there is no run.
    """
    for override in overrides:
        if not override.startswith(OTHERWISE):
            raise ConfigError(
                f"override {override!r}: the programs are written; only executor.*, ray.* and synthesis.keep are "
                "judged otherwise, e.g. executor.cpu_seconds=10"
            )
    ledger = Ledger.of(run)
    known, config = _settings(ledger, []), _settings(ledger, overrides)
    given = {override.partition("=")[0] for override in overrides}
    executor = ExecutorConfig(
        **{
            key: getattr(config.executor, key)
            for key in ExecutorConfig.model_fields
            if key != "workers" or "executor.workers" in given
        }
    )
    changed = {
        f"executor.{key}": (getattr(known.executor, key), getattr(executor, key))
        for key in ExecutorConfig.model_fields
        if key != "workers"
    } | {"synthesis.keep": (known.synthesis.keep, config.synthesis.keep)}
    changed = {key: values for key, values in changed.items() if values[0] != values[1]}
    _refuse_rationales(ledger)
    folder = Place.of(out) if out else ledger.home / "regrade" / _folder_name(name, changed)
    changes = tuple(f"{key} was {was!r}, is {now!r}" for key, (was, now) in changed.items())
    return Regrade(ledger, config, executor, "synthesis.keep" not in changed, changes, folder)


def regrade(work: Regrade, judge: Judge, report: Report) -> Comparison:
    """Judge all programs again into `work.out`; what is already there is kept. Returns what changed.

    Raises:
        RunDirectoryError: if the folder holds other work, or another process works in it.
        SandboxError, ShardError: as the executors and the disk fail; what is committed stays.
    """
    work.out.make()
    with Lease(work.out) as lease:
        manifest.claim(work.out, work.identity)
        _describe_origin(work)
        originals = work.ledger.records()
        shards = work.out / "shards"
        shards.make()
        shards.sweep()
        done = _done(work, originals)
        programs = sum(record.rows for record in originals)
        judged = sum(record.rows for record in originals if record.index in done)
        report(
            Event("regrade", judged, programs, "all of it is there" if judged == programs else "starting the executors")
        )
        missing = [record for record in originals if record.index not in done]
        for record in _judge(work, missing, judge) if missing else []:
            judged += record.rows
            report(Event("regrade", judged, programs, f"shard {record.index}"))
            lease.check()
        manifest.close(work.out, work.identity, whole_records(shards)[0])
        return _compare(work, originals)


def on_the_cluster(work: Regrade) -> Judge:
    """The executors of the cluster that the settings name, started when there is something to judge."""

    def judge(pairs: Iterable[Pair]) -> Iterator[Verdict]:
        with ray_cluster(work.config.ray), ExecutorPool(work.executor) as pool:
            yield from pool.judge_stream(pairs)

    return judge


def outline(work: Regrade) -> Iterator[tuple[str, str]]:
    """(title, text) of what a regrade would do, for `--dry-run`."""
    originals = work.ledger.records()
    missing = len({r.index for r in originals} - {r.index for r in records(work.out / "shards")})
    unfinished = "" if work.ledger.complete else "; the run is not finished: what is committed by now is judged"
    programs = sum(record.rows for record in originals)
    yield "programs", f"{programs:,} in {len(originals):,} shards of {work.ledger.place}{unfinished}"
    yield "judged otherwise", "\n".join(work.changes) or "nothing: the same rules once more"
    settings = work.executor.model_dump(mode="json", exclude_unset=True)
    yield "executor", yaml.safe_dump(settings, sort_keys=False).rstrip()
    yield "verdicts go to", f"{work.out} ({missing:,} shards to do)"


def _settings(ledger: Ledger, overrides: Sequence[str]) -> RunConfig:
    """The run's settings with overrides; of a folder alone, the defaults with what its manifest knows."""
    if ledger.config_path is not None:
        return load_config(ledger.config_path, list(overrides))
    identity = ledger.identity
    known = [f"executor.{key}={json.dumps(value)}" for key, value in identity.get("executor", {}).items()]
    if keep := identity.get("policy", {}).get("keep"):
        known.append(f"synthesis.keep={json.dumps(keep)}")
    return load_config(None, [*known, *overrides])


def _refuse_rationales(ledger: Ledger) -> None:
    first = next((record for record in ledger.records() if record.rows), None)
    if first is not None:
        version = read_shard(ledger.shards, first)["prompt_version"][0].as_py()
        if version.startswith("rationale"):
            raise ConfigError(
                f"{ledger.place}: its answers are stated in words ({version}); there is no program to run"
            )


def _folder_name(name: str | None, changed: dict[str, tuple[Any, Any]]) -> str:
    if name is not None:
        if not re.fullmatch(r"\w[\w.,=-]*", name, re.ASCII):
            raise ConfigError(f"--name {name!r}: one word of letters, digits, and . , = _ -")
        return name
    said = ",".join(f"{key.rpartition('.')[2]}={now}" for key, (_, now) in sorted(changed.items()))
    return re.sub(r"[^\w.,=-]", "-", said, flags=re.ASCII) or "again"


def _describe_origin(work: Regrade) -> None:
    """The new folder says of itself what the run's folder says, so that it can be exported like a run's."""
    text = yaml.safe_dump(work.config.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    if work.ledger.config is not None:
        work.out.put(CONFIG, lambda file: file.write(text.encode()))
    if work.ledger.listing:
        (work.out / "questions").put_json(LISTING, work.ledger.listing)
    if work.ledger.machine:
        work.out.put_json(RECORD, work.ledger.machine)


def _done(work: Regrade, originals: Iterable[ShardRecord]) -> set[int]:
    """Indexes of the shards that are judged, whole, and judged from what the run holds now."""
    shards = work.out / "shards"
    checksums = {record.index: record.sha256 for record in originals}
    return {
        record.index
        for record in whole_records(shards)[0]
        if (read_shard(shards, record).schema.metadata or {}).get(ORIGIN) == checksums.get(record.index, "").encode()
    }


def _judge(work: Regrade, missing: Sequence[ShardRecord], judge: Judge) -> Iterator[ShardRecord]:
    """Judge shards side by side and commit each when its last verdict is in: in memory are those under way."""
    under_way: deque[tuple[ShardRecord, pa.Table, float]] = deque()
    in_hand: list[Verdict] = []

    def pairs() -> Iterator[Pair]:
        for record in missing:
            table = work.ledger.table(record)
            under_way.append((record, table, time.time()))
            yield from _pairs(table)

    def finished() -> Iterator[ShardRecord]:
        while under_way and len(in_hand) >= under_way[0][1].num_rows:
            record, table, started = under_way.popleft()
            verdicts, in_hand[:] = in_hand[: table.num_rows], in_hand[table.num_rows :]
            yield _commit(work, record, table, verdicts, started)

    # A generator in all but name: closing it ends what the executors still run.
    with closing(cast("Any", judge(pairs()))) as verdicts:
        for verdict in verdicts:
            in_hand.append(verdict)
            yield from finished()
    yield from finished()


def _pairs(table: pa.Table) -> Iterator[Pair]:
    for row in table.select(list(JUDGED)).to_pylist():
        question = Question(row["question_id"], "", row["answer"], row["answer_kind"])
        yield question, Program("", row["question_id"], row["draw"], row["code"], "", "", "")


def _commit(
    work: Regrade, record: ShardRecord, table: pa.Table, verdicts: Sequence[Verdict], started: float
) -> ShardRecord:
    kept = _kept(work, table, [verdict.status == Status.RIGHT for verdict in verdicts])
    new = {field.name: [getattr(verdict, field.name) for verdict in verdicts] for field in VERDICT_COLUMNS}
    new |= {"given_answer": [verdict.answer for verdict in verdicts], "kept": kept}
    columns = [
        pa.array(new[field.name], field.type) if field.name in new else table[field.name] for field in JUDGED_SCHEMA
    ]
    schema = JUDGED_SCHEMA.with_metadata({ORIGIN: record.sha256.encode()})
    per_question = Counter(
        question for question, mark in zip(table["question_id"].to_pylist(), kept, strict=True) if mark
    )
    return write_shard(
        work.out / "shards",
        record.index,
        pa.Table.from_arrays(columns, schema=schema).combine_chunks(),
        questions=record.questions,
        satisfied=sum(count >= work.keep for count in per_question.values()),
        failed=record.failed,
        failures=record.failures,
        wasted_tokens=record.wasted_tokens,
        dollars=record.dollars,
        cpu_seconds=sum(verdict.cpu_ms for verdict in verdicts) / 1000,
        started=started,
        finished=time.time(),
    )


def _kept(work: Regrade, table: pa.Table, right: Sequence[bool]) -> list[bool]:
    ids, draws, codes = (table[name].to_pylist() for name in ("question_id", "draw", "code"))
    if not work.same_keep or "kept" not in table.schema.names:
        return kept_marks(ids, draws, codes, right, work.keep)
    before = [status == Status.RIGHT for status in table["status"].to_pylist()]
    return renewed_marks(ids, draws, codes, before, table["kept"].to_pylist(), right, work.keep)


def _compare(work: Regrade, originals: Iterable[ShardRecord]) -> Comparison:
    comparison = Comparison()
    shards = work.out / "shards"
    judged = {record.index: record for record in records(shards)}
    for record in originals:
        before, after = work.ledger.table(record), read_shard(shards, judged[record.index])
        comparison.add(
            before["program_id"].to_pylist(),
            before["status"].to_pylist(),
            after["status"].to_pylist(),
            before["kept"].to_pylist() if "kept" in before.schema.names else None,
            after["kept"].to_pylist(),
        )
    return comparison
