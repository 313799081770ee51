"""The closed loop's decisions for one question, over numbers: draw more (how many), stop, or give up. No I/O.

Draws are numbered. They may end in any order, but what is decided from is the *prefix*: the results of draws 0 to i,
all of which are in. The first prefix that has enough distinct right programs, or that shows that more draws are not
worth it, ends the question; draws after it do not count, and those still under way are aborted. So what a question
ends with is a function of its draws alone, not of the order in which machines finished them: a block that is redone,
on another engine or after a crash, becomes the same block again.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log

CERTAINTY = 0.9
"""With which a share must be below its limit for a question to be given up."""

PRIOR_DRAWS = 2.0
"""Draws that the yield of the other questions counts for in the estimate of a question's own."""

EAGERNESS = 0.5
"""Of the draws that the yield asks for, how many an idle engine is given: at 1, every fifth is wasted where most
succeed, and that saves no more than one round of draws; where few succeed, half of many is many."""

MOST_AT_ONCE = 16
"""Draws of one question under way, however unlikely each is: beyond it their waste would outgrow the time they save."""


@dataclass(frozen=True, slots=True)
class Policy:
    """When a question has enough. See `SynthesisConfig` for the meaning of the fields."""

    keep: int
    max_samples: int
    give_up_below: float = 0.0
    least_variety: float = 0.0
    stops_early: bool = True
    """False draws all `max_samples`, as an evaluation does."""

    @property
    def most_barren(self) -> int:
        """Draws in a row without a new distinct right program after which a question is given up."""
        return _failures_until_below(self.give_up_below, self.max_samples)

    @property
    def most_repeats(self) -> int:
        """Right programs in a row that were there before, after which a question has shown all its variety."""
        return _failures_until_below(self.least_variety, self.max_samples)

    @property
    def first_draws(self) -> int:
        """Draws with which a question begins in a busy engine."""
        return min(self.keep, self.max_samples) if self.stops_early else self.max_samples


def _failures_until_below(share: float, most: int) -> int:
    """Failures in a row after which the share of successes is below `share` with `CERTAINTY`.

    With a uniform prior the posterior of the share after m failures is Beta(1, m + 1); its mass above g is
    (1 - g) ** (m + 1), which must be at most 1 - `CERTAINTY`. `most` where `share` is 0.
    """
    return max(1, ceil(log(1 - CERTAINTY) / log(1 - share) - 1)) if share > 0 else most


class Prior:
    """What the questions that have ended say about the next one: the share of draws that gave a new right program."""

    def __init__(self) -> None:
        # As if one of two draws had succeeded: gone after a few questions.
        self._draws, self._fruitful = 2.0, 1.0

    @property
    def mean(self) -> float:
        return self._fruitful / self._draws

    def learn(self, draws: int, fruitful: int) -> None:
        """A question ended after `draws`, `fruitful` of which gave a new distinct right program."""
        self._draws += draws
        self._fruitful += fruitful


@dataclass(slots=True)
class _Result:
    right: bool = False
    key: str = ""
    failure: Exception | None = None


class QuestionLoop:
    """One question: told what its draws came to, asked what to do next."""

    def __init__(self, policy: Policy, prior: Prior) -> None:
        self._policy = policy
        self._prior = prior
        self._most = policy.max_samples
        self._results: dict[int, _Result] = {}
        """Of draws that are in, beyond the prefix."""
        self._keys: set[str] = set()
        self._barren = self._repeats = 0
        self._started = 0
        self.drawn = 0
        """Draws in the prefix: 0 to `drawn` - 1 count."""
        self.right = 0
        self.kept: list[int] = []
        """The draws in the prefix whose programs are right, and distinct from those before: at most `keep`."""
        self.ended = False
        self.failure: Exception | None = None
        """Why a draw in the prefix could not be made, which ends the question."""

    @property
    def given_up(self) -> bool:
        """Whether it was ended before it had all its samples, without enough."""
        return self.ended and not self.satisfied and self.failure is None and self.drawn < self._most

    @property
    def satisfied(self) -> bool:
        """Whether as many distinct right programs as wanted were found."""
        return len(self.kept) >= self._policy.keep

    def next_draws(self, *, idle: bool) -> range:
        """The draws to start now; empty while those under way may be enough.

        `idle`: the engine has room that nothing else fills, so draws that may turn out unneeded cost no time. Otherwise
        only as many are under way as would all be needed if all came out well: nothing is wasted on them.
        """
        if self.ended:
            return range(0)
        under_way = self._started - self.drawn
        wanted = self._wanted(idle) - under_way
        first = self._started
        self._started = min(first + max(wanted, 0), self._most)
        return range(first, self._started)

    def _wanted(self, idle: bool) -> int:
        if not self._policy.stops_early:
            return self._most
        missing = self._policy.keep - len(self.kept)
        if not idle:
            return missing
        fruitful = (len(self.kept) + PRIOR_DRAWS * self._prior.mean) / (self.drawn + PRIOR_DRAWS)
        return min(max(missing, ceil(EAGERNESS * missing / max(fruitful, 1 / MOST_AT_ONCE))), MOST_AT_ONCE)

    def take(self, draw: int, *, right: bool, key: str = "") -> None:
        """A draw is in: its program is right or not, and `key` says which right programs are the same."""
        self._results[draw] = _Result(right, key)
        self._advance()

    def fail(self, draw: int, failure: Exception) -> None:
        """A draw could not be made. It counts when the prefix reaches it: until then it may turn out unneeded."""
        self._results[draw] = _Result(failure=failure)
        self._advance()

    def exhaust(self, draw: int) -> None:
        """There is no such draw, nor any after it."""
        self._most = min(self._most, draw)
        self._started = min(self._started, max(self._most, self.drawn))
        self._results = {known: result for known, result in self._results.items() if known < draw}
        self._advance()

    def _advance(self) -> None:
        while not self.ended and self.drawn in self._results:
            self._count(self.drawn, self._results.pop(self.drawn))
        if self.drawn >= self._most:
            self._end()

    def _count(self, draw: int, result: _Result) -> None:
        if result.failure is not None:
            self.failure = result.failure
            self._end()
            return
        self.drawn += 1
        self._barren += 1
        self.right += result.right
        self._repeats += result.right
        if result.right and not self.satisfied and result.key not in self._keys:
            self._keys.add(result.key)
            self.kept.append(draw)
            self._barren = self._repeats = 0
        if self._policy.stops_early and (self.satisfied or self._hopeless):
            self._end()

    @property
    def _hopeless(self) -> bool:
        return self._barren >= self._policy.most_barren or self._repeats >= self._policy.most_repeats

    def _end(self) -> None:
        if not self.ended:
            self.ended = True
            self._prior.learn(self.drawn, len(self.kept))
