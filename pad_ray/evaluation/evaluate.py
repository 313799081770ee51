"""Evaluating a model on a question set: the synthesis flow with the model as its engine, then the metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from pad_ray.config import QuestionsConfig
from pad_ray.evaluation.metrics import Metrics, measure
from pad_ray.records import Question, Status
from pad_ray.shards.files import commit_json
from pad_ray.shards.manifest import Totals
from pad_ray.shards.place import Place
from pad_ray.shards.reader import read_shards
from pad_ray.synthesis.flow import Flow
from pad_ray.synthesis.parts import all_questions
from pad_ray.synthesis.runner import Attempt, run_flow, run_sets

MEASURED_COLUMNS = ["question_id", "answer_kind", "given_answer", "status", "error_type"]


def evaluate(flow: Flow, folder: Path, attempt: Attempt) -> Metrics:
    """Judge the flow's programs into `folder` and write `summary.json` beside them.

    Raises:
        the errors of `run_flow`.
    """
    return _summary(folder, run_flow(flow, folder, attempt))


def evaluate_sets(
    flow: Flow, sets: Sequence[tuple[QuestionsConfig, Path]], attempt: Attempt, ended: Callable[[int, Metrics], None]
) -> None:
    """`evaluate` with each of several question sets, into a folder of its own, by the same engines.

    Args:
        ended: Told the number of each set and its figures as soon as it has ended. Its seconds, and so its programs a
            second, are those in which any of its shards was worked on: beside it other sets may have been.

    Raises:
        the errors of `run_flow`.
    """
    run_sets(flow, sets, attempt, lambda number, totals: ended(number, _summary(sets[number][1], totals)))


def _summary(folder: Path, totals: Totals) -> Metrics:
    metrics = measure(judged_rows(folder), {question.question_id: question.steps for question in questions_of(folder)})
    metrics = replace(metrics, tokens=totals.tokens + totals.wasted_tokens)
    rate = totals.programs / totals.seconds if totals.seconds else 0.0
    commit_json(folder / "summary.json", asdict(metrics) | {"seconds": totals.seconds, "programs_per_second": rate})
    return metrics


def judged_rows(folder: Path) -> Iterator[dict[str, Any]]:
    """The rows of a flow's shards, with the columns that metrics need, one shard in memory at a time."""
    for table in read_shards(folder / "shards"):
        yield from table.select(MEASURED_COLUMNS).to_pylist()


def questions_of(folder: Path) -> Iterator[Question]:
    """The questions of a flow."""
    return all_questions(Place.of(folder / "questions"))


def scored(folder: Path) -> dict[str, float]:
    """Of each question that the flow asks, the share of its programs that is right; 0 where it has none."""
    draws: dict[str, list[bool]] = {question.question_id: [] for question in questions_of(folder)}
    for row in judged_rows(folder):
        draws.setdefault(row["question_id"], []).append(row["status"] == Status.RIGHT)
    return {question: sum(right) / max(len(right), 1) for question, right in draws.items()}
