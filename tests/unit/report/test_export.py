"""Exports of a made-up run: what is in the files, that they are the same again, and what is refused."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from judged import judged_shard, make_run, right

from pad_ray.errors import ConfigError, PadRayError, RunDirectoryError, ShardError
from pad_ray.progress import Event
from pad_ray.report import export as room
from pad_ray.report.export import KEPT_COLUMNS, VERDICT_COLUMNS, export
from pad_ray.report.ledger import Ledger
from pad_ray.report.push import check_push, push
from pad_ray.shards.place import Place

SHARDS = [
    [(1, right(1), "right", True), (1, right(1, way=3), "timeout", False), (2, "ans = 'x'", "wrong", False)],
    [(3, right(3), "right", True), (3, right(3) + "# ü", "right", False), (4, "ans = 0\u2028", "right", True)],
]
KEPT = ["q/1@program-v1#0", "q/3@program-v1#0", "q/4@program-v1#0"]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return make_run(tmp_path / "run", SHARDS)


def silent(event: Event) -> None:
    """A report that nobody reads."""


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def lines(path: Path) -> list[dict[str, Any]]:
    opened = gzip.open if path.name.endswith(".gz") else open
    with opened(path, "rb") as file:
        return [json.loads(line) for line in file.read().decode().split("\n") if line]


def parquet(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows


READERS: dict[str, tuple[str, Callable[[Path], list[dict[str, Any]]]]] = {
    "parquet": ("programs-00000.parquet", parquet),
    "jsonl": ("programs-00000.jsonl", lines),
    "jsonl.gz": ("programs-00000.jsonl.gz", lines),
    "hf-dataset": ("data/train-00000.parquet", parquet),
}


@pytest.mark.parametrize("to", READERS)
def test_kept_programs_are_exported_with_the_columns_that_a_user_expects(to: str, run: Path, tmp_path: Path) -> None:
    name, read = READERS[to]
    exported = export(Ledger.of(run), to, str(tmp_path / "out"), silent)
    rows = read(tmp_path / "out" / name)
    assert (exported.rows, exported.files) == (3, 1)
    assert [row["program_id"] for row in rows] == KEPT
    assert list(rows[0]) == list(KEPT_COLUMNS)
    assert rows[1] == {
        "question_id": "q/3", "question": "Which number is 3?", "answer": "3", "program": right(3),
        "program_id": KEPT[1], "model": "teacher", "prompt_version": "program-v1", "draw": 0, "tokens": 20,
        "logprob": -1.5,
    }  # fmt: skip
    assert rows[2]["program"] == "ans = 0\u2028"
    assert (tmp_path / "out" / "README.md").read_text().count("# Programs for wordsums") == 1


@pytest.mark.parametrize("to", READERS)
def test_all_programs_come_with_their_verdicts(to: str, run: Path, tmp_path: Path) -> None:
    name, read = READERS[to]
    assert export(Ledger.of(run), to, str(tmp_path / "out"), silent, all_programs=True).rows == 6
    rows = read(tmp_path / "out" / name)
    assert list(rows[0]) == [*KEPT_COLUMNS, *VERDICT_COLUMNS]
    assert [(row["status"], row["kept"]) for row in rows] == [(s, k) for shard in SHARDS for _, _, s, k in shard]


@pytest.mark.parametrize("to", READERS)
def test_the_same_ledger_gives_the_same_bytes_however_it_is_cut_into_shards(
    to: str, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "ROW_GROUP_ROWS", 2)
    monkeypatch.setattr(room, "FILE_ROW_GROUPS", 2)
    one = make_run(tmp_path / "one", [[*SHARDS[0], *SHARDS[1]]])
    for number, folder in enumerate([run, run, one]):
        export(Ledger.of(folder), to, str(tmp_path / f"out{number}"), silent, all_programs=True)
    first, second, cut = (files_of(tmp_path / f"out{number}") for number in range(3))
    assert first == second
    data = [name for name in first if "0000" in name]
    if to == "jsonl.gz":
        assert all(first[name][3:8] == bytes(5) for name in data), "a file's name or time is in it"
    assert len(data) == 2
    assert [first[name] for name in data] == [cut[name] for name in data]
    name, read = READERS[to]
    assert len(read(tmp_path / "out0" / name)) == 4
    if to == "parquet":
        assert pq.ParquetFile(tmp_path / "out0" / name).metadata.num_row_groups == 2


def test_an_export_that_is_there_is_left_alone_and_one_that_was_begun_is_finished(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(Ledger.of(run), "jsonl", str(out), silent)
    whole, stamp = files_of(out), (out / "programs-00000.jsonl").stat().st_mtime_ns
    again = export(Ledger.of(run), "jsonl", str(out), silent)
    assert again.already_there and (again.rows, again.files) == (3, 1)
    assert (out / "programs-00000.jsonl").stat().st_mtime_ns == stamp
    (out / "programs-00000.jsonl").unlink()
    assert not export(Ledger.of(run), "jsonl", str(out), silent).already_there
    assert files_of(out) == whole

    begun = Place.of(tmp_path / "begun")
    original = Place.put_bytes

    def killed(place: Place, name: str, content: bytes) -> None:
        if name == "README.md":
            raise ShardError("killed")
        original(place, name, content)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(ShardError):
        patch.setattr(Place, "put_bytes", killed)
        export(Ledger.of(run), "jsonl", begun, silent)
    assert not export(Ledger.of(run), "jsonl", begun, silent).already_there
    assert files_of(tmp_path / "begun") == whole


def test_anything_else_in_the_folder_is_refused_and_left(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(Ledger.of(run), "jsonl", str(out), silent)
    before = files_of(out)
    with pytest.raises(RunDirectoryError, match="another export"):
        export(Ledger.of(run), "parquet", str(out), silent)
    with pytest.raises(RunDirectoryError, match="another export"):
        export(Ledger.of(run), "jsonl", str(out), silent, all_programs=True)
    judged_shard(Ledger.of(run).place, 1, [(5, right(5), "right", True)])
    with pytest.raises(RunDirectoryError, match="as it was before"):
        export(Ledger.of(run), "jsonl", str(out), silent)
    assert files_of(out) == before
    (tmp_path / "thesis" / "chapters").mkdir(parents=True)
    with pytest.raises(RunDirectoryError, match="not empty"):
        export(Ledger.of(run), "hf-dataset", str(tmp_path / "thesis"), silent)
    with pytest.raises(ConfigError, match="jsonl"):
        export(Ledger.of(run), "csv", str(tmp_path / "new"), silent)


def test_a_damaged_shard_is_named_and_nothing_is_exported_from_it(run: Path, tmp_path: Path) -> None:
    shard = run / "synthesis" / "shards" / "shard-000001.arrow"
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    with pytest.raises(ShardError, match=r"shard-000001\.arrow: damaged"):
        export(Ledger.of(run), "parquet", str(tmp_path / "out"), silent)


def test_where_nothing_was_kept_there_is_nothing_to_export(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", [[(1, "ans = 2", "wrong", False)]])
    with pytest.raises(RunDirectoryError, match="none of its 1 programs was kept"):
        export(Ledger.of(run), "jsonl", str(tmp_path / "out"), silent)
    assert export(Ledger.of(run), "jsonl", str(tmp_path / "out"), silent, all_programs=True).rows == 1


def test_a_probability_that_json_cannot_say_is_null() -> None:
    table = pa.table({"logprob": [float("-inf"), -1.0]})
    sink = pa.BufferOutputStream()
    room._json_lines(sink, table.schema, [table])
    assert sink.getvalue().to_pybytes() == b'{"logprob": null}\n{"logprob": -1.0}\n'


def test_datasets_loads_the_folder_as_it_is(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets")
    export(Ledger.of(run), "hf-dataset", str(tmp_path / "out"), silent)
    loaded = datasets.load_dataset(str(tmp_path / "out"), split="train", cache_dir=str(tmp_path / "cache"))
    assert loaded["program_id"][:] == KEPT
    assert loaded.column_names == list(KEPT_COLUMNS)
    streamed = datasets.load_dataset(str(tmp_path / "out"), split="train", streaming=True)
    assert [row["program_id"] for row in streamed] == KEPT
    header = yaml.safe_load((tmp_path / "out" / "README.md").read_text().split("---\n")[1])
    assert (header["license"], header["size_categories"], header["language"]) == ("apache-2.0", ["n<1K"], ["en"])


def test_the_split_of_the_questions_is_the_split_of_the_data_set(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", SHARDS, questions={"set": "gsm8k", "split": "test"})
    export(Ledger.of(run), "hf-dataset", str(tmp_path / "out"), silent)
    assert (tmp_path / "out" / "data" / "test-00000.parquet").exists()


TOKEN = "hf_abcdefghijk"


class NoHub:
    """A hub's client without a network, whose error repeats what it was given."""

    def create_repo(self, *args: object, **options: object) -> None:
        raise OSError(f"cannot reach huggingface.co with Bearer {TOKEN}\nsecond line")


