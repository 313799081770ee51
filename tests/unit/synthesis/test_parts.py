"""Questions cut into parts: each question in exactly one, and found again after a kill."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pad_ray.config import QuestionsConfig
from pad_ray.errors import QuestionsError, RunDirectoryError
from pad_ray.questions import open_questions
from pad_ray.records import Question
from pad_ray.shards.place import Place
from pad_ray.synthesis.parts import FILE, LISTING, PartReader, Parts
from pad_ray.synthesis.parts import cut as cut_into

TEN = QuestionsConfig(set="wordsums", limit=10)


def jsonl(path: Path, lines: list[str]) -> QuestionsConfig:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return QuestionsConfig(set="jsonl", path=path, on_bad_row="skip")


def row(number: int) -> str:
    return json.dumps({"question_id": f"q/{number}", "question": f"How many are {number}?", "answer": str(number)})


def cut(config: QuestionsConfig, size: int, folder: Path, **options: Any) -> Parts:
    folder.mkdir(exist_ok=True)
    return cut_into(config, size, Place.of(folder), **options)


def questions_in(parts: Parts, folder: Path) -> list[list[Question]]:
    """Of every part, the last one first: a reader may be asked in any order."""
    reader = PartReader(Place.of(folder))
    return [reader.questions(index) for index in reversed(range(parts.count))][::-1]


def test_every_question_is_in_one_part_in_order(tmp_path: Path) -> None:
    parts = cut(TEN, 4, tmp_path)
    assert (parts.count, parts.questions, parts.skipped) == (3, 10, 0)
    found = questions_in(parts, tmp_path)
    assert [len(part) for part in found] == [4, 4, 2]
    assert [question for part in found for question in part] == list(open_questions(TEN))


def test_a_last_part_that_is_full_is_the_last(tmp_path: Path) -> None:
    assert cut(TEN, 5, tmp_path).count == 2


def test_parts_are_cut_once(tmp_path: Path) -> None:
    config = jsonl(tmp_path / "questions.jsonl", [row(i) for i in range(5)])
    first = cut(config, 2, tmp_path / "parts")
    before = (tmp_path / "parts" / FILE).stat().st_mtime_ns
    again = cut(config, 2, tmp_path / "parts")
    assert (tmp_path / "parts" / FILE).stat().st_mtime_ns == before
    assert again == first
    assert [q.question_id for part in questions_in(again, tmp_path / "parts") for q in part] == [
        f"q/{i}" for i in range(5)
    ]


def test_a_cut_that_was_killed_is_made_again(tmp_path: Path) -> None:
    first = cut(TEN, 4, tmp_path)
    wanted = questions_in(first, tmp_path)
    (tmp_path / LISTING).unlink()
    (tmp_path / FILE).write_bytes(b"")
    assert questions_in(cut(TEN, 4, tmp_path), tmp_path) == wanted


def test_other_questions_under_the_same_name_are_refused(tmp_path: Path) -> None:
    config = jsonl(tmp_path / "questions.jsonl", [row(i) for i in range(5)])
    cut(config, 2, tmp_path / "parts")
    jsonl(tmp_path / "questions.jsonl", [row(i) for i in range(6)])
    with pytest.raises(RunDirectoryError, match="holds other questions"):
        cut(config, 2, tmp_path / "parts")
    with pytest.raises(RunDirectoryError, match="holds other questions"):
        cut(TEN, 2, tmp_path / "parts")


def test_rows_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    config = jsonl(tmp_path / "questions.jsonl", [row(0), "no JSON", row(1), '{"question": "no answer?"}'])
    parts = cut(config, 2, tmp_path / "parts")
    assert (parts.count, parts.questions, parts.skipped) == (1, 2, 2)


def test_a_set_without_questions_is_refused_and_leaves_no_listing(tmp_path: Path) -> None:
    config = jsonl(tmp_path / "questions.jsonl", ["no JSON"])
    with pytest.raises(QuestionsError, match="question set jsonl: no question in it"):
        cut(config, 2, tmp_path / "parts")
    assert not (tmp_path / "parts" / LISTING).exists()


def test_what_is_in_an_evaluation_set_or_there_twice_is_dropped_and_told(tmp_path: Path) -> None:
    words = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    texts = [f"How {words} many?", "Where is it that the yellow bird sings?", "Where is it that the yellow bird sings?"]
    train = jsonl(
        tmp_path / "train.jsonl",
        [json.dumps({"question_id": str(i), "question": t, "answer": 1}) for i, t in enumerate(texts)],
    )
    test = jsonl(tmp_path / "test.jsonl", [json.dumps({"question_id": "t", "question": f"So {words}?", "answer": 1})])
    parts = cut(train, 2, tmp_path / "parts", near=0.8, evaluation=(test,))
    assert [q.question_id for part in questions_in(parts, tmp_path / "parts") for q in part] == ["1"]
    assert (parts.screening["near_duplicates"], parts.screening["contaminated"]) == (1, 1)
    assert cut(train, 2, tmp_path / "parts", near=0.8, evaluation=(test,)) == parts
    assert cut(train, 2, tmp_path / "all").questions == 3
