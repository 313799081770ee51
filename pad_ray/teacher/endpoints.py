"""Which of several servers a request goes to, and when. Pure: times and outcomes come in, endpoints and seconds go out.

A request goes to the endpoint with the fewest under way. One that fails is rested, longer each time, and tried again
with a single request (a circuit breaker: Nygard, "Release It!", 2007, chapter 5). One that says 429 is paused as a
whole, and from then on gets half as many requests at a time, more again as they succeed (additive increase,
multiplicative decrease: Chiu and Jain, 1989).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from pad_ray.teacher.limiter import Limiter
from pad_ray.teacher.retry import delay

TOLERATED_FAILURES = 3
"""In a row before an endpoint is rested: one bad answer among hundreds under way is no outage."""

FAILURE_WEIGHT = 8
"""A failure weighs as many requests under way, or the endpoint that fails fastest would be the least busy."""

FAILURE_SECONDS = 5.0
"""For so long: where there is little to do, an endpoint with more weight than the others would never be asked again."""

NEVER_UP_SECONDS = 60.0
"""An endpoint that never answered is given up after this: most likely its address is wrong."""

DOWN_SECONDS = 600.0
"""One that did answer may be loading a large model again, which takes minutes."""

LOOK_AGAIN_SECONDS = 0.02
"""Until an endpoint that has as many requests as it may is looked at again."""


@dataclass(slots=True)
class Endpoint:
    """One server, and how it has been doing. Times are the caller's, monotonic, in seconds."""

    url: str
    limiter: Limiter = field(default_factory=Limiter)
    under_way: int = 0
    proven: bool = False
    """Whether it ever answered."""
    failures: int = 0
    """In a row."""
    failed_at: float = 0.0
    refusals: int = 0
    """429s in a row, of those sent after the pause for the one before."""
    most: float | None = None
    """Requests under way that it bears; None: it never complained."""
    rest_until: float = 0.0
    slowed_at: float = 0.0
    trouble_since: float | None = None
    """When the first failure or 429 came after its last answer."""
    why: str = ""
    """The last failure, on one line."""
    without: set[str] = field(default_factory=set)
    """Fields that it does not know."""

    @property
    def probed(self) -> bool:
        """Whether one request at a time is enough: nobody knows yet that it is back."""
        return self.failures >= TOLERATED_FAILURES

    def wait(self, now: float, tokens: float) -> float:
        """Seconds until a request may go to it; 0: now."""
        if self.rest_until > now:
            return self.rest_until - now
        most = 1.0 if self.probed else self.most
        if most is not None and self.under_way >= most:
            return LOOK_AGAIN_SECONDS
        return self.limiter.wait(now, tokens)

    def load(self, now: float) -> float:
        """Of those that are free the one with the least is asked."""
        if self.probed:
            return -1.0  # First of all: a single request, once its rest is over, or nobody would know that it is back.
        weight = FAILURE_WEIGHT if now - self.failed_at < FAILURE_SECONDS else 0
        return self.under_way + weight * self.failures

    def answered(self) -> None:
        """A request was answered as it should be."""
        self.proven, self.trouble_since, self.why = True, None, ""
        self.failures = self.refusals = 0
        if self.most is not None:
            self.most += 1 / self.most

    def failed(self, now: float, why: str, random: Random, *, gone: bool = False, after: float | None = None) -> None:
        """A request came to nothing. `gone`: nobody listens, so the others need not find out, too."""
        self._in_trouble(now, why)
        if self.rest_until > now:
            return  # What was under way when it was rested says nothing new.
        self.failed_at = now
        self.failures = max(self.failures + 1, TOLERATED_FAILURES if gone else 0)
        if self.probed:
            self.rest_until = now + delay(self.failures - TOLERATED_FAILURES + 1, random, after)

    def slow_down(self, now: float, sent: float, why: str, random: Random, after: float | None = None) -> None:
        """It said 429 to a request that was sent at `sent`."""
        self._in_trouble(now, why)
        if sent >= self.slowed_at and self.rest_until <= now:
            # Of one wave the first counts; the rest was sent before anybody knew.
            self.refusals += 1
            self.most = max(1.0, self.under_way / 2)
            self.slowed_at = now
            self.rest_until = now + delay(self.refusals, random, after)
        elif after is not None:
            self.rest_until = max(self.rest_until, now + delay(1, random, after))

    def given_up(self, now: float) -> bool:
        """Whether it has been in trouble for too long."""
        patience = DOWN_SECONDS if self.proven or self.refusals else NEVER_UP_SECONDS
        return self.trouble_since is not None and now - self.trouble_since >= patience

    def _in_trouble(self, now: float, why: str) -> None:
        self.why = why
        if self.trouble_since is None:
            self.trouble_since = now


def choose(endpoints: Sequence[Endpoint], now: float, tokens: float) -> Endpoint | float:
    """The endpoint for a request that may cost `tokens`, or the seconds until one may be free for it."""
    waits = [endpoint.wait(now, tokens) for endpoint in endpoints]
    free = [endpoint for endpoint, wait in zip(endpoints, waits, strict=True) if wait <= 0]
    if not free:
        return min(waits)
    return min(free, key=lambda endpoint: endpoint.load(now))


def outage(endpoints: Sequence[Endpoint], now: float) -> str | None:
    """Why to give up, if every endpoint has been in trouble for too long."""
    if not all(endpoint.given_up(now) for endpoint in endpoints):
        return None
    return "; ".join(f"{endpoint.url}: {endpoint.why}" for endpoint in endpoints)
