"""Figures over judged programs. Pure: from counts and answers to numbers."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pad_ray.executor.grading import same_answer
from pad_ray.interval import wilson
from pad_ray.records import RAN, Status


def pass_at_k(draws: int, right: int, k: int) -> float:
    """Unbiased chance that one of k draws is right (Chen et al. 2021, arXiv 2107.03374, eq. 1).

    Raises:
        ValueError: if fewer than k draws were made.
    """
    if draws < k:
        raise ValueError(f"pass@{k} needs {k} draws, there are {draws}")
    return 1.0 - math.comb(draws - right, k) / math.comb(draws, k)


def majority_is_right(answers: Sequence[tuple[str, bool]], kind: str) -> float:
    """Whether the most frequent of (answer, is right) is right: 1 or 0, or the right share where several tie.

    Answers count together when grading calls them the same. Programs without an answer do not vote.
    """
    groups: list[tuple[str, bool, int]] = []
    for answer, right in answers:
        for i, (known, known_right, votes) in enumerate(groups):
            if known_right == right and (right or known == answer or same_answer(answer, known, kind)):
                groups[i] = (known, known_right, votes + 1)
                break
        else:
            groups.append((answer, right, 1))
    if not groups:
        return 0.0
    most = max(votes for _, _, votes in groups)
    first = [right for _, right, votes in groups if votes == most]
    return sum(first) / len(first)


@dataclass(frozen=True, slots=True)
class Metrics:
    """A model on a question set. Shares are of questions for accuracy, pass@k and majority@k, of programs else."""

    questions: int
    programs: int
    accuracy: float
    """Mean over questions of the share of draws that are right (pass@1)."""
    low: float
    high: float
    """95 % interval of the accuracy (Wilson's, with questions as trials)."""
    ran: float
    """Share of programs that ran to an answer."""
    pass_at: dict[str, float] = field(default_factory=dict)
    majority_at: dict[str, float] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    """Programs by error type."""
    by_steps: dict[str, float] = field(default_factory=dict)
    """Accuracy by number of reasoning steps, where the set knows it."""
    tokens: int = 0
    """All that the model wrote for it, what was thrown away included; 0 where nobody counted."""


def measure(rows: Iterable[dict[str, Any]], asked: Mapping[str, int]) -> Metrics:
    """Metrics of judged rows (columns of `JUDGED_SCHEMA`: question_id, answer_kind, given_answer, status, ...).

    Args:
        asked: number of steps of every question, 0 where nobody knows. Those without any program (a prompt that was too
            long) are not right, by whatever figure.
    """
    questions = len(asked)
    draws: defaultdict[str, list[tuple[str, bool, bool]]] = defaultdict(list)
    kinds: dict[str, str] = {}
    statuses: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    for row in rows:
        status = Status(row["status"])
        draws[row["question_id"]].append((row["given_answer"], status is Status.RIGHT, status in RAN))
        kinds[row["question_id"]] = row["answer_kind"]
        statuses[status] += 1
        if row["error_type"]:
            errors[row["error_type"]] += 1
    programs = sum(statuses.values())
    most = min(map(len, draws.values()), default=0)
    shares = {q: sum(right for _, right, _ in d) / len(d) for q, d in draws.items()}
    accuracy = sum(shares.values()) / questions if questions else 0.0
    low, high = wilson(round(accuracy * questions), questions)
    ks = [k for k in (1, 2, 4, 8, 16, 32, 64, 128) if k <= most]
    return Metrics(
        questions=questions,
        programs=programs,
        accuracy=accuracy,
        low=low,
        high=high,
        ran=sum(statuses[s] for s in RAN) / programs if programs else 0.0,
        pass_at={
            str(k): sum(pass_at_k(len(d), sum(r for _, r, _ in d), k) for d in draws.values()) / questions for k in ks
        },
        majority_at={
            str(k): sum(majority_is_right([(a, r) for a, r, ran in d[:k] if ran], kinds[q]) for q, d in draws.items())
            / questions
            for k in ks
            if k > 1
        },
        statuses=dict(sorted(statuses.items())),
        errors=dict(errors.most_common()),
        by_steps=_by_steps(shares, asked),
    )


def _by_steps(shares: Mapping[str, float], asked: Mapping[str, int]) -> dict[str, float]:
    groups: defaultdict[int, list[float]] = defaultdict(list)
    for question, steps in asked.items():
        if steps:
            groups[steps].append(shares.get(question, 0.0))
    return {str(steps): sum(group) / len(group) for steps, group in sorted(groups.items())}
