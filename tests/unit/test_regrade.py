"""Judging stored programs again, with a stand-in for the executors."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import judged
import pytest
from judged import answered_by_text, judged_shard, make_run, right

from pad_ray.errors import ConfigError, RunDirectoryError, SandboxError, ShardError
from pad_ray.progress import Event
from pad_ray.records import JUDGED_SCHEMA, Verdict
from pad_ray.regrade import outline, plan, regrade
from pad_ray.report.ledger import Ledger
from pad_ray.shards.lease import Lease
from pad_ray.shards.place import Place
from pad_ray.shards.reader import is_whole, read_shards, records

ROOT = Path(__file__).resolve().parents[2]

SHARDS = [
    [(1, right(1), "timeout", False), (1, right(1, way=3), "right", True), (2, "ans = 'x'", "wrong", False)],
    [],
    [(3, right(3), "right", True), (3, right(3) + "# again", "right", False), (4, "ans = 0", "right", True)],
]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return make_run(tmp_path / "run", SHARDS, executor={"cpu_seconds": 1, "workers": 3})


def silent(event: Event) -> None:
    """A report that nobody reads."""


def rows(place: Place) -> list[dict[str, Any]]:
    return [row for table in read_shards(place / "shards") for row in table.to_pylist()]


def files_of(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {str(p): (p.stat().st_mtime_ns, p.read_bytes()) for p in folder.rglob("*") if p.is_file()}


def test_new_verdicts_go_to_a_folder_of_their_own_and_the_run_is_only_read(run: Path) -> None:
    before = files_of(run)
    work = plan(str(run), ["executor.cpu_seconds=10"])
    assert work.out == Place.of(run / "regrade" / "cpu_seconds=10.0")
    assert work.changes == ("executor.cpu_seconds was 1.0, is 10.0",)
    comparison = regrade(work, answered_by_text, silent)
    assert before.items() <= files_of(run).items()
    assert comparison.moved == [(("right", "wrong"), 2), (("timeout", "right"), 1)]
    assert comparison.examples[("timeout", "right")] == ["q/1@program-v1#0"]
    assert (comparison.unchanged, comparison.right, comparison.programs) == (3, (4, 3), 6)
    assert (comparison.kept_before, comparison.kept_after) == (3, 2)

    original, again = rows(Ledger.of(run).place), rows(work.out)
    unjudged = JUDGED_SCHEMA.names[: JUDGED_SCHEMA.names.index("given_answer")]
    assert [[row[name] for name in unjudged] for row in again] == [[row[name] for name in unjudged] for row in original]
    assert [row["status"] for row in again] == ["right", "wrong", "wrong", "right", "right", "wrong"]
    assert [row["kept"] for row in again] == [True, False, False, True, False, False]
    assert {row["isolation"] for row in again} == {"text"}
    assert [(r.index, r.rows, r.questions) for r in records(work.out / "shards")] == [(0, 3, 2), (1, 0, 0), (2, 3, 2)]
    assert json.loads((run / "regrade" / "cpu_seconds=10.0" / "manifest.json").read_text())["complete"]


def test_a_regrade_that_ends_in_the_middle_goes_on_and_judges_nothing_twice(run: Path) -> None:
    work = plan(str(run), ["executor.output_kb=1"])
    asked: list[str] = []

    def failing(pairs: Any) -> Iterator[Verdict]:
        for pair in pairs:
            if len(asked) == 4:
                raise SandboxError("the machine is out of processes")
            asked.append(pair[1].code)
            yield from answered_by_text([pair])

    with pytest.raises(SandboxError):
        regrade(work, failing, silent)
    committed = records(work.out / "shards")
    assert [record.index for record in committed] == [0, 1]

    def counting(pairs: Any) -> Iterator[Verdict]:
        for pair in pairs:
            asked.append(pair[1].code)
            yield from answered_by_text([pair])

    comparison = regrade(plan(str(run), ["executor.output_kb=1"]), counting, silent)
    assert len(asked) == 4 + 3, "the first shard was judged again"
    assert comparison.programs == 6
    assert records(work.out / "shards")[:2] == committed
    untouched = files_of(run)
    regrade(plan(str(run), ["executor.output_kb=1"]), failing, silent)  # nothing is left that could fail
    assert {name for name, seen in files_of(run).items() if name.endswith("arrow") and seen != untouched[name]} == set()


KILLED = """
import os, signal, sys
from judged import answered_by_text
from pad_ray.regrade import plan, regrade

def killed(pairs):
    for number, pair in enumerate(pairs):
        if number == 4:
            os.kill(os.getpid(), signal.SIGKILL)
        yield from answered_by_text([pair])

