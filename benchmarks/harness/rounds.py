"""Interleaved rounds: what is compared is measured in turns, so that a slow minute of the machine meets all alike."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Measure = Callable[[], float]
"""Does one round of work and returns its rate; it leaves its own start-up out."""


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of every contender, one per round, in the order of the rounds."""

    unit: str
    by_contender: dict[str, list[float]]

    def median(self, contender: str) -> float:
        return statistics.median(self.by_contender[contender])

    def ratio(self, contender: str, peer: str) -> float:
        """Median over the rounds of the ratio within a round: two rates of one round met the same machine."""
        pairs = zip(self.by_contender[contender], self.by_contender[peer], strict=True)
        return statistics.median(ours / theirs for ours, theirs in pairs)


def interleave(
    contenders: Mapping[str, Measure],
    *,
    unit: str,
    rounds: int,
    warm_up: int = 1,
    say: Callable[[str], None] = lambda line: None,
    settle: Callable[[], None] = lambda: None,
) -> Rates:
    """Measure all contenders in each of `rounds` rounds, each round beginning with the next of them.

    Args:
        unit: of the rates, e.g. `programs/s`.
        warm_up: rounds before the first that counts.
        say: is told every rate as it comes.
        settle: called before every measurement, outside of its time, to even out what the one before has left behind.
    """
    names = list(contenders)
    rates: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(-warm_up, rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            settle()
            rate = contenders[name]()
            if turn >= 0:
                rates[name].append(rate)
            label = f"round {turn + 1}/{rounds}" if turn >= 0 else "warm-up"
            say(f"{label}  {name}: {rate:,.1f} {unit}")
    return Rates(unit, rates)
