"""When a synthesis halts by itself: what it yields and what it costs, against the limits. Pure."""

from __future__ import annotations

from collections import deque

from pad_ray.config import GuardConfig
from pad_ray.synthesis.figures import Figures

EXECUTOR_FAILURES_IN_A_ROW = 10
"""With no program judged in between: one sandbox that fails is a sick machine, and others go on; this many mean that
no machine can run programs."""

YIELD_STEPS = 100
"""In how many steps the window of the yield moves on: it is at most this share of itself too long."""

SECONDS_PER_HOUR = 3600.0


class Guard:
    """Watches the sums of one attempt.

    Args:
        tokens_before: Completion tokens that earlier attempts of the run took.
        dollars_before: What they cost.
    """

    def __init__(self, config: GuardConfig, tokens_before: int = 0, dollars_before: float = 0.0) -> None:
        self._config = config
        self._tokens_before = tokens_before
        self._dollars_before = dollars_before
        self._judged: deque[tuple[int, int]] = deque([(0, 0)])
        self._failures = (0, 0)

    def observe(self, figures: Figures, elapsed_seconds: float) -> str | None:
        """The one-line reason to halt, or None. `figures`: of this attempt, which began `elapsed_seconds` ago."""
        # Every check looks, whether or not another has found something: they remember what they see.
        found = [self._yield(figures), self._machines(figures), self._budget(figures, elapsed_seconds)]
        return next((reason for reason in found if reason), None)

    def _yield(self, figures: Figures) -> str | None:
        window, least = self._config.yield_programs, self._config.least_yield
        judged, right = figures.judged, figures.right
        if judged - self._judged[-1][0] >= max(1, window // YIELD_STEPS):
            self._judged.append((judged, right))
        while len(self._judged) > 1 and judged - self._judged[1][0] >= window:
            self._judged.popleft()
        programs, right = judged - self._judged[0][0], right - self._judged[0][1]
        if programs < window or right >= least * programs:
            return None
        return (
            f"yield collapsed: {right:,} of the last {programs:,} programs were right, fewer than "
            f"synthesis.guard.least_yield={least:g} allows; look at the template, the model and the failed programs, "
            f"then resume, with a lower limit if such a yield is expected"
        )

    def _machines(self, figures: Figures) -> str | None:
        judged, failures = self._failures
        if figures.judged != judged:
            self._failures = figures.judged, figures.executor_failures
            return None
        if figures.executor_failures - failures < EXECUTOR_FAILURES_IN_A_ROW:
            return None
        return (
            f"programs cannot be run: {figures.executor_failures - failures:,} executor failures in a row and no "
            f"verdict; `pad-ray doctor` says what is wrong with which node, then resume"
        )

    def _budget(self, figures: Figures, elapsed_seconds: float) -> str | None:
        config = self._config
        tokens = self._tokens_before + figures.completion_tokens
        if config.max_tokens is not None and tokens >= config.max_tokens:
            return _spent("token", f"{tokens:,} completion tokens", f"max_tokens={config.max_tokens}")
        hours = elapsed_seconds / SECONDS_PER_HOUR
        if config.max_hours is not None and hours >= config.max_hours:
            return (
                f"time budget spent: {hours:.2f} hours in this attempt, synthesis.guard.max_hours={config.max_hours:g};"
                f" resume to go on for as long again"
            )
        dollars = self._dollars_before + figures.dollars
        if config.max_dollars is not None and dollars >= config.max_dollars:
            return _spent("dollar", f"${dollars:,.2f}", f"max_dollars={config.max_dollars:g}")
        return None


def _spent(what: str, figure: str, limit: str) -> str:
    return (
        f"{what} budget spent: {figure} in this run, synthesis.guard.{limit}; raise it, or set it to null, and resume"
    )
