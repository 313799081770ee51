"""BIG-Bench Hard (Suzgun et al. 2022, arXiv 2210.09261): a JSON file per task, with an `examples` array.

The check of general abilities: what a student may lose while it learns to solve sums.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pad_ray.number import number
from pad_ray.questions.rows import Mapper, text_of
from pad_ray.records import Question

KEY = "examples"
"""The name under which the rows are."""


def mapper(task: str) -> Mapper:
    """The mapping of one task, such as `boolean_expressions`; it is part of the ids."""

    def to_question(raw: Mapping[str, Any], position: int) -> Question:
        """`input`, `target`: a number, an option like `(A)`, a word or a list."""
        answer = text_of(raw, "target")
        return Question(
            question_id=f"bbh/{task}/{position}",
            text=text_of(raw, "input"),
            answer=answer,
            answer_kind="text" if number(answer) is None else "number",
        )

    return to_question
