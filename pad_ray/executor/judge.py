"""Programs judged against their questions, in one sandbox."""

from __future__ import annotations

from collections.abc import Sequence

from pad_ray.executor.outcome import verdict
from pad_ray.executor.sandbox import Sandbox
from pad_ray.records import Program, Question, Verdict


def judge(sandbox: Sandbox, pairs: Sequence[tuple[Question, Program]]) -> list[Verdict]:
    """One verdict per pair, in order.

    Raises:
        SandboxError: if the machinery fails; there are no partial results.
    """
    outcomes = sandbox.run(program.code for _, program in pairs)
    return [verdict(outcome, question) for outcome, (question, _) in zip(outcomes, pairs, strict=True)]
