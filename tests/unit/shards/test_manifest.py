"""Whose a folder of shards is, and what its shards sum up to."""

from __future__ import annotations

from pathlib import Path

import pytest

from pad_ray.errors import RunDirectoryError, ShardError
from pad_ray.shards.files import commit_json, read_json
from pad_ray.shards.lease import BEAT_FILE, LOCK
from pad_ray.shards.manifest import MANIFEST, Totals, claim, close, total
from pad_ray.shards.writer import ShardRecord

IDENTITY = {"model": "teacher", "seed": 7, "questions": {"set": "gsm8k", "limit": None}}


def record(index: int, **values: object) -> ShardRecord:
    return ShardRecord(index=index, file=f"shard-{index:06d}.arrow", rows=5, bytes=100, sha256=f"sum {index}", **values)  # type: ignore[arg-type]


RECORDS = [
    record(
        0,
        questions=3,
        tokens=40,
        prompt_tokens=8,
        statuses={"wrong": 2, "right": 3},
        started=10.0,
        finished=14.0,
        kept=2,
        satisfied=1,
        wasted_tokens=30,
        dollars=0.5,
        cpu_seconds=1.0,
        attempt=1,
    ),
    record(
        1,
        questions=2,
        tokens=2,
        prompt_tokens=1,
        statuses={"right": 1, "raised": 4},
        started=12.0,
        finished=21.5,
        kept=1,
        failed=1,
        dollars=0.25,
        cpu_seconds=0.5,
        attempt=3,
    ),
]


def test_a_new_folder_is_claimed_and_then_known(tmp_path: Path) -> None:
    folder = tmp_path / "deeper" / "synthesis"
    assert claim(folder, IDENTITY) is False
    assert claim(folder, IDENTITY) is True


def test_an_empty_folder_is_claimed(tmp_path: Path) -> None:
    assert claim(tmp_path, IDENTITY) is False
    assert read_json(tmp_path / MANIFEST)["identity"] == IDENTITY


def test_a_foreign_folder_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(RunDirectoryError, match="not empty and not made by pad-ray"):
        claim(tmp_path, IDENTITY)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_claim_that_was_killed_half_way_is_made_again(tmp_path: Path) -> None:
    (tmp_path / f".{MANIFEST}.4711.tmp").write_text('{"iden')
    assert claim(tmp_path, IDENTITY) is False
    assert claim(tmp_path, IDENTITY) is True


@pytest.fixture
def worked_in(tmp_path: Path) -> Path:
    """A folder with a first shard in it."""
    claim(tmp_path, IDENTITY)
    commit_json(tmp_path / "shards" / "shard-000000.json", {})
    return tmp_path


def test_a_claim_before_the_first_shard_holds_nobody_up(tmp_path: Path) -> None:
    claim(tmp_path, IDENTITY | {"questions": "of a mistyped path"})
    assert claim(tmp_path, IDENTITY) is False
    assert claim(tmp_path, IDENTITY) is True


def test_other_work_is_refused_naming_what_differs(worked_in: Path) -> None:
    other = IDENTITY | {"seed": 8, "questions": {"set": "gsm8k", "limit": 3}, "prompt": "program-v1"}
    with pytest.raises(RunDirectoryError) as refused:
        claim(worked_in, other)
    message = str(refused.value)
    assert "seed was 7, is 8" in message
    assert "prompt was None, is 'program-v1'" in message
    assert "questions.limit was None, is 3" in message
    assert "model" not in message and "gsm8k" not in message
    assert "--allow-changed KEY" in message
    assert claim(worked_in, IDENTITY) is True


def test_one_value_that_differs_is_other_work(worked_in: Path) -> None:
    with pytest.raises(RunDirectoryError, match=r"\(seed was 7, is 8\)"):
        claim(worked_in, IDENTITY | {"seed": 8})


