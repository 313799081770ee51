"""From an optimizer step back to the programs that it learned from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from pad_ray.errors import RunDirectoryError
from pad_ray.student.cursor import CURSOR_FILE, Cursor, Steps
from pad_ray.student.mapped import CORPUS_SCHEMA, RECORD_FILE, data_file
from pad_ray.student.segments import STREAM_FILE, Segment, segment_dir

LENGTHS = [3, 7, 5, 2, 8, 6, 4, 1, 9, 2, 3]


def corpus(folder: Path, fingerprint: str = "f") -> Path:
    """A corpus whose example i is of program `p<i>`."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [{"input_ids": [0] * n, "labels": [0] * n, "length": n, "source_id": f"p{i}"} for i, n in enumerate(LENGTHS)]
    with pa.ipc.new_file(folder / data_file(0), CORPUS_SCHEMA) as writer:
        writer.write_table(pa.Table.from_pylist(rows, schema=CORPUS_SCHEMA))
    size = (folder / data_file(0)).stat().st_size
    record = {"fingerprint": fingerprint, "files": [{"name": data_file(0), "bytes": size}]}
    (folder / RECORD_FILE).write_text(json.dumps(record))
    return folder


def cursor(width: int | None, epochs: float = 2) -> Cursor:
    return Cursor("corpus", "f", batch=2, ranks=2, accumulation=1, epochs=epochs, seed=5, width=width)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    corpus(tmp_path / "corpus")
    return tmp_path


@pytest.mark.parametrize("width", [None, 10])
def test_every_program_enters_one_step_an_epoch(folder: Path, width: int | None) -> None:
    cursor(width).write(folder)
    steps = Steps(folder)
    per_epoch = len(steps) // 2
    for epoch in range(2):
        ranks = [steps.programs(epoch * per_epoch + step) for step in range(1, per_epoch + 1)]
        assert all(len(of_ranks) == 2 for of_ranks in ranks)
        entered = sorted(name for of_ranks in ranks for ids in of_ranks for name in ids)
        assert entered == sorted(f"p{i}" for i in range(len(LENGTHS)))
    found = list(steps.steps_of("p4"))
    assert len(found) == 2 and found[0] <= per_epoch < found[1]
    assert all(any("p4" in ids for ids in steps.programs(step)) for step in found)
    assert list(steps.steps_of("p99")) == []


def test_of_a_training_that_stopped_early_there_are_the_steps_that_it_took(folder: Path) -> None:
    cursor(None).write(folder)
    planned = len(Steps(folder))
    (folder / "model").mkdir()
    (folder / "model" / "training_report.json").write_text(json.dumps({"steps": 2}))
    steps = Steps(folder)
    assert len(steps) == steps.taken == 2 < planned
    assert max(list(steps.steps_of("p4")), default=0) <= 2
    with pytest.raises(RunDirectoryError, match="steps 1 to 2"):
        steps.programs(3)


def test_the_folder_can_be_moved(folder: Path) -> None:
    cursor(None).write(folder)
    moved = folder.rename(folder.with_name("moved"))
    assert Steps(moved).programs(1)


def test_what_cannot_be_told_is_not_made_up(folder: Path) -> None:
    with pytest.raises(RunDirectoryError, match=rf"no training was started there \({CURSOR_FILE} is missing\)"):
        Steps(folder)
    cursor(None).write(folder)
    for step in (0, 7):
        with pytest.raises(RunDirectoryError, match=f"step {step}: the training has steps 1 to 6"):
            Steps(folder).programs(step)
    corpus(folder / "corpus", "other")
    with pytest.raises(RunDirectoryError, match="its corpus was made anew"):
        Steps(folder)


def test_the_steps_of_segments_are_told_as_far_as_they_are_known(tmp_path: Path) -> None:
    where = tmp_path / "corpus"
    where.mkdir()
    (where / STREAM_FILE).write_text(json.dumps({"fingerprint": "f"}))
    replace(cursor(None), stream=True).write(tmp_path)
    for number, last in enumerate((False, True)):
        corpus(segment_dir(where, number))
        Segment(number, "f", {}, last=last, warmup_steps=0).write(where)
        steps = Steps(tmp_path)
        # Three steps a segment; with the last one the second epoch, over both, is known too.
        assert len(steps) == (12 if last else 3)
    entered = [step for step in range(1, 13) for ids in steps.programs(step) for name in ids if name == "p4"]
    assert len(entered) == 4, "the same examples are in both segments"
    assert entered[0] <= 3 < entered[1] <= 6 < entered[2]
    assert list(steps.steps_of("p4")) == sorted(set(entered))
