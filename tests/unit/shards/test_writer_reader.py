"""Shards and their records: what is recorded is whole, whenever the writer is killed."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from pad_ray.errors import ShardError
from pad_ray.records import JUDGED_SCHEMA, Judged, Program, Question, Verdict, judged_table, to_table
from pad_ray.shards.files import CHECKSUM, CHECKSUM_DIGITS, commit_json, read_json, sha256, sweep
from pad_ray.shards.place import Place
from pad_ray.shards.reader import is_whole, read_record, read_shard, read_shards, read_table, records
from pad_ray.shards.writer import ShardRecord, record_path, shard_path, write_shard

KILLS = 6
"""Writers that are killed, one after the other, in the same folder."""

KILLED_WRITERS = """
import os, random, signal, sys, time
from pathlib import Path
import pyarrow as pa
from pad_ray.shards.reader import records
from pad_ray.shards.writer import write_shard

folder, kills = Path(sys.argv[1]), int(sys.argv[2])
table = pa.table({"text": ["word " * 40] * 5_000})
for kill in range(kills):
    writer = os.fork()
    if writer == 0:
        index = len(records(folder))
        while True:
            write_shard(folder, index, table.append_column("index", pa.array([index] * len(table))))
            index += 1
    while len(records(folder)) <= kill:
        time.sleep(0.001)
    time.sleep(random.random() / 50)
    os.kill(writer, signal.SIGKILL)
    os.waitpid(writer, 0)