def test_long_values_are_shortened(worked_in: Path) -> None:
    with pytest.raises(RunDirectoryError) as refused:
        claim(worked_in, IDENTITY | {"model": "x" * 10_000})
    assert len(str(refused.value)) < 600


def test_other_work_that_is_allowed_is_gone_on_with_and_the_old_identity_kept(worked_in: Path) -> None:
    for seed in (8, 9):
        assert claim(worked_in, IDENTITY | {"seed": seed}, allow_changed=True) is True
    close(worked_in, IDENTITY | {"seed": 9}, RECORDS)
    assert claim(worked_in, IDENTITY | {"seed": 9}) is True
    assert [known["seed"] for known in read_json(worked_in / MANIFEST)["history"]] == [7, 8]


def test_what_is_fixed_is_refused_even_if_changes_are_allowed(worked_in: Path) -> None:
    other = IDENTITY | {"seed": 8, "questions": {"set": "svamp"}}
    with pytest.raises(RunDirectoryError, match=r"seed was 7, is 8; .*remove it to have it done again"):
        claim(worked_in, other, allow_changed=True, fixed=("model", "questions"))
    assert claim(worked_in, IDENTITY) is True
    assert claim(worked_in, other, allow_changed=True, fixed=("model",)) is True


def test_an_identity_is_compared_as_json_has_it(worked_in: Path) -> None:
    claim(worked_in, {"temperatures": (0.2, 0.8)}, allow_changed=True)
    assert claim(worked_in, {"temperatures": (0.2, 0.8)}) is True


def test_a_folder_with_folders_alone_is_foreign_too(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    with pytest.raises(RunDirectoryError, match="not empty"):
        claim(tmp_path, IDENTITY)


def test_a_lock_of_ours_does_not_make_a_folder_foreign(tmp_path: Path) -> None:
    for name in (LOCK, BEAT_FILE):
        (tmp_path / name).write_text("{}")
    assert claim(tmp_path, IDENTITY) is False


def test_a_manifest_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("[]")
    with pytest.raises(ShardError, match="not a manifest"):
        claim(tmp_path, IDENTITY)


def test_totals_are_sums() -> None:
    totals = total(RECORDS)
    assert totals == Totals(
        questions=5,
        programs=10,
        tokens=42,
        prompt_tokens=9,
        statuses={"raised": 4, "right": 4, "wrong": 2},
        seconds=11.5,
        kept=3,
        satisfied=1,
        failed=1,
        wasted_tokens=30,
        dollars=0.75,
        cpu_seconds=1.5,
        attempts=2,
    )
    assert (totals.right, totals.yield_) == (4, 0.4)


def test_the_night_between_two_attempts_is_not_counted() -> None:
    evening = record(0, started=100.0, finished=110.0)
    morning = [record(1, started=30_000.0, finished=30_010.0), record(2, started=30_002.0, finished=30_004.0)]
    assert total([*morning, evening]).seconds == 20.0


def test_nothing_sums_up_to_nothing() -> None:
    assert total([]) == Totals()
    assert (Totals().right, Totals().yield_) == (0, 0.0)


def test_a_closed_folder_lists_every_checksum_and_stays_claimed(tmp_path: Path) -> None:
    claim(tmp_path, IDENTITY)
    close(tmp_path, IDENTITY, RECORDS)
    manifest = read_json(tmp_path / MANIFEST)
    assert manifest["complete"] is True
    assert manifest["shards"] == {"shard-000000.arrow": "sum 0", "shard-000001.arrow": "sum 1"}
    assert (manifest["questions"], manifest["programs"], manifest["tokens"]) == (5, 10, 42)
    assert (manifest["kept"], manifest["satisfied"], manifest["failed"], manifest["wasted_tokens"]) == (3, 1, 1, 30)
    assert (manifest["dollars"], manifest["cpu_seconds"]) == (0.75, 1.5)
    assert manifest["statuses"] == {"raised": 4, "right": 4, "wrong": 2}
    assert claim(tmp_path, IDENTITY) is True
