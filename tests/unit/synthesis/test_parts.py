"""Questions cut into parts: each question in exactly one, and found again after a kill."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pad_ray.config import QuestionsConfig
from pad_ray.errors import QuestionsError
from pad_ray.questions import open_questions
from pad_ray.records import Question, questions_of
from pad_ray.shards.reader import read_table
from pad_ray.synthesis.parts import LISTING, Parts, cut

TEN = QuestionsConfig(set="wordsums", limit=10)


def jsonl(path: Path, lines: list[str]) -> QuestionsConfig:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return QuestionsConfig(set="jsonl", path=path, on_bad_row="skip")


def row(number: int) -> str:
    return json.dumps({"question_id": f"q/{number}", "question": f"How many are {number}?", "answer": str(number)})


def questions_in(parts: Parts) -> list[list[Question]]:
    return [list(questions_of(read_table(parts.path(index)))) for index in range(parts.count)]


def test_every_question_is_in_one_part_in_order(tmp_path: Path) -> None:
    parts = cut(TEN, 4, tmp_path)
    assert (parts.count, parts.questions, parts.skipped) == (3, 10, 0)
    found = questions_in(parts)
    assert [len(part) for part in found] == [4, 4, 2]
    assert [question for part in found for question in part] == list(open_questions(TEN))


def test_a_last_part_that_is_full_is_the_last(tmp_path: Path) -> None:
    assert cut(TEN, 5, tmp_path).count == 2


def test_parts_are_cut_once(tmp_path: Path) -> None:
    config = jsonl(tmp_path / "questions.jsonl", [row(i) for i in range(5)])
    first = cut(config, 2, tmp_path / "parts")
    (tmp_path / "questions.jsonl").unlink()
    again = cut(config, 2, tmp_path / "parts")
    assert again == first
    assert [q.question_id for part in questions_in(again) for q in part] == [f"q/{i}" for i in range(5)]


def test_a_cut_that_was_killed_is_made_again(tmp_path: Path) -> None:
    first = cut(TEN, 4, tmp_path)
    wanted = questions_in(first)
    (tmp_path / LISTING).unlink()
    first.path(1).write_bytes(b"")
    assert questions_in(cut(TEN, 4, tmp_path)) == wanted


def test_rows_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    config = jsonl(tmp_path / "questions.jsonl", [row(0), "no JSON", row(1), '{"question": "no answer?"}'])
    parts = cut(config, 2, tmp_path / "parts")
    assert (parts.count, parts.questions, parts.skipped) == (1, 2, 2)


def test_a_set_without_questions_is_refused_and_leaves_no_listing(tmp_path: Path) -> None:
    config = jsonl(tmp_path / "questions.jsonl", ["no JSON"])
    with pytest.raises(QuestionsError, match="question set jsonl: no question in it"):
        cut(config, 2, tmp_path / "parts")
    assert not (tmp_path / "parts" / LISTING).exists()
