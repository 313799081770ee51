"""Repair examples: (question, faulty program, feedback) -> right program, and where they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import pyarrow as pa

from pad_ray.records import Program, Question, Repair, Status, Verdict
from pad_ray.refinement.feedback import feedback
from pad_ray.refinement.injection import as_promised, inject
from pad_ray.refinement.profile import draw_order
from pad_ray.student.examples import Example
from pad_ray.student.templates import repair_example

Judge = Callable[[Sequence[tuple[Question, Program]]], list[Verdict]]
"""Runs programs and says what became of each, in order; with the values of their variables."""

TRIES = 4
"""Edits that are run in place of one that did not fail as its name says, at most."""


@dataclass(slots=True)
class _Place:
    """One faulty program that is wanted."""

    row: dict[str, Any]
    name: str
    edits: list[str]
    """Left to be tried, in their order."""
    random: Random
    made: set[str]
    """Faulty versions of the same program that were tried."""
    edit: str = ""

    def next(self) -> str | None:
        """The text of the next edit that finds a place, and makes what no other of this program is."""
        while self.edits:
            self.edit = self.edits.pop(0)
            faulty = inject(self.row["code"], self.edit, self.random)
            if faulty is not None and faulty not in self.made:
                self.made.add(faulty)
                return faulty
        return None


def injected(
    rows: Iterable[dict[str, Any]], chances: Mapping[str, float], share: float, seed: str, judge: Judge
) -> list[Repair]:
    """Errors put into `share` of the right programs in `rows` (2.5: two for each, a third for every other), drawn by
    their `chances` (edit -> weight).

    A faulty program is kept only if it fails, when it is run, as its edit promises; its feedback is the real one. For
    one that does not another edit is tried.
    """
    places = [place for row in rows for place in _places(row, chances, share, seed)]
    found: dict[int, Repair] = {}
    waiting = list(range(len(places)))
    for _ in range(TRIES):
        tried = [(i, faulty) for i in waiting if (faulty := places[i].next()) is not None]
        if not tried:
            break
        verdicts = judge([_pair(places[i].row, places[i].name, faulty, "injected") for i, faulty in tried])
        waiting = []
        for (i, faulty), verdict in zip(tried, verdicts, strict=True):
            place = places[i]
            if as_promised(place.edit, verdict.status):
                name = f"{place.name}/{place.edit}"
                found[i] = _repair(place.row, name, faulty, verdict, f"injected:{place.edit}")
            else:
                waiting.append(i)
    return [found[i] for i in sorted(found)]


def _places(row: dict[str, Any], chances: Mapping[str, float], share: float, seed: str) -> list[_Place]:
    random = Random(f"{seed}/{row['program_id']}")
    times = int(share) + (random.random() < share % 1)
    made: set[str] = set()
    return [
        _Place(row, f"{row['program_id']}/{number}", draw_order(chances, random), random, made)
        for number in range(times)
    ]


def confirmed(rows: Iterable[dict[str, Any]], share: float, seed: str, judge: Judge) -> list[Repair]:
    """`share` of the right programs in `rows`, as answers to themselves: who looks again at what is right leaves it."""
    chosen = [row for row in rows if Random(f"{seed}/confirmed/{row['program_id']}").random() < share]
    names = [f"{row['program_id']}/confirmed" for row in chosen]
    verdicts = judge([_pair(row, name, row["code"], "") for row, name in zip(chosen, names, strict=True)])
    return [
        _repair(row, name, row["code"], verdict, "confirmed")
        for row, name, verdict in zip(chosen, names, verdicts, strict=True)
        if verdict.status == Status.RIGHT
    ]


def own_failures(rows: Iterable[dict[str, Any]], right: Mapping[str, str], judge: Judge) -> list[Repair]:
    """The student's failed programs, where a right program of the same question is known (`right`, by question id).

    They are run once more, for the values of their variables; one that is right now is left out.
    """
    failed = [
        row for row in rows if row["status"] != Status.RIGHT and row["question_id"] in right and row["code"].strip()
    ]
    names = [f"{row['program_id']}/student" for row in failed]
    verdicts = judge([_pair(row, name, row["code"], "") for row, name in zip(failed, names, strict=True)])
    return [
        _repair(row | {"code": right[row["question_id"]]}, name, row["code"], verdict, "student")
        for row, name, verdict in zip(failed, names, verdicts, strict=True)
        if verdict.status != Status.RIGHT
    ]


def repair_examples(table: pa.Table) -> Iterator[Example]:
    """The training pairs of a shard of repairs."""
    return (repair_example(Repair(**row)) for row in table.to_pylist())


def in_round(repairs: Iterable[Repair], round_number: int) -> list[Repair]:
    """The repairs as examples of a round: the round is part of their id."""
    return [replace(r, repair_id=f"round-{round_number}/{r.repair_id}", round=round_number) for r in repairs]


def _pair(row: Mapping[str, Any], name: str, code: str, model: str) -> tuple[Question, Program]:
    question = Question(row["question_id"], row["text"], row["answer"], row["answer_kind"])
    return question, Program(name, row["question_id"], 0, code, "", model, "")


def _repair(row: Mapping[str, Any], name: str, faulty: str, verdict: Verdict, origin: str) -> Repair:
    return Repair(
        repair_id=name,
        question_id=row["question_id"],
        question=row["text"],
        faulty=faulty,
        feedback=feedback(verdict, row["text"], faulty),
        program=row["code"],
        origin=origin,
        round=0,
        status=verdict.status,
    )
