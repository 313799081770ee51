"""JSON Lines: one object a line. Home of the `jsonl` set, anyone's own questions.

A row of the set has the columns of `Question`: `text` (or `question`) and `answer`, and where there are any
`question_id`, `answer_kind`, `reference`, `rationale`, `steps`; others are ignored. So what `dataclasses.asdict` makes
of a `Question` reads back as that question. A row without a `question_id` is named after the file and its 0-based line.
Without an `answer_kind` an answer is a number exactly if grading reads it as one (`pad_ray.number`), else a text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from pad_ray.number import number
from pad_ray.questions.files import MAX_ROW_BYTES, opened
from pad_ray.questions.rows import Mapper, Row, RowError, number_of, shown, text_of
from pad_ray.records import Question

BOM = b"\xef\xbb\xbf"


def rows(path: Path) -> Iterator[Row]:
    """The objects of the file, line by line; blank lines are passed over but counted."""
    with opened(path) as file:
        for position, line in enumerate(_lines(file)):
            if line is None:
                problem = f"the line is longer than {MAX_ROW_BYTES:,} bytes; one object a line is wanted"
                yield Row(f"{path}:{position + 1}", position, None, problem)
            elif line.strip():
                yield _row(line, path, position)


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """Lines without their ending; None for one too long to be held, which is passed over in pieces."""
    first = True
    while line := file.readline(MAX_ROW_BYTES + 2):
        line = line.removeprefix(BOM) if first else line
        first = False
        body = line.rstrip(b"\r\n")
        if len(body) <= MAX_ROW_BYTES:
            yield body
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(MAX_ROW_BYTES)
        yield None


def _row(line: bytes, path: Path, position: int) -> Row:
    where = f"{path}:{position + 1}"
    try:
        return Row(where, position, json.loads(line.decode("utf-8"), parse_constant=refuse_constant))
    except UnicodeDecodeError as error:
        problem = f"not UTF-8 at byte {error.start + 1} of the line; save the file as UTF-8"
    except json.JSONDecodeError as error:
        problem = f"not JSON at column {error.colno} ({error.msg}); one object a line is wanted"
    except (ValueError, RecursionError) as error:
        problem = f"not JSON that can be read ({error}); one object a line is wanted"
    return Row(where, position, None, problem)


def refuse_constant(name: str) -> None:
    """JSON has no NaN and no Infinity, though Python reads them."""
    raise ValueError(f"{name} is not a JSON number")


def mapper(stem: str) -> Mapper:
    """The mapping of the `jsonl` set; `stem` names rows that have no id."""

    def to_question(raw: Mapping[str, Any], position: int) -> Question:
        answer, kind = _answer(raw)
        steps = raw.get("steps") or 0
        if type(steps) is not int or not 0 <= steps < 2**31:
            raise RowError(f"'steps' is {shown(steps)}; a whole number is wanted")
        return Question(
            question_id=_optional(raw, "question_id") or f"{stem}/{position}",
            text=text_of(raw, "text", "question"),
            answer=answer,
            answer_kind=kind,
            reference=_optional(raw, "reference"),
            rationale=_optional(raw, "rationale"),
            steps=steps,
        )

    return to_question


def _answer(raw: Mapping[str, Any]) -> tuple[str, str]:
    kind = raw.get("answer_kind")
    if kind not in (None, "number", "text"):
        raise RowError(f"'answer_kind' is {shown(kind)}; 'number' or 'text' is wanted")
    if kind is None:
        stated = raw.get("answer")
        kind = "text" if isinstance(stated, str) and number(stated) is None else "number"
    return (number_of(raw, "answer") if kind == "number" else text_of(raw, "answer")), kind


def _optional(raw: Mapping[str, Any], column: str) -> str:
    return text_of(raw, column) if raw.get(column) not in (None, "") else ""
