"""What a synthesis tells Prometheus, through Ray's metrics agents (`cluster/monitoring.md`). Imports Ray when made.

Programs by status are not here: the executor pool that judges them counts them (`executor/counters.py`), and its
restarts too. A worker that dies takes the counts of its last second with it.
"""

from __future__ import annotations

from pad_ray.synthesis.figures import Figures

QUESTIONS = "pad_ray_questions_total"
KEPT = "pad_ray_kept_programs_total"
PARTS = "pad_ray_parts_total"
COMPLETION_TOKENS = "pad_ray_completion_tokens_total"
PROMPT_TOKENS = "pad_ray_prompt_tokens_total"
WASTED_TOKENS = "pad_ray_wasted_tokens_total"
DOLLARS = "pad_ray_dollars_total"
ENGINE_RESTARTS = "pad_ray_engine_restarts_total"
DRAWS_IN_FLIGHT = "pad_ray_draws_in_flight"
ENGINES = "pad_ray_engines"

OUTCOMES = ("satisfied", "given_up", "exhausted", "failed")
"""What becomes of a question: enough right programs; too low a yield; all its samples drawn; not done."""


class SynthesisCounters:
    """The counters of one worker."""

    def __init__(self) -> None:
        from ray.util import metrics

        self._questions = metrics.Counter(QUESTIONS, "Questions of committed parts.", tag_keys=("outcome",))
        self._sums = {
            "kept": metrics.Counter(KEPT, "Distinct right programs of committed parts."),
            "parts": metrics.Counter(PARTS, "Parts committed."),
            "completion_tokens": metrics.Counter(COMPLETION_TOKENS, "Tokens that teachers wrote."),
            "prompt_tokens": metrics.Counter(PROMPT_TOKENS, "Tokens that teachers read."),
            "wasted_tokens": metrics.Counter(WASTED_TOKENS, "Tokens written for draws that were not needed."),
            "dollars": metrics.Counter(DOLLARS, "Cost by the configured prices."),
            "engine_deaths": metrics.Counter(ENGINE_RESTARTS, "Engines that were started again."),
        }
        self._in_flight = metrics.Gauge(DRAWS_IN_FLIGHT, "Draws that teachers are writing.")
        self._engines = metrics.Gauge(ENGINES, "Engines that are up.")
        self._told = Figures()

    def tell(self, figures: Figures, engines: int) -> None:
        """`figures`: the worker's sums since it started; `engines`: 1 while its engine is up, else 0."""
        grown, self._told = figures - self._told, figures
        for outcome in OUTCOMES:
            if count := getattr(grown, outcome):
                self._questions.inc(count, tags={"outcome": outcome})
        for name, counter in self._sums.items():
            if amount := getattr(grown, name):
                counter.inc(amount)
        self._in_flight.set(figures.in_flight)
        self._engines.set(engines)
