"""One pass over a question set: start and limit, bad rows, duplicate ids."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from typing import Literal

from pad_ray.errors import QuestionsError
from pad_ray.questions.decontaminate import HashSet, hash_of
from pad_ray.questions.rows import ReadRow
from pad_ray.records import Question

MAX_PROBLEMS = 20
"""Messages kept about skipped rows: enough to see the pattern, whatever the size of the file."""


class QuestionStream:
    """The questions of a set, once, in order.

    Memory does not grow with the set, but for an 8-byte hash of every id. `skipped` and `problems` fill up as the
    stream runs. Rows that `start` passes over are still read, so ids, counts and refusals do not depend on `start`.
    """

    def __init__(
        self,
        rows: Iterable[ReadRow],
        *,
        start: int = 0,
        limit: int | None = None,
        on_bad_row: Literal["refuse", "skip"] = "refuse",
    ) -> None:
        self.skipped = 0
        self.problems: list[str] = []
        self._on_bad_row = on_bad_row
        self._questions = self._run(rows, start, limit)

    def __iter__(self) -> Iterator[Question]:
        return self._questions

    def close(self) -> None:
        """Close the file behind a stream that is not read to its end."""
        self._questions.close()

    def _run(self, rows: Iterable[ReadRow], start: int, limit: int | None) -> Generator[Question]:
        seen = HashSet()
        for row in rows:
            question = row.question
            if question is None:
                self._bad_row(f"{row.where}: {row.problem}")
                continue
            if not seen.add(hash_of(question.question_id)):
                raise QuestionsError(
                    f"{row.where}: question_id {question.question_id!r} is there a second time; every id must be unique"
                )
            if len(seen) <= start:
                continue
            yield question
            if limit is not None and len(seen) >= start + limit:
                return

    def _bad_row(self, message: str) -> None:
        if self._on_bad_row == "refuse":
            raise QuestionsError(message)
        self.skipped += 1
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(message)
