"""Measured models side by side."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
from judged import judged
from typer.testing import CliRunner

from pad_ray.cli.app import app
from pad_ray.config import QuestionsConfig
from pad_ray.errors import QuestionsError
from pad_ray.evaluation.metrics import measure
from pad_ray.records import judged_table
from pad_ray.report.comparing import Comparison, named, p_text
from pad_ray.shards.files import commit_json
from pad_ray.shards.place import Place
from pad_ray.shards.writer import write_shard
from pad_ray.synthesis.parts import cut

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Makes the folder of a measured model: of each question, whether it was right."""

    def written(name: str, right: list[bool], set_name: str = "0-wordsums-test") -> Path:
        table = judged_table(
            [judged(i, 0, f"ans = {i}", "right" if good else "wrong", True) for i, good in enumerate(right)]
        )
        folder = tmp_path / name / set_name
        (folder / "shards").mkdir(parents=True)
        write_shard(folder / "shards", 0, table, questions=len(right))
        commit_json(
            folder / "summary.json", asdict(measure(table.to_pylist(), {f"q/{i}": 0 for i in range(len(right))}))
        )
        return tmp_path / name

    return written


def test_each_is_held_against_the_first(write: Write, tmp_path: Path) -> None:
    first = write("distilled", [True] * 4 + [False] * 16)
    second = write("refined", [False] * 2 + [True] * 16 + [False] * 2)
    out = tmp_path / "out"
    result = CliRunner().invoke(app, ["compare", str(first), f"better={second}", "--out", str(out)])
    assert result.exit_code == 0, result.output
    figures = json.loads((out / "comparison.json").read_text())
    assert figures["against"] == "distilled"
    assert figures["models"]["better"]["wordsums-test"]["accuracy"] == 0.8
    paired = figures["paired"]["better"]["wordsums-test"]
    assert (paired["first"], paired["second"], paired["gain"]) == (2, 14, 0.6)
    assert paired["p"] == pytest.approx(0.00418, abs=1e-5)
    text = (out / "comparison.md").read_text()
    assert "| wordsums-test | better | 20 | 80.0 % |" in text
    assert "| +60.0 | 14 | 2 | 0.004 |" in text
    assert (out / "comparison.png").read_bytes().startswith(b"\x89PNG")


def test_models_that_were_asked_something_else_are_refused(write: Write) -> None:
    folders = {"a": write("a", [True] * 4), "b": write("b", [True] * 5), "c": write("c", [True] * 4, "0-svamp")}
    with pytest.raises(QuestionsError, match=r"a and b: these were asked other questions: 4 of 4 and 5 .*--intersect"):
        Comparison.of({name: folders[name] for name in "ab"})
    with pytest.raises(QuestionsError, match=r"c was measured on svamp, and a on wordsums-test; .*--intersect"):
        Comparison.of({name: folders[name] for name in "ac"})
    with pytest.raises(QuestionsError, match="no set in common"):
        Comparison.of({name: folders[name] for name in "ac"}, intersect=True)


def test_of_what_is_not_the_same_only_what_all_were_asked_is_shown(write: Write) -> None:
    """The fifth question, which nobody else was asked, is in no figure: neither the accuracy nor what became of it."""
    folders = {
        "a": write("a", [True] * 4 + [False]),
        "b": write("b", [True, True, True, False]),
        "c": write("c", [False, True, True]),
    }
    write("b", [True], "1-svamp")
    comparison = Comparison.of(folders, intersect=True)
    shown = {model.name: metrics for _, model, metrics, _ in comparison.rows()}
    assert {name: (metrics.questions, round(3 * metrics.accuracy)) for name, metrics in shown.items()} == {
        "a": (3, 3), "b": (3, 3), "c": (3, 2),
    }  # fmt: skip
    assert shown["a"].statuses == {"right": 3} and list(comparison.models[1].by_set) == ["wordsums-test"]
    assert comparison.paired["c"]["wordsums-test"].gain == pytest.approx(-1 / 3)


def test_another_version_of_a_benchmark_has_the_same_ids_and_is_refused(write: Write, tmp_path: Path) -> None:
    folders = {name: write(name, [True] * 3) for name in ("old", "same", "new")}
    for name, folder in folders.items():
        texts = ["Which number is 0?", "Which number is 1?", f"Which {name[0] == 'n'} number is 2?"]
        file = tmp_path / f"{name}-file" / "q.jsonl"
        file.parent.mkdir()
        file.write_text("".join(json.dumps({"question": text, "answer": 1}) + "\n" for text in texts))
        asked = QuestionsConfig(set="jsonl", path=file)
        cut(asked, 2, Place.of(folder / "0-wordsums-test" / "questions"))
    Comparison.of({name: folders[name] for name in ("old", "same")})
    with pytest.raises(QuestionsError, match="asked other questions: 2 of 3 and 3 are the same"):
        Comparison.of({name: folders[name] for name in ("old", "new")})


def test_a_folder_without_results_says_what_would_be_one(tmp_path: Path) -> None:
    commit_json(tmp_path / "run" / "summary.json", {})  # a run has one too, and is no evaluation set
    with pytest.raises(QuestionsError, match="no evaluation there; give folders such as RUN/evaluation/distilled"):
        Comparison.of({"x": tmp_path})


def test_a_folder_may_have_an_equals_sign_in_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lr=0.1" / "base").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert named(["lr=0.1=lr=0.1/base"]) == {"lr=0.1": Path("lr=0.1/base")}
    assert named(["lr=0.1/base", "x=lr=0.2/base"]) == {"lr=0.1/base": Path("lr=0.1/base"), "x": Path("lr=0.2/base")}


def test_models_are_called_by_as_much_of_their_path_as_tells_them_apart() -> None:
    assert list(named(["runs/a/evaluation/base", "runs/a/evaluation/refined"])) == ["base", "refined"]
    assert list(named(["a/evaluation/base", "b/evaluation/base", "x=c/d"])) == [
        "a/evaluation/base",
        "b/evaluation/base",
        "x",
    ]
    with pytest.raises(QuestionsError, match="two results are called x; name them"):
        named(["x=a", "x=b"])


def test_p_as_people_write_it() -> None:
    assert [p_text(p) for p in (0.00099, 0.001, 0.0414, 1.0)] == ["< 0.001", "0.001", "0.041", "1.000"]