regrade(plan(sys.argv[1], []), killed, lambda event: None)
"""


def test_a_regrade_that_is_killed_goes_on(run: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-c", KILLED, str(run)],
        env=os.environ | {"PYTHONPATH": str(Path(judged.__file__).parent)},
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    assert process.returncode == -signal.SIGKILL, process.stderr
    work = plan(str(run), [])
    before = files_of(run / "regrade" / "again" / "shards")
    assert len(before) == 4, "two shards and their records were committed"
    assert regrade(work, answered_by_text, silent).programs == 6
    assert before.items() <= files_of(run / "regrade" / "again" / "shards").items()


def test_two_regrades_do_not_work_in_one_folder(run: Path) -> None:
    work = plan(str(run), [])
    work.out.make()
    with Lease(work.out), pytest.raises(RunDirectoryError, match="another process"):
        regrade(work, answered_by_text, silent)


def test_a_shard_that_was_judged_from_other_programs_is_judged_again(run: Path) -> None:
    work = plan(str(run), [])
    assert work.out.name == "again"
    regrade(work, answered_by_text, silent)
    judged_shard(Ledger.of(run).place, 2, [(5, right(5), "right", True)])
    regrade(plan(str(run), []), answered_by_text, silent)
    assert [row["question_id"] for row in rows(work.out)] == ["q/1", "q/1", "q/2", "q/5"]


def test_a_damaged_new_shard_is_judged_again_and_a_damaged_original_is_refused(run: Path) -> None:
    work = plan(str(run), [])
    regrade(work, answered_by_text, silent)
    new = run / "regrade" / "again" / "shards" / "shard-000000.arrow"
    new.write_bytes(new.read_bytes()[:-1] + b"?")
    regrade(work, answered_by_text, silent)
    assert all(is_whole(work.out / "shards", record) for record in records(work.out / "shards"))
    old = run / "synthesis" / "shards" / "shard-000000.arrow"
    old.write_bytes(old.read_bytes()[:-1] + b"?")
    with pytest.raises(ShardError, match="damaged"):
        regrade(plan(str(run), ["executor.memory_mb=100"]), answered_by_text, silent)


def test_only_what_judges_can_be_overridden(run: Path) -> None:
    for override in ("teacher.temperature=0", "synthesis.keeper=1", "run_dir=x", "executors.x=1"):
        with pytest.raises(ConfigError, match="judged otherwise"):
            plan(str(run), [override])
    with pytest.raises(ConfigError, match="cpu_secs"):
        plan(str(run), ["executor.cpu_secs=1"])
    with pytest.raises(ConfigError, match="--name"):
        plan(str(run), [], name="../elsewhere")
    assert plan(str(run), ["executor.answer_from=variable:total"]).out.name == "answer_from=variable-total"


def test_the_number_of_executors_is_of_the_cluster_not_of_the_run(run: Path) -> None:
    assert "workers" not in plan(str(run), []).executor.model_fields_set
    assert plan(str(run), ["executor.workers=2"]).executor.workers == 2
    assert plan(str(run), ["executor.workers=2"]).out == plan(str(run), []).out


def test_a_synthesis_folder_alone_is_judged_under_the_limits_that_its_manifest_knows(run: Path, tmp_path: Path) -> None:
    alone = tmp_path / "elsewhere" / "alone"
    alone.parent.mkdir()
    (run / "synthesis").rename(alone)
    work = plan(str(alone), ["synthesis.keep=1"], out=str(tmp_path / "out"))
    assert work.executor.cpu_seconds == 1
    comparison = regrade(work, answered_by_text, silent)
    assert (comparison.kept_before, comparison.kept_after) == (3, 2)
    assert Ledger.of(tmp_path / "out").identity["policy"]["keep"] == 1


def test_what_was_regraded_can_be_regraded(run: Path) -> None:
    first = plan(str(run), ["executor.cpu_seconds=10"])
    regrade(first, answered_by_text, silent)
    second = plan(str(first.out), ["executor.cpu_seconds=20"])
    assert second.changes == ("executor.cpu_seconds was 10.0, is 20.0",)
    assert regrade(second, answered_by_text, silent).moved == []


def test_a_folder_with_another_regrade_is_refused(run: Path, tmp_path: Path) -> None:
    regrade(plan(str(run), ["executor.cpu_seconds=10"], name="mine"), answered_by_text, silent)
    with pytest.raises(RunDirectoryError, match="cpu_seconds"):
        regrade(plan(str(run), ["executor.cpu_seconds=11"], name="mine"), answered_by_text, silent)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.tex").touch()
    with pytest.raises(RunDirectoryError):
        regrade(plan(str(run), [], out=str(tmp_path / "other")), answered_by_text, silent)


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(run: Path) -> None:
    before = files_of(run)
    said = dict(outline(plan(str(run), ["executor.cpu_seconds=10"])))
    assert said["programs"].startswith("6 in 3 shards")
    assert said["judged otherwise"] == "executor.cpu_seconds was 1.0, is 10.0"
    assert "(3 shards to do)" in said["verdicts go to"]
    assert files_of(run) == before and not (run / "regrade").exists()


def test_where_there_is_no_run_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match="neither a run directory"):
        plan(str(tmp_path), [])
    with pytest.raises(RunDirectoryError, match="no shard"):
        plan(str(make_run(tmp_path / "run", [])), [])


def test_questions_of_which_no_verdict_changed_keep_their_marks(tmp_path: Path) -> None:
    # The marks of q/1 are others than would be made now: they are left. Those of q/2, of which one changed, are made.
    shard = [
        (1, right(1), "right", False), (1, right(1, way=0) + "# 1", "right", True), (1, "ans = 9", "wrong", False),
        (2, right(2), "wrong", False), (2, right(2) + "# same", "right", True), (2, "ans = 2", "right", True),
    ]  # fmt: skip
    work = plan(str(make_run(tmp_path / "run", [shard])), [])
    regrade(work, answered_by_text, silent)
    assert [row["kept"] for row in rows(work.out)] == [False, True, False, True, False, True]
    every = plan(str(tmp_path / "run"), ["synthesis.keep=1"])
    regrade(every, answered_by_text, silent)
    assert [row["kept"] for row in rows(every.out)] == [True, False, False, True, False, False]
