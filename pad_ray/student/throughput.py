"""How fast a training is and how well it uses its processors, from counters. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

WINDOW_SECONDS = 60.0
"""What is recent: long enough that a savepoint does not look like a breakdown, short enough to see one within a minute.
The newest two readings count in any case."""

SHORTEST = 1e-9
"""Seconds; keeps two readings of one instant from dividing by 0."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Counters at one moment, all since the ranks started."""

    seconds: float
    """Wall time."""
    tokens: int
    """Useful ones (no padding), of all ranks."""
    waited: float
    """Seconds for which the rank that waited longest had no batch to compute on."""
    computed: int
    """Tokens computed on, padding included, of all ranks."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What is shown of it."""

    tokens_per_second: float
    """Useful ones, all ranks, over the last `WINDOW_SECONDS`."""
    mean_tokens_per_second: float
    """The same since the ranks started, savepoints included."""
    mfu: float | None
    """Model FLOPs utilisation over the same window, as in PaLM's appendix B (https://arxiv.org/abs/2204.02311): the
    arithmetic that useful tokens need, over what the processors could have done meanwhile. None: peak not known."""
    data_wait: float
    """Share of the window for which ranks waited for their batches."""
    useful_share: float
    """Useful tokens over those computed on, since the ranks started: what is missing to 1 is padding."""
    eta_seconds: float | None
    """Until the last step, at the mean pace; None: nobody knows how many there will be."""


class Throughput:
    """`read()` at every entry of progress gives the pace up to there."""

    def __init__(self, *, flops_per_token: float, peak: float | None) -> None:
        """
        Args:
            flops_per_token: forward and backward, per useful token.
            peak: FLOP/s of all ranks together; None where that is not known.
        """
        self._flops, self._peak = flops_per_token, peak
        self._start = Reading(0.0, 0, 0.0, 0)
        self._window: deque[Reading] = deque([self._start])

    def read(self, now: Reading, *, tokens_left: int | None) -> Pace:
        """The pace at `now`, when `tokens_left` useful tokens, or nobody knows how many, are still to come."""
        self._window.append(now)
        while len(self._window) > 2 and now.seconds - self._window[0].seconds > WINDOW_SECONDS:
            self._window.popleft()
        first = self._window[0]
        recent, mean = _speed(first, now), _speed(self._start, now)
        return Pace(
            tokens_per_second=recent,
            mean_tokens_per_second=mean,
            mfu=recent * self._flops / self._peak if self._peak else None,
            data_wait=min((now.waited - first.waited) / max(now.seconds - first.seconds, SHORTEST), 1.0),
            useful_share=now.tokens / now.computed if now.computed else 1.0,
            eta_seconds=tokens_left / mean if tokens_left is not None and mean else None,
        )


def _speed(first: Reading, last: Reading) -> float:
    return (last.tokens - first.tokens) / max(last.seconds - first.seconds, SHORTEST)
