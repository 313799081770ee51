"""What a model scored, question by question, and whether another one scored more than by chance. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pad_ray.interval import Z95


@dataclass(frozen=True, slots=True)
class Scores:
    """Of one model on a number of questions."""

    shares: Mapping[str, float]
    """By question: the share of its draws that is right. A question that is missing has none."""
    questions: int

    @property
    def accuracy(self) -> float:
        """The mean over questions; 0 without any."""
        return math.fsum(self.shares.values()) / self.questions if self.questions else 0.0

    def noise(self, before: Scores) -> float:
        """Half the width of the 95 % interval of the difference of two accuracies on the same questions, which are
        paired: what both get right, or both wrong, is no noise.
        """
        if not self.questions:
            return 0.0
        known = self.shares.keys() | before.shares.keys()
        gains = [self.shares.get(question, 0.0) - before.shares.get(question, 0.0) for question in known]
        mean = math.fsum(gains) / self.questions
        spread = math.fsum((gain - mean) ** 2 for gain in gains) + mean**2 * (self.questions - len(known))
        return Z95 * math.sqrt(spread) / self.questions
