"""Repair examples: (question, faulty program, feedback) -> right program, and where they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pyarrow as pa

from pad_ray.records import Program, Question, Repair, Status, Verdict
from pad_ray.refinement.feedback import feedback
from pad_ray.refinement.injection import inject
from pad_ray.student.examples import Example
from pad_ray.student.templates import repair_example

Judge = Callable[[Sequence[tuple[Question, Program]]], list[Verdict]]
"""Runs programs and says what became of each, in order."""


def injected(
    rows: Iterable[dict[str, Any]], edits: Sequence[str], share: float, seed: str, judge: Judge
) -> list[Repair]:
    """Errors put into `share` of the right programs in `rows` (2.5: two for each, a third for every other).

    A faulty program is kept only if it truly fails when it is run; its feedback is the real one.
    """
    pairs, right, kinds = [], [], []
    for row in rows:
        random = Random(f"{seed}/{row['program_id']}")
        times = int(share) + (random.random() < share % 1)
        for number, edit in enumerate(_cycle(edits, times, random)):
            faulty = inject(row["code"], edit, random)
            if faulty is not None:
                name = f"{row['program_id']}/{number}/{edit}"
                program = Program(name, row["question_id"], 0, faulty, "", "injected", "")
                pairs.append((Question(row["question_id"], row["text"], row["answer"], row["answer_kind"]), program))
                right.append(row["code"])
                kinds.append(edit)
    return [
        _repair(question, program, verdict, code, f"injected:{kind}")
        for (question, program), verdict, code, kind in zip(pairs, judge(pairs), right, kinds, strict=True)
        if verdict.status != Status.RIGHT
    ]


def own_failures(rows: Iterable[dict[str, Any]], right: dict[str, str]) -> Iterator[Repair]:
    """The student's failed programs, where a right program of the same question is known (`right`, by question id)."""
    for row in rows:
        if row["status"] != Status.RIGHT and row["question_id"] in right and row["code"].strip():
            question = Question(row["question_id"], row["text"], row["answer"], row["answer_kind"])
            program = Program(f"{row['program_id']}/student", row["question_id"], 0, row["code"], "", "", "")
            verdict = Verdict(
                status=row["status"],
                answer=row["given_answer"],
                error_type=row["error_type"],
                error_message=row["error_message"],
                error_line=row["error_line"],
            )
            yield _repair(question, program, verdict, right[row["question_id"]], "student")


def repair_examples(table: pa.Table) -> Iterator[Example]:
    """The training pairs of a shard of repairs."""
    return (repair_example(Repair(**row)) for row in table.to_pylist())


def in_round(repairs: Iterable[Repair], round_number: int) -> list[Repair]:
    """The repairs as examples of a round: the round is part of their id."""
    return [replace(r, repair_id=f"round-{round_number}/{r.repair_id}", round=round_number) for r in repairs]


def _repair(question: Question, program: Program, verdict: Verdict, right: str, origin: str) -> Repair:
    return Repair(
        repair_id=program.program_id,
        question_id=question.question_id,
        question=question.text,
        faulty=program.code,
        feedback=feedback(verdict),
        program=right,
        origin=origin,
        round=0,
        status=verdict.status,
    )


def _cycle(edits: Sequence[str], times: int, random: Random) -> list[str]:
    """`times` edits, as different from each other as they can be."""
    order = random.sample(list(edits), len(edits))
    return [order[i % len(order)] for i in range(times if order else 0)]