class Hub:
    """A hub's client that notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def create_repo(self, name: str, **options: object) -> None:
        self.asked.append((name, options["private"]))

    def upload_folder(self, **options: object) -> None:
        self.asked.append((options["repo_id"], options["folder_path"]))


def test_what_cannot_be_pushed_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = Place.of(tmp_path / "out")
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with pytest.raises(ConfigError, match="HF_TOKEN"):
        check_push("ada/programs", out, "hf-dataset")
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    assert check_push("ada/programs", out, "hf-dataset") == TOKEN
    for name in ("programs", "ada/", "a/b/c", "../x", "ada/pro grams"):
        with pytest.raises(ConfigError, match="USER/NAME"):
            check_push(name, out, "hf-dataset")
    with pytest.raises(ConfigError, match="hf-dataset"):
        check_push("ada/programs", out, "parquet")
    with pytest.raises(ConfigError, match="this machine"):
        check_push("ada/programs", Place.of("s3://bucket/out"), "hf-dataset")


def test_without_a_hub_the_error_is_one_line_that_does_not_repeat_the_token(tmp_path: Path) -> None:
    with pytest.raises(PadRayError) as caught:
        push("ada/programs", Place.of(tmp_path), TOKEN, NoHub())
    said = str(caught.value)
    assert "cannot reach huggingface.co" in said and str(tmp_path) in said
    assert TOKEN not in said and "\n" not in said
    assert caught.value.__suppress_context__


def test_a_pushed_data_set_is_private_at_first(tmp_path: Path) -> None:
    hub = Hub()
    assert push("ada/programs", Place.of(tmp_path), TOKEN, hub) == "https://huggingface.co/datasets/ada/programs"
    assert hub.asked == [("ada/programs", True), ("ada/programs", str(tmp_path))]
