"""How soon the next request may go to an endpoint under its limits per minute. Pure: times come in, seconds go out."""

from __future__ import annotations

from dataclasses import dataclass, field

BURST_SECONDS = 1.0
"""What may be spent at once after a rest: servers that state a limit per minute count it by the second."""


@dataclass(slots=True)
class Bucket:
    """A token bucket that may be overdrawn once: a cost above its size is paid off before anything else goes."""

    per_minute: float
    balance: float = field(init=False)
    at: float | None = field(init=False, default=None)
    """When the balance was right, in the caller's seconds."""

    def __post_init__(self) -> None:
        self.balance = self.size

    @property
    def rate(self) -> float:
        return self.per_minute / 60

    @property
    def size(self) -> float:
        return self.rate * BURST_SECONDS

    def wait(self, now: float, cost: float) -> float:
        """Seconds until `cost` may be taken; 0: now."""
        self._fill(now)
        return max(0.0, min(cost, self.size) - self.balance) / self.rate

    def take(self, now: float, cost: float) -> None:
        """Spend `cost`; a negative one gives back what was taken too much."""
        self._fill(now)
        self.balance = min(self.size, self.balance - cost)

    def _fill(self, now: float) -> None:
        if self.at is not None and now > self.at:
            self.balance = min(self.size, self.balance + (now - self.at) * self.rate)
        self.at = now if self.at is None else max(now, self.at)


class Limiter:
    """Requests and tokens per minute of one endpoint; None: no limit."""

    def __init__(self, requests_per_minute: float | None = None, tokens_per_minute: float | None = None) -> None:
        self._requests = Bucket(requests_per_minute) if requests_per_minute else None
        self._tokens = Bucket(tokens_per_minute) if tokens_per_minute else None

    def wait(self, now: float, tokens: float) -> float:
        """Seconds until a request that may cost `tokens` may go."""
        request = self._requests.wait(now, 1) if self._requests else 0.0
        return max(request, self._tokens.wait(now, tokens)) if self._tokens else request

    def take(self, now: float, tokens: float) -> None:
        """A request goes, and is expected to cost `tokens`."""
        if self._requests:
            self._requests.take(now, 1)
        if self._tokens:
            self._tokens.take(now, tokens)

    def correct(self, now: float, expected: float, used: float) -> None:
        """It cost `used` tokens in the end."""
        if self._tokens:
            self._tokens.take(now, used - expected)
