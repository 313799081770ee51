"""Evaluating a model on a question set: the synthesis flow with the model as its engine, then the metrics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pad_ray.evaluation.metrics import Metrics, measure
from pad_ray.records import Status
from pad_ray.shards.files import commit_json
from pad_ray.shards.reader import read_shards
from pad_ray.synthesis.flow import Flow
from pad_ray.synthesis.runner import Attempt, run_flow

MEASURED_COLUMNS = ["question_id", "answer_kind", "steps", "given_answer", "status", "error_type"]


def evaluate(flow: Flow, folder: Path, attempt: Attempt) -> Metrics:
    """Judge the flow's programs into `folder` and write `summary.json` beside them.

    Raises:
        the errors of `run_flow`.
    """
    totals = run_flow(flow, folder, attempt)
    metrics = measure(judged_rows(folder), totals.questions)
    rate = totals.programs / totals.seconds if totals.seconds else 0.0
    commit_json(folder / "summary.json", asdict(metrics) | {"seconds": totals.seconds, "programs_per_second": rate})
    return metrics


def judged_rows(folder: Path) -> Iterator[dict[str, Any]]:
    """The rows of a flow's shards, with the columns that metrics need, one shard in memory at a time."""
    for table in read_shards(folder / "shards"):
        yield from table.select(MEASURED_COLUMNS).to_pylist()


def scored(folder: Path) -> dict[str, float]:
    """Of each question that has programs in the flow's shards, the share of them that is right."""
    draws: dict[str, list[bool]] = {}
    for row in judged_rows(folder):
        draws.setdefault(row["question_id"], []).append(row["status"] == Status.RIGHT)
    return {question: sum(right) / len(right) for question, right in draws.items()}
