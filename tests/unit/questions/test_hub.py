from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pad_ray.config import QuestionsConfig
from pad_ray.errors import QuestionsError
from pad_ray.questions import hub, open_questions

GSM8K = {"question": "2 + 2?", "answer": "<<2+2=4>>4\n#### 4"}
SVAMP = {
    "ID": "chal-1",
    "Body": "Ann has 2 pens",
    "Question": "How many?",
    "Answer": "2.0",
    "Equation": "( 1.0 + 1.0 )",
}
ROWS: dict[str, tuple[list[dict[str, Any]], str, str]] = {
    "gsm8k": ([GSM8K], "gsm8k/train/0", "4"),
    "svamp": ([SVAMP, SVAMP | {"ID": "chal-2"}], "svamp/chal-1", "2"),
    "asdiv": ([{"body": "b.", "question": "q?", "answer": "9 (pens)", "formula": "7+2=9"}], "asdiv/nluds-0001", "9"),
    "multiarith": ([{"question": "q?", "final_ans": "7"}] * 2, "multiarith/0", "7"),
    "coin_flip": ([{"inputs": "Ann flips the coin.", "targets": "no"}], "coin_flip/0", "no"),
    "last_letters": ([{"question": 'in "ab cd"', "answer": "bd"}] * 2, "last_letters/0", "bd"),
}


class Library(ModuleType):
    """Stands in for `datasets` where its own behaviour is not the matter: `load_dataset` is given."""

    def __init__(self, load: Any) -> None:
        super().__init__("datasets")
        self.load_dataset = load


@pytest.mark.parametrize("name", ROWS)
def test_the_columns_of_the_hub_give_questions(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    rows, first_id, first_answer = ROWS[name]
    splits = hub.SOURCES["gsm8k/train" if name == "gsm8k" else name].splits

    def load(repo: str, config: str | None, *, split: str, streaming: bool) -> list[dict[str, Any]]:
        assert streaming
        return [rows[splits.index(split)]]

    monkeypatch.setitem(sys.modules, "datasets", Library(load))
    questions = list(open_questions(QuestionsConfig(set=name)))  # type: ignore[arg-type]
    assert len(questions) == len(splits) == len(rows)
    assert (questions[0].question_id, questions[0].answer) == (first_id, first_answer)


def test_a_local_folder_is_read_through_datasets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("datasets", reason="the hub extra is not installed")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/train.jsonl").write_text("".join(json.dumps(GSM8K) + "\n" for _ in range(5)))
    local = replace(hub.SOURCES["gsm8k/train"], repo=str(tmp_path / "data"), config=None)
    monkeypatch.setitem(hub.SOURCES, "gsm8k/train", local)
    stream = open_questions(QuestionsConfig(set="gsm8k", start=1, limit=2))
    assert [question.question_id for question in stream] == ["gsm8k/train/1", "gsm8k/train/2"]
    monkeypatch.setitem(hub.SOURCES, "gsm8k/train", replace(local, columns=("worked",)))
    with pytest.raises(QuestionsError, match=r"no column 'worked', it has question, answer; .*questions.path"):
        list(open_questions(QuestionsConfig(set="gsm8k")))


def test_a_missing_library_is_named_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(QuestionsError, match=r"pip install 'pad-ray\[hub\]', or give questions.path"):
        open_questions(QuestionsConfig(set="svamp"))


def test_a_hub_out_of_reach_is_named_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(*_: object, **__: object) -> object:
        raise ConnectionError("no route\nto huggingface.co")

    monkeypatch.setitem(sys.modules, "datasets", Library(load))
    with pytest.raises(QuestionsError, match=r"no route to huggingface.co.*questions.path") as error:
        open_questions(QuestionsConfig(set="gsm8k", split="test"))
    assert "\n" not in str(error.value)


def test_a_hub_that_breaks_off_is_an_error_and_not_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        yield GSM8K
        raise TimeoutError("read timed out")

    monkeypatch.setitem(sys.modules, "datasets", Library(lambda *_, **__: broken()))
    stream = iter(open_questions(QuestionsConfig(set="gsm8k", on_bad_row="skip")))
    assert next(stream).question_id == "gsm8k/train/0"
    with pytest.raises(QuestionsError, match="read timed out"):
        next(stream)


def test_datasets_is_only_loaded_where_it_is_used() -> None:
    import subprocess

    code = "import sys, pad_ray.questions; sys.exit('datasets' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
