"""Which of a teacher's completions a student learns from, and as what: the method, and what it is compared with.

    teacher.prompt.version   student.learn_from
    program-v1               right   program-aided distillation: programs that gave the gold answer (PaD, section 3.1)
    program-v1               all     the same without the executor's filter
    rationale-v1             right   chain-of-thought fine-tuning, of chains that state the gold answer
    rationale-v1             all     the same without the filter

"PaD: Program-aided Distillation Can Teach Small Models Reasoning Better than Chain-of-thought Fine-tuning",
https://arxiv.org/abs/2305.13888, compares the first with the third. Pure: rows in, examples out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pad_ray.config import RunConfig
from pad_ray.records import Status
from pad_ray.student.examples import Example
from pad_ray.student.templates import PROGRAM, RATIONALE, program_example, rationale_example, template_fingerprint
from pad_ray.synthesis.dedupe import canonical
from pad_ray.synthesis.selection import KEPT_COLUMN, columns, select, training_text

LearnFrom = Literal["right", "all"]


def student_prompt(config: RunConfig) -> str:
    """The template that the student of a run reads: it learns to write what its teacher was asked for."""
    return RATIONALE if config.teacher.prompt.version.startswith("rationale") else PROGRAM


@dataclass(frozen=True, slots=True)
class Lessons:
    """The rows of a synthesis -> training pairs. Can be pickled."""

    keep: int
    """Examples of a question, at most."""
    prompt: str = PROGRAM
    learn_from: LearnFrom = "right"

    @staticmethod
    def of(config: RunConfig) -> Lessons:
        """Those of a run."""
        return Lessons(config.synthesis.keep, student_prompt(config), config.student.learn_from)

    @property
    def made_by(self) -> str:
        """Is another where other examples, or other words around them, come of the same rows."""
        name = f"{template_fingerprint(self.prompt)}/{self.keep}"
        return name if self.learn_from == "right" else f"{name}/{self.learn_from}"

    def columns(self, there: Iterable[str]) -> list[str]:
        """What is read of a table that has the columns `there`."""
        return [*columns(there), *(["completion"] if self.prompt != PROGRAM else [])]

    def examples(self, rows: Iterable[dict[str, Any]]) -> Iterator[Example]:
        """Rows of one question must follow each other, in the order of their draws, as they do within a shard."""
        if self.prompt == PROGRAM and self.learn_from == "right":
            return map(program_example, select(rows, self.keep))
        return self._written(rows)

    def _written(self, rows: Iterable[dict[str, Any]]) -> Iterator[Example]:
        question, seen = "", set[str]()
        for row in rows:
            if row["question_id"] != question:
                question, seen = row["question_id"], set()
            if len(seen) >= self.keep or not self._counts(row):
                continue
            text = self._text(row)
            key = canonical(text) if self.prompt == PROGRAM else text
            if text and key not in seen:
                seen.add(key)
                yield self._example(row, text)

    def _counts(self, row: Mapping[str, Any]) -> bool:
        """Shards of earlier versions do not say which rows the loop kept; there every right one may count."""
        if self.learn_from == "all":
            return True
        return row["status"] == Status.RIGHT and row.get(KEPT_COLUMN) is not False

    def _text(self, row: Mapping[str, Any]) -> str:
        """A program need not parse to be learnt from here."""
        return training_text(row["code"]) if self.prompt == PROGRAM else str(row["completion"]).strip()

    def _example(self, row: Mapping[str, Any], text: str) -> Example:
        if self.prompt == PROGRAM:
            return program_example({**row, "code": text})
        return rationale_example({**row, "completion": text})
