"""The verdict on a chain of thought: it is judged by the answer that it states; there is nothing to run."""

from __future__ import annotations

from pad_ray.executor.outcome import ANSWERED, Outcome, verdict
from pad_ray.records import Program, Question, Verdict
from pad_ray.teacher.extract import extract_answer


def stated_verdict(question: Question, program: Program) -> Verdict:
    """`right` or `wrong` by the stated answer, or `no_answer`."""
    answer = extract_answer(program.completion)
    return verdict(Outcome(ANSWERED if answer else "no_answer", answer, isolation="text"), question)
