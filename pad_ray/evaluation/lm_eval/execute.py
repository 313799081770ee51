"""What the task files name: programs run in pad_ray's sandbox, and their answers graded by its contract.

The harness reads this file by its path; pad_ray must be installed beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from typing import Any

from pad_ray.config import ExecutorConfig
from pad_ray.executor.grading import same_answer
from pad_ray.executor.outcome import ANSWERED
from pad_ray.executor.steady import SteadySandbox
from pad_ray.teacher.extract import extract_program


def answers(resps: Iterable[Sequence[str]], docs: object) -> list[list[str]]:
    """A filter: of each completion the answer that its program gives, empty if it gives none."""
    drawn = [list(completions) for completions in resps]
    with closing(SteadySandbox(ExecutorConfig())) as sandbox:
        outcomes = sandbox.run([extract_program(text) for completions in drawn for text in completions])
        given = [outcome.answer if outcome.status == ANSWERED else "" for outcome in outcomes]
    ended = 0
    by_question = []
    for completions in drawn:
        by_question.append(given[ended : ended + len(completions)])
        ended += len(completions)
    return by_question


def graded(doc: Mapping[str, Any], results: Sequence[str]) -> dict[str, float]:
    """Of a question: whether its first program gave the gold answer, and whether it gave any.

    Args:
        doc: has `answer`, GSM8K's (a rationale, then `#### 18`) or the answer alone.
    """
    given = results[0] if isinstance(results[0], str) else results[0][0]
    gold = str(doc["answer"]).rpartition("####")[2].strip()
    return {"exact_match": float(same_answer(given, gold, "number")), "ran": float(bool(given))}
