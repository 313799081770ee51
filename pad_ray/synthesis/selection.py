"""Which judged programs are trained on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pad_ray.records import Status

DOCSTRING = re.compile(
    r'^(def [^\n]*:\n)\s*("""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\')[ \t]*\n'
    r"(?=(?:[ \t]*\n)*[ \t]+[^\s#])"
)
"""A docstring right below the first `def` of a function that has more than it."""

SELECTED_COLUMNS = ["question_id", "text", "answer", "answer_kind", "program_id", "code", "status"]


def select(rows: Iterable[dict[str, Any]], keep: int) -> Iterator[dict[str, Any]]:
    """At most `keep` right programs per question, no two with the same text.

    Rows of one question must follow each other, as they do within a shard; so memory does not grow.
    """
    question, seen = "", set[str]()
    for row in rows:
        if row["question_id"] != question:
            question, seen = row["question_id"], set()
        if row["status"] == Status.RIGHT and len(seen) < keep:
            program = training_text(row["code"])
            if program not in seen:
                seen.add(program)
                yield row | {"code": program}


def training_text(code: str) -> str:
    """The program as the student is to write it: the docstring that repeats the question is dropped (PaD, released
    code)."""
    return DOCSTRING.sub(r"\1", code.strip(), count=1)
