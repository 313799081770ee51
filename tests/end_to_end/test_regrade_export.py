"""`pad-ray regrade` and `pad-ray export` as a user starts them: real executors on a cluster of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from judged import answered_by_text, make_run, make_synthesis, right
from object_store import ObjectStore, object_store

from pad_ray.config import ExecutorConfig, RunConfig
from pad_ray.regrade import plan, regrade
from pad_ray.report.export import export
from pad_ray.report.ledger import Ledger
from pad_ray.shards.reader import read_shards

__all__ = ["object_store"]

SLOW = "total = 0\nwhile total < {steps}:\n    total += 1\nans = {number}"
"""Seconds of CPU time for tens of millions of steps."""

SHARDS = [
    [
        (1, right(1), "right", True),
        (1, "print(2)\n" + right(1, way=4), "right", True),
        (2, SLOW.format(steps=30_000_000, number=2), "timeout", False),
        (2, "while True: pass", "timeout", False),
    ],
    [(3, "ans = [", "syntax", False), (4, "print(4)", "right", True), (5, "ans = 5 / 0", "raised", False)],
]


def pad_ray(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pad_ray.cli", *arguments]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    limits = {"cpu_seconds": 0.2, "wall_seconds": 60}
    return make_run(tmp_path / "run", SHARDS, executor=limits, ray={"num_cpus": 2})


def test_a_longer_limit_saves_a_program_and_another_answer_rule_loses_some(run: Path) -> None:
    planned = pad_ray("regrade", str(run), "executor.cpu_seconds=20", "--dry-run")
    assert planned.returncode == 0, planned.stderr
    assert "cpu_seconds was 0.2, is 20.0" in planned.stdout and not (run / "regrade").exists()

    longer = pad_ray("regrade", str(run), "executor.cpu_seconds=5")
    assert longer.returncode == 0, longer.stdout + longer.stderr
    again = [row for table in read_shards(run / "regrade" / "cpu_seconds=5.0" / "shards") for row in table.to_pylist()]
    assert [row["status"] for row in again] == ["right", "right", "right", "timeout", "syntax", "right", "raised"]
    assert [row["kept"] for row in again] == [True, True, True, False, False, True, False]
    assert all("seccomp" in row["isolation"] for row in again if row["status"] == "right")
    assert "q/2@program-v1#0" in longer.stdout and "42.86% -> 57.14%" in longer.stdout

    printed = pad_ray("regrade", str(run), "executor.answer_from=stdout", "executor.cpu_seconds=1", "--name", "printed")
    assert printed.returncode == 0, printed.stdout + printed.stderr
    statuses = [
        row for table in read_shards(run / "regrade" / "printed" / "shards") for row in table["status"].to_pylist()
    ]
    assert statuses[:2] == ["no_answer", "wrong"] and statuses[5] == "right"

    # Done before: said at once, without a cluster.
    assert pad_ray("regrade", str(run), "executor.cpu_seconds=5", "ray.address=127.0.0.1:1").stdout.count("57.14%") == 1


def test_what_was_regraded_is_exported_like_a_run(run: Path, tmp_path: Path) -> None:
    assert pad_ray("regrade", str(run), "executor.cpu_seconds=5", "--out", str(tmp_path / "longer")).returncode == 0
    out = tmp_path / "data"
    exported = pad_ray("export", str(tmp_path / "longer"), "--to", "hf-dataset", "--out", str(out))
    assert exported.returncode == 0, exported.stderr
    rows = pq.read_table(out / "data" / "train-00000.parquet").to_pylist()
    assert [row["program_id"] for row in rows] == [
        "q/1@program-v1#0", "q/1@program-v1#1", "q/2@program-v1#0", "q/4@program-v1#0",
    ]  # fmt: skip
    assert "4 programs" in (out / "README.md").read_text() and "4 programs" in exported.stdout
    assert json.loads((out / "export.json").read_text())["rows"] == 4


def test_bad_requests_are_one_line(run: Path, tmp_path: Path) -> None:
    for arguments, said in [
        (["regrade", str(tmp_path)], "neither a run directory"),
        (["regrade", str(run), "teacher.temperature=0"], "executor.cpu_seconds=10"),
        (["export", str(run), "--to", "csv", "--out", str(tmp_path / "x")], "jsonl"),
        (["export", str(run), "--to", "parquet", "--out", str(run)], "not empty"),
        (["export", str(run), "--to", "hf-dataset", "--out", str(tmp_path / "x"), "--push", "a/b"], "HF_TOKEN"),
    ]:
        refused = pad_ray(*arguments, HF_TOKEN="")
        assert refused.returncode == 2 and said in refused.stderr, refused.stderr
        assert refused.stderr.count("\n") == 1 and not (tmp_path / "x").exists()


def test_questions_that_may_not_be_sold_are_said_on_the_terminal(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", SHARDS, questions={"set": "asdiv"})
    exported = pad_ray("export", str(run), "--to", "jsonl", "--out", str(tmp_path / "data"))
    assert exported.returncode == 0 and "not for commercial use" in exported.stdout + exported.stderr


def test_a_synthesis_in_a_bucket_is_regraded_and_exported_there(object_store: ObjectStore) -> None:
    bucket = object_store.bucket()
    make_synthesis(bucket / "synthesis", RunConfig(executor=ExecutorConfig(cpu_seconds=1)), SHARDS)
    work = plan(str(bucket / "synthesis"), ["executor.cpu_seconds=2"])
    assert work.changes == ("executor.cpu_seconds was 1.0, is 2.0",)
    comparison = regrade(work, answered_by_text, lambda event: None)
    assert comparison.programs == 7 and "/synthesis/regrade/cpu_seconds=2.0" in str(work.out)
    assert regrade(work, lambda pairs: iter(()), lambda event: None).changes == comparison.changes

    first, again = (export(Ledger.of(str(work.out)), "hf-dataset", bucket / "data", lambda event: None) for _ in "12")
    assert (first.rows, first.already_there, again.already_there) == (comparison.kept_after, False, True)
    assert (bucket / "data" / "data").names() == ["train-00000.parquet"]
    assert (bucket / "data").names() == ["README.md", "export.json"]
