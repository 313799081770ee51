"""GSM-Hard as it is published."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pad_ray.config import QuestionsConfig
from pad_ray.errors import QuestionsError
from pad_ray.questions import open_questions

ROWS = [
    {"input": "Janet has 16 eggs, 5,000,000 a day.", "code": "\ndef solution():\n    return 1\n", "target": -9867630.0},
    {"input": "How many?", "target": 3},
]


def write(folder: Path, rows: list[dict[str, object]]) -> Path:
    path = folder / "gsmhardv2.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_rows_are_questions_with_numbers(tmp_path: Path) -> None:
    write(tmp_path, ROWS)
    first, second = open_questions(QuestionsConfig(set="gsm_hard", path=tmp_path))
    assert (first.question_id, first.answer, first.answer_kind) == ("gsm_hard/0", "-9867630", "number")
    assert first.reference == ROWS[0]["code"]
    assert (second.question_id, second.text, second.answer, second.reference) == ("gsm_hard/1", "How many?", "3", "")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"question": "How many?", "answer": "3"}, "input"),  # another version
        ({"input": "How many?", "target": "many"}, "target"),
        ({"input": "How many?", "target": None}, "target"),
    ],
)
def test_what_is_no_such_row_is_named(tmp_path: Path, row: dict[str, object], problem: str) -> None:
    write(tmp_path, [ROWS[1], row])
    with pytest.raises(QuestionsError, match=rf"gsmhardv2\.jsonl:2: .*{problem}"):
        list(open_questions(QuestionsConfig(set="gsm_hard", path=tmp_path)))
