"""Validations as numbers: which student is the best so far, and when a training stops. Pure.

*Better* is more right answers. Of students that are as good as each other the later one is kept, since it has learnt
from more; but as good is not better, so it does not keep a training going.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pad_ray.interval import wilson
from pad_ray.records import RAN, Status


@dataclass(frozen=True, slots=True)
class Validation:
    """What the student's answers came to after an optimizer step."""

    step: int
    accuracy: float
    """Share of the questions that were answered right."""
    interval: tuple[float, float]
    """Wilson's, 95 %."""
    ran: float
    """Share of the questions whose program ran to an answer."""
    seconds: float
    """That it took, answering and judging."""

    @classmethod
    def of(cls, step: int, statuses: Sequence[Status], seconds: float) -> Validation:
        """`statuses`: one for each question."""
        right, ran, count = statuses.count(Status.RIGHT), sum(status in RAN for status in statuses), len(statuses)
        return cls(step, right / count, wilson(right, count), ran / count, seconds)

    def entry(self) -> dict[str, Any]:
        """As JSON lines have it."""
        return asdict(self) | {"interval": list(self.interval)}


def told(entry: dict[str, Any]) -> str:
    """A validation's entry in words: `validation at step 200: 41.2% right (95%: 30.5% to 52.8%), 90.6% ran, 3.1 s`."""
    low, high = entry["interval"]
    return (
        f"validation at step {entry['step']}: {entry['accuracy']:.1%} right (95%: {low:.1%} to {high:.1%}), "
        f"{entry['ran']:.1%} ran, {entry['seconds']:.1f} s"
    )


class Patience:
    """Which validations count as better, and after how many that do not it is enough."""

    def __init__(self, most: int | None, kept: float | None = None) -> None:
        """
        Args:
            most: validations without a better one after which a training stops; None: it never does.
            kept: accuracy of the student that lies in the folder of the best. It may be of a later step than the
                training goes on from: it was written, and then the training was killed.
        """
        self._most, self._kept = most, kept
        self._best: float | None = None
        self._best_step = 0
        self._without_better = 0

    def replay(self, accuracies: Iterable[tuple[int, float]]) -> None:
        """(step, accuracy) of the validations before the savepoint from which the training goes on."""
        for step, accuracy in accuracies:
            self._count(step, accuracy)

    def take(self, step: int, accuracy: float) -> bool:
        """Whether the student of this validation is to be kept as the best."""
        self._count(step, accuracy)
        if self._kept is not None and accuracy < self._kept:
            return False
        self._kept = accuracy
        return True

    @property
    def exhausted(self) -> bool:
        """Whether the training is to stop."""
        return self._most is not None and self._without_better >= self._most

    @property
    def why(self) -> str:
        """What is said when it stops."""
        return (
            f"{self._without_better} validations without a better one than {self._best or 0:.1%} at step "
            f"{self._best_step} (student.validation.patience)"
        )

    def _count(self, step: int, accuracy: float) -> None:
        if self._best is None or accuracy > self._best:
            self._best, self._best_step, self._without_better = accuracy, step, 0
        else:
            self._without_better += 1
