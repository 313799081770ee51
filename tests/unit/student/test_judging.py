"""Answers of a student become verdicts; what the sandbox fails at does not."""

from __future__ import annotations

from typing import Any

import pytest

from pad_ray.config import ExecutorConfig
from pad_ray.errors import SandboxError
from pad_ray.records import Question, Status, Verdict
from pad_ray.student import judging
from pad_ray.student.judging import Judge

QUESTIONS = [Question(f"q/{number}", "How many?", str(number)) for number in range(3)]


def test_a_chain_of_thought_is_judged_by_what_it_states() -> None:
    completions = ["None.\nThe answer is 0.", "The answer is 7.", "Who knows?"]
    assert Judge(ExecutorConfig(), "rationale-v1").statuses(QUESTIONS, completions) == [
        Status.RIGHT,
        Status.WRONG,
        Status.NO_ANSWER,
    ]


class Pool:
    """Executors of which the first fail for good."""

    made: list[Pool]

    def __init__(self, config: ExecutorConfig, *, cpus: float) -> None:
        self.cpus, self.closed = cpus, False
        self.made.append(self)

    def judge(self, pairs: list[Any]) -> list[Verdict]:
        if self is self.made[0]:
            raise SandboxError("no room for a process")
        return [Verdict("right" if program.code == f"answer = {q.answer}" else "wrong") for q, program in pairs]

    def close(self) -> None:
        self.closed = True


def test_executors_that_failed_are_replaced_and_book_no_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    Pool.made = []
    monkeypatch.setattr(judging, "ExecutorPool", Pool)
    judge = Judge(ExecutorConfig(), "program-v1")
    completions = ["answer = 0", "```python\nanswer = 1\n```", "answer = 1"]
    with pytest.raises(SandboxError, match="no room"):
        judge.statuses(QUESTIONS, completions)
    assert Pool.made[0].closed
    assert judge.statuses(QUESTIONS, completions) == [Status.RIGHT, Status.RIGHT, Status.WRONG]
    assert judge.statuses(QUESTIONS, completions)[0] == Status.RIGHT
    assert len(Pool.made) == 2
    assert [pool.cpus for pool in Pool.made] == [0, 0]
    judge.close()
    assert Pool.made[1].closed
