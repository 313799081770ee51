"""What an experiment shows: accuracies over seeds, and its claims. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pad_ray.config.experiment import ClaimConfig
from pad_ray.evaluation.comparison import Paired, compared
from pad_ray.scores import Scores


@dataclass(frozen=True, slots=True)
class Finding:
    """What an arm came to over its seeds."""

    arm: str
    accuracies: tuple[float, ...]
    """By seed."""
    examples: int | None
    """That its students were trained on, where each seed had as many."""
    tokens: float = 0.0
    """Written for a question of its evaluation, those thrown away included: what an answer costs."""

    @property
    def mean(self) -> float:
        return statistics.fmean(self.accuracies)

    @property
    def deviation(self) -> float:
        """Between seeds; 0 for one."""
        return statistics.stdev(self.accuracies) if len(self.accuracies) > 1 else 0.0


@dataclass(frozen=True, slots=True)
class Shown:
    """A claim, held against what was found."""

    claim: ClaimConfig
    points: float
    """Gained, over all seeds."""
    paired: Paired
    """By question, over all seeds."""

    @property
    def holds(self) -> bool:
        """By as many points as it says, and by more than chance where it says how sure."""
        enough = self.points >= self.claim.points if self.claim.points is not None else self.points > 0
        return enough and (self.claim.p is None or self.paired.p < self.claim.p)


def over_seeds(scores: Mapping[int, Scores]) -> dict[str, float]:
    """Of each question the mean of its shares. Not each seed's by itself: seeds are asked the same questions, and three
    seeds that agree are no three times as many questions.
    """
    asked = {question: None for known in scores.values() for question in known.shares}
    return {q: statistics.fmean([known.shares.get(q, 0.0) for known in scores.values()]) for q in asked}


def shown(claim: ClaimConfig, better: Mapping[int, Scores], than: Mapping[int, Scores]) -> Shown:
    """A claim about two arms, by their scores for each seed; seeds that one of them lacks are left out.

    Raises:
        QuestionsError: they were asked other questions.
    """
    seeds = better.keys() & than.keys()
    first, second = {seed: than[seed] for seed in seeds}, {seed: better[seed] for seed in seeds}
    paired = compared(over_seeds(first), over_seeds(second))
    gain = statistics.fmean([better[s].accuracy - than[s].accuracy for s in seeds]) if seeds else 0.0
    return Shown(claim, 100 * gain, paired)


def found(
    arm: str, accuracies: Sequence[float], examples: Iterable[int | None], tokens: Sequence[float] = ()
) -> Finding:
    """Of the figures of each seed."""
    known = set(examples)
    return Finding(
        arm,
        tuple(accuracies),
        known.pop() if len(known) == 1 else None,
        statistics.fmean(tokens) if tokens else 0.0,
    )
