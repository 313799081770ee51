"""MultiArith (Roy and Roth 2015, arXiv 1608.01413): a JSON array of problems of several steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pad_ray.questions.references import from_equation
from pad_ray.questions.rows import RowError, number_of, shown, text_of
from pad_ray.records import Question

NAMES = ["MultiArith.json", "multiarith/MultiArith.json"]
"""Where the file may be below a folder."""


def to_question(raw: Mapping[str, Any], position: int) -> Question:
    """`iIndex`, `sQuestion`, `lSolutions`, `lEquations`; the hub's copy has `question` and `final_ans` instead, and no
    index, so its position stands in."""
    text = " ".join(text_of(raw, "sQuestion", "question").split())
    index = raw.get("iIndex", position)
    if type(index) is not int:
        raise RowError(f"'iIndex' is {shown(index)}; a whole number is wanted")
    answer = number_of(
        {"lSolutions[0]": _first(raw, "lSolutions"), "final_ans": raw.get("final_ans")}, "lSolutions[0]", "final_ans"
    )
    equation = str(_first(raw, "lEquations") or "").partition("=")[2]
    return Question(
        question_id=f"multiarith/{index}", text=text, answer=answer, reference=from_equation(text, equation, answer)
    )


def _first(raw: Mapping[str, Any], column: str) -> Any:
    values = raw.get(column)
    return values[0] if isinstance(values, list) and values else None
