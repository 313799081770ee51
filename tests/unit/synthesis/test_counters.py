"""What Prometheus is told, with a stub for Ray's metrics."""

from __future__ import annotations

from typing import Any

import pytest
from ray.util import metrics

from pad_ray.synthesis.counters import SynthesisCounters
from pad_ray.synthesis.figures import Figures


class Recorded:
    """Keeps what it is told; like Ray's, a counter takes no amount that is not above 0."""

    values: dict[tuple[str, str], float]

    def __init__(self, name: str, description: str, tag_keys: tuple[str, ...] = ()) -> None:
        self._name = name
        self._tag_keys = tag_keys

    def inc(self, amount: float, tags: dict[str, str] | None = None) -> None:
        assert amount > 0
        assert tuple(tags or {}) == self._tag_keys
        key = (self._name.removeprefix("pad_ray_"), "".join((tags or {}).values()))
        self.values[key] = self.values.get(key, 0) + amount

    def set(self, value: float) -> None:
        self.values[self._name.removeprefix("pad_ray_"), ""] = value


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], Any]:
    monkeypatch.setattr(Recorded, "values", {}, raising=False)
    monkeypatch.setattr(metrics, "Counter", Recorded)
    monkeypatch.setattr(metrics, "Gauge", Recorded)
    return Recorded.values


def test_sums_told_again_and_again_are_counted_once(told: dict[tuple[str, str], Any]) -> None:
    counters = SynthesisCounters()
    first = Figures(questions=4, satisfied=2, given_up=1, kept=5, completion_tokens=100, parts=1, in_flight=9)
    then = first + Figures(questions=5, failed=1, satisfied=4, completion_tokens=50, wasted_tokens=7, in_flight=-6)
    for figures in (first, first, then, then):
        counters.tell(figures, engines=1)
    assert told == {
        ("questions_total", "satisfied"): 6,
        ("questions_total", "given_up"): 1,
        ("questions_total", "exhausted"): 1,
        ("questions_total", "failed"): 1,
        ("kept_programs_total", ""): 5,
        ("parts_total", ""): 1,
        ("completion_tokens_total", ""): 150,
        ("wasted_tokens_total", ""): 7,
        ("draws_in_flight", ""): 3,
        ("engines", ""): 1,
    }


def test_outcomes_add_up_to_the_questions(told: dict[tuple[str, str], Any]) -> None:
    SynthesisCounters().tell(Figures(questions=20, satisfied=9, given_up=4, failed=3), engines=1)
    assert sum(value for (name, _), value in told.items() if name == "questions_total") == 20


def test_cost_prompts_and_restarts_are_told(told: dict[tuple[str, str], Any]) -> None:
    SynthesisCounters().tell(Figures(dollars=0.25, prompt_tokens=11, engine_deaths=2), engines=0)
    assert told["dollars_total", ""] == 0.25
    assert told["prompt_tokens_total", ""] == 11
    assert told["engine_restarts_total", ""] == 2
    assert told["engines", ""] == 0
