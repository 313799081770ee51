"""Which judged programs are trained on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pad_ray.records import Status
from pad_ray.synthesis.dedupe import canonical

DOCSTRING = re.compile(
    r'^(def [^\n]*:\n)\s*("""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\')[ \t]*\n'
    r"(?=(?:[ \t]*\n)*[ \t]+[^\s#])"
)
"""A docstring right below the first `def` of a function that has more than it."""

SELECTED_COLUMNS = ["question_id", "text", "answer", "answer_kind", "program_id", "code", "status"]

KEPT_COLUMN = "kept"
"""Says which programs the closed loop kept; shards of earlier versions lack it."""


def columns(there: Iterable[str]) -> list[str]:
    """What `select` reads of a table that has the columns `there`."""
    return [*SELECTED_COLUMNS, KEPT_COLUMN] if KEPT_COLUMN in there else SELECTED_COLUMNS


def select(rows: Iterable[dict[str, Any]], keep: int) -> Iterator[dict[str, Any]]:
    """At most `keep` right programs per question: those that the loop kept, or, where no row says, distinct ones.

    Rows of one question must follow each other, as they do within a shard; so memory does not grow.
    """
    question, chosen, seen = "", 0, set[str]()
    for row in rows:
        if row["question_id"] != question:
            question, chosen, seen = row["question_id"], 0, set()
        if row["status"] != Status.RIGHT or chosen >= keep:
            continue
        program = training_text(row["code"])
        kept = row.get(KEPT_COLUMN)
        if kept is None:
            key = canonical(program)
            kept = key not in seen
            seen.add(key)
        if kept:
            chosen += 1
            yield row | {"code": program}


def program_key(code: str, answer_from: str = "auto") -> str:
    """The same for programs that are the same to a student."""
    return canonical(training_text(code), answer_from)


def training_text(code: str) -> str:
    """The program as the student is to write it: the docstring that repeats the question is dropped (PaD, released
    code)."""
    return DOCSTRING.sub(r"\1", code.strip(), count=1)
