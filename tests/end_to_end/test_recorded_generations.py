"""Recorded generations of real language models through the real sandbox: the published counts by status.

The table is section 6 of the method's notes, made by running one program per fresh Python process under the same answer
contract.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from pad_ray.executor import Sandbox
from pad_ray.executor.outcome import verdict
from pad_ray.records import Question
from pad_ray.teacher.extract import extract_program

DATA = Path(__file__).parents[3] / "shared" / "data"

TABLE = {
    "gsm8k_test.codex_fewshot": {"right": 942, "wrong": 354, "raised": 12, "no_answer": 8, "timeout": 2},
    "svamp.codex_fewshot": {"right": 848, "wrong": 150, "raised": 1},
    "gsm8k_test.rho_1b": {"right": 751, "wrong": 552, "raised": 16},
}
"""Syntax errors are counted under `raised` in the table."""


def _questions() -> dict[str, Question]:
    questions = {}
    for line, text in enumerate((DATA / "gsm8k" / "test.jsonl").read_text(encoding="utf-8").splitlines()):
        row = json.loads(text)
        name = f"gsm8k/test/{line}"
        questions[name] = Question(name, row["question"], row["answer"].rpartition("####")[2].strip())
    for row in json.loads((DATA / "svamp" / "SVAMP.json").read_text(encoding="utf-8")):
        name = f"svamp/{row['ID']}"
        questions[name] = Question(name, f"{row['Body']} {row['Question']}", str(row["Answer"]))
    return questions


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLE)
def test_counts_by_status_are_those_published(name: str) -> None:
    recorded = DATA / "generations" / f"{name}.jsonl"
    if not recorded.exists():
        assert os.environ.get("CI") != "true", f"{recorded} is missing; CI must have it"
        pytest.skip(f"{recorded} is not on this machine")
    questions = _questions()
    rows = [json.loads(line) for line in recorded.read_text(encoding="utf-8").splitlines()]
    with Sandbox(slots=2, wall_seconds=120) as sandbox:  # time-outs are decided by CPU, so load changes none
        outcomes = list(sandbox.run(extract_program(row["completion"]) for row in rows))
    statuses = (
        verdict(outcome, questions[row["question_id"]]).status for row, outcome in zip(rows, outcomes, strict=True)
    )
    counts = Counter("raised" if status == "syntax" else status for status in statuses)
    assert dict(counts) == TABLE[name]
