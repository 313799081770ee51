"""SVAMP (Patel et al. 2021, arXiv 2103.07191): a JSON array of one-step problems with an equation each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pad_ray.questions.references import from_equation
from pad_ray.questions.rows import number_of, text_of
from pad_ray.records import Question

NAMES = ["SVAMP.json", "svamp/SVAMP.json"]
"""Where the file may be below a folder."""


def to_question(raw: Mapping[str, Any], position: int) -> Question:
    """`ID`, `Body`, `Question`, `Answer`, and `Equation` where there is one."""
    text = joined(text_of(raw, "Body"), text_of(raw, "Question"))
    answer = number_of(raw, "Answer")
    return Question(
        question_id=f"svamp/{text_of(raw, 'ID')}",
        text=text,
        answer=answer,
        reference=from_equation(text, str(raw.get("Equation") or ""), answer),
    )


def joined(body: str, question: str) -> str:
    """Story and question in one text. A story that stops in mid-sentence (`If there is a discount of 25 dollars`) runs
    on into its question with a comma; white space never stands before a comma or full stop."""
    stop = "" if body[-1] in ".!?,;:" else ("," if _unfinished(body) else ".")
    return re.sub(r"\s+([.,;:?!])", r"\1", " ".join(f"{body}{stop} {question}".split()))


def _unfinished(body: str) -> bool:
    last = re.split(r"[.!?]\s+", body)[-1]
    return re.match(r"(if|when|after|since|given|because|while|as|for)\b", last, re.IGNORECASE) is not None
