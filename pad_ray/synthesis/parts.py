"""The questions of a flow, cut into parts: the unit that is drawn, judged, committed and redone together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from pad_ray.config import QuestionsConfig
from pad_ray.errors import QuestionsError
from pad_ray.questions import open_questions
from pad_ray.records import QUESTION_SCHEMA, Question, to_table
from pad_ray.shards.files import commit_json, read_json
from pad_ray.shards.writer import shard_path, write_table

LISTING = "parts.json"
"""Written last: while it is missing, the parts are made again."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Which parts there are. Part `i` has the questions of shard `i`."""

    folder: Path
    count: int
    questions: int
    skipped: int
    """Rows of the set that could not be read, with `on_bad_row: skip`."""

    def path(self, index: int) -> Path:
        return shard_path(self.folder, index)


def cut(config: QuestionsConfig, size: int, folder: Path) -> Parts:
    """Read the question set once, as a stream, into parts of `size` questions; or find them already cut.

    Raises:
        QuestionsError: if the set cannot be read or is empty.
    """
    listing = folder / LISTING
    if not listing.exists():
        stream = open_questions(config)
        questions = count = 0
        for count, part in enumerate(_in_parts(stream, size), start=1):
            write_table(shard_path(folder, count - 1), to_table(part, QUESTION_SCHEMA))
            questions += len(part)
        if not questions:
            raise QuestionsError(f"question set {config.name}: no question in it; check path, split, start and limit")
        commit_json(listing, {"count": count, "questions": questions, "skipped": stream.skipped})
    known: dict[str, Any] = read_json(listing)
    return Parts(folder, known["count"], known["questions"], known["skipped"])


def _in_parts(questions: Iterable[Question], size: int) -> Iterator[list[Question]]:
    iterator = iter(questions)
    while part := list(islice(iterator, size)):
        yield part
