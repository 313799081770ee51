"""GSM-Hard (Gao et al. 2022, PAL, arXiv 2211.10435): GSM8K's test questions with larger numbers, as JSON Lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pad_ray.questions.rows import number_of, text_of
from pad_ray.records import Question

NAMES = ["gsmhardv2.jsonl", "gsmhard.jsonl", "gsm_hard.jsonl", "gsm_hard/gsmhardv2.jsonl", "gsm_hard/gsm_hard.jsonl"]
"""Where the file may be below a folder: the hub's names, and ours."""


def to_question(raw: Mapping[str, Any], position: int) -> Question:
    """`input`, `target`, and `code` where it is there: the program that the target was computed by."""
    code = raw.get("code")
    return Question(
        question_id=f"gsm_hard/{position}",
        text=text_of(raw, "input"),
        answer=number_of(raw, "target"),
        reference=code if isinstance(code, str) else "",
    )
