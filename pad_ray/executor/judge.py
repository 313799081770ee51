"""Programs judged against their questions, in one sandbox."""

from __future__ import annotations

from collections.abc import Sequence

from pad_ray.executor.outcome import verdict
from pad_ray.executor.sandbox import Sandbox
from pad_ray.records import Program, Question, Verdict

Task = tuple[str, str, str]
"""Code, gold answer, kind of answer: all of a question and its program that a verdict depends on.

Plain text, because it travels: to pickle the two records takes ten times as long.
"""


def task(question: Question, program: Program) -> Task:
    """What is to be judged."""
    return program.code, question.answer, question.answer_kind


def judge(sandbox: Sandbox, pairs: Sequence[tuple[Question, Program]]) -> list[Verdict]:
    """One verdict per pair, in order.

    Raises:
        SandboxError: if the machinery fails; there are no partial results.
    """
    return judge_tasks(sandbox, [task(*pair) for pair in pairs])


def judge_tasks(sandbox: Sandbox, tasks: Sequence[Task]) -> list[Verdict]:
    """One verdict per task, in order.

    Raises:
        SandboxError: if the machinery fails; there are no partial results.
    """
    outcomes = sandbox.run(code for code, _, _ in tasks)
    return [
        verdict(outcome, Question("", "", answer, kind))
        for outcome, (_, answer, kind) in zip(outcomes, tasks, strict=True)
    ]