"""
"""Each writer is killed with SIGKILL at a random moment after its first shard."""


def numbers(*values: int) -> pa.Table:
    return pa.table({"number": list(values)})


def three_judged() -> pa.Table:
    question = Question("q/1", "How many?", "3")
    verdicts = [Verdict("right", "3"), Verdict("wrong", "4"), Verdict("right", "3")]
    return judged_table(
        [
            Judged(question, Program(f"q/1#{i}", "q/1", i, "", "", "m", "v", tokens=10 + i, prompt_tokens=7), verdict)
            for i, verdict in enumerate(verdicts)
        ]
    )


def flip_a_bit(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def test_a_shard_comes_back(tmp_path: Path) -> None:
    record = write_shard(tmp_path, 3, numbers(1, 2, 3), questions=2, started=5.0, finished=7.5)
    assert read_table(tmp_path / "shard-000003.arrow") == numbers(1, 2, 3)
    assert (record.index, record.rows, record.questions) == (3, 3, 2)
    assert (record.started, record.finished) == (5.0, 7.5)
    assert record.bytes == shard_path(tmp_path, 3).stat().st_size
    assert records(tmp_path) == [record]
    assert is_whole(tmp_path, record)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shard-000003.arrow", "shard-000003.json"]


def test_a_record_sums_up_judged_programs(tmp_path: Path) -> None:
    record = write_shard(tmp_path, 0, three_judged())
    assert (record.tokens, record.prompt_tokens, record.statuses) == (33, 21, {"right": 2, "wrong": 1})


def test_a_shard_without_programs_sums_up_to_nothing(tmp_path: Path) -> None:
    record = write_shard(tmp_path, 0, to_table([], JUDGED_SCHEMA), questions=4)
    assert (record.rows, record.tokens, record.statuses, record.questions) == (0, 0, {}, 4)
    assert is_whole(tmp_path, record)


def test_records_and_shards_are_in_order_of_their_index(tmp_path: Path) -> None:
    for index in (10, 2, 1_000_000, 999_999, 0):
        write_shard(tmp_path, index, numbers(index))
    assert [record.index for record in records(tmp_path)] == [0, 2, 10, 999_999, 1_000_000]
    assert [table["number"][0].as_py() for table in read_shards(tmp_path)] == [0, 2, 10, 999_999, 1_000_000]


def test_a_folder_that_is_not_there_has_no_records(tmp_path: Path) -> None:
    assert records(tmp_path / "nowhere") == []


def test_a_shard_is_replaced(tmp_path: Path) -> None:
    old = write_shard(tmp_path, 0, numbers(1))
    new = write_shard(tmp_path, 0, numbers(1, 2))
    assert records(tmp_path) == [new]
    assert is_whole(tmp_path, new)
    assert not is_whole(tmp_path, old)


def test_a_shard_without_a_record_does_not_count(tmp_path: Path) -> None:
    write_shard(tmp_path, 0, numbers(1))
    write_shard(tmp_path, 1, numbers(2))
    record_path(tmp_path, 1).unlink()
    assert [table["number"].to_pylist() for table in read_shards(tmp_path)] == [[1]]


@pytest.mark.parametrize("place", [0, 100, -1])
def test_a_flipped_bit_is_seen(tmp_path: Path, place: int) -> None:
    record = write_shard(tmp_path, 0, numbers(1, 2, 3))
    flip_a_bit(shard_path(tmp_path, 0), place)
    assert not is_whole(tmp_path, record)
    flip_a_bit(shard_path(tmp_path, 0), place)
    assert is_whole(tmp_path, record)


@pytest.mark.parametrize("left", [0, 8, -1])
def test_a_truncated_shard_is_seen(tmp_path: Path, left: int) -> None:
    record = write_shard(tmp_path, 0, numbers(1, 2, 3))
    path = shard_path(tmp_path, 0)
    path.write_bytes(path.read_bytes()[:left])
    assert not is_whole(tmp_path, record)


def test_a_missing_shard_is_seen(tmp_path: Path) -> None:
    record = write_shard(tmp_path, 0, numbers(1))
    shard_path(tmp_path, 0).unlink()
    assert not is_whole(tmp_path, record)
    with pytest.raises(ShardError, match=r"shard-000000\.arrow: not a readable Arrow shard"):
        list(read_shards(tmp_path))


def test_what_is_no_arrow_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "shard.arrow").write_bytes(b"no Arrow file at all")
    with pytest.raises(ShardError, match="not a readable Arrow shard"):
        read_table(tmp_path / "shard.arrow")


def test_a_shard_that_cannot_be_written_is_not_recorded(tmp_path: Path) -> None:
    shard_path(tmp_path, 0).mkdir()
    with pytest.raises(ShardError):
        write_shard(tmp_path, 0, numbers(1))
    assert records(tmp_path) == []


def test_a_record_is_json_of_plain_values(tmp_path: Path) -> None:
    record = write_shard(tmp_path, 0, three_judged())
    content = json.loads(record_path(tmp_path, 0).read_text())
    assert len(content.pop(CHECKSUM)) == CHECKSUM_DIGITS
    assert ShardRecord(**content) == record


def test_a_record_has_the_figures_that_it_is_given(tmp_path: Path) -> None:
    given = {"satisfied": 2, "failed": 1, "wasted_tokens": 30, "dollars": 0.5, "cpu_seconds": 1.5, "attempt": 4}
    record = write_shard(tmp_path, 0, three_judged(), **given)  # type: ignore[arg-type]
    assert {name: getattr(record, name) for name in given} == given
    assert records(tmp_path) == [record]


def test_what_is_kept_is_counted_in_the_table_unless_it_is_told(tmp_path: Path) -> None:
    table = pa.table({"kept": [True, False, True]})
    assert write_shard(tmp_path, 0, table).kept == 2
    assert write_shard(tmp_path, 1, table, kept=1).kept == 1
    assert write_shard(tmp_path, 2, numbers(1)).kept == 0


def test_a_shard_that_is_made_again_is_byte_for_byte_the_same(tmp_path: Path) -> None:
    first = write_shard(tmp_path / "a", 5, three_judged(), started=1.0, attempt=1)
    again = write_shard(tmp_path / "b", 5, three_judged(), started=2.0, attempt=2)
    assert (tmp_path / "a" / first.file).read_bytes() == (tmp_path / "b" / again.file).read_bytes()
    assert first.sha256 == again.sha256 == sha256(tmp_path / "a" / first.file)


def test_places_addresses_and_paths_are_all_folders(tmp_path: Path) -> None:
    write_shard(Place.of(tmp_path), 0, numbers(1))
    write_shard(str(tmp_path), 1, numbers(2))
    write_shard(f"file://{tmp_path}", 2, numbers(3))
    assert [table["number"].to_pylist() for table in read_shards(Place.of(tmp_path))] == [[1], [2], [3]]
    assert all(is_whole(str(tmp_path), record) for record in records(str(tmp_path)))
    assert read_shard(tmp_path, records(tmp_path)[2]) == numbers(3)


FAILURES = [{"question_id": "q/1", "reason": 'ü\n "checksum": "'}, {"checksum": "", "reason": "\\"}]
"""Texts that look like what the checksum is found by."""


def test_any_bit_that_flips_in_a_record_is_seen_or_changes_nothing(tmp_path: Path) -> None:
    given = {"started": 1.8e9, "finished": 1.8e9 + 1 / 3, "kept": 2, "dollars": 1e-7, "failures": FAILURES}
    record = write_shard(tmp_path, 5, three_judged(), **given)  # type: ignore[arg-type]
    place, path = Place.of(tmp_path), record_path(tmp_path, 5)
    content = path.read_bytes()
    assert read_record(place, path.name, content) == record
    unseen = set()
    for bit in range(8 * len(content)):
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        with suppress(ShardError):
            assert read_record(place, path.name, bytes(flipped)) == record
            unseen.add(bit // 8)
    name = content.index(CHECKSUM.encode())
    assert unseen <= set(range(name, name + len(CHECKSUM))), "of the checksum's own name alone nothing hangs"


def test_a_record_that_was_changed_is_named(tmp_path: Path) -> None:
    write_shard(tmp_path, 0, numbers(1), questions=3)
    commit_json(record_path(tmp_path, 0), read_json(record_path(tmp_path, 0)) | {"questions": 2})
    with pytest.raises(ShardError, match=r"shard-000000\.json: its checksum is not its own"):
        records(tmp_path)


def edit(path: Path, **values: object) -> None:
    """Write a record as an earlier version did, without a checksum; what becomes None is taken out."""
    content = json.loads(path.read_text()) | values | {CHECKSUM: None}
    path.write_text(json.dumps({key: value for key, value in content.items() if value is not None}))


def test_records_of_other_versions_are_read(tmp_path: Path) -> None:
    record = write_shard(tmp_path, 0, numbers(1), questions=3, satisfied=2)
    edit(record_path(tmp_path, 0), satisfied=None, attempt=None, of_a_later_version={"x": 1})
    assert records(tmp_path) == [replace(record, satisfied=0)]


@pytest.mark.parametrize(
    "values",
    [
        {"sha256": None},
        {"rows": "3"},
        {"rows": True},
        {"statuses": ["right"]},
        {"statuses": {"right": "3"}},
        {"dollars": "free"},
        {"file": "../shard-000000.arrow"},
        {"file": "/etc/passwd"},
        {"index": 1},
        {"index": 1, "file": "shard-000001.arrow"},
    ],
)
def test_a_record_that_is_none_is_named(tmp_path: Path, values: dict[str, object]) -> None:
    write_shard(tmp_path, 0, numbers(1))
    edit(record_path(tmp_path, 0), **values)
    with pytest.raises(ShardError, match=r"shard-000000\.json: (not a shard's record|the record of another shard)"):
        records(tmp_path)


def test_killed_writers_leave_whole_shards_only(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED_WRITERS, str(tmp_path), str(KILLS)], check=True, timeout=120)
    found = records(tmp_path)
    assert len(found) >= KILLS
    assert [record.index for record in found] == list(range(len(found)))
    assert all(is_whole(tmp_path, record) for record in found)
    sweep(tmp_path)
    assert all(path.name.startswith("shard-") for path in tmp_path.iterdir())
    last = read_table(shard_path(tmp_path, found[-1].index))
    assert set(last["index"].to_pylist()) == {found[-1].index}
