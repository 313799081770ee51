"""What an experiment shows, from numbers."""

from __future__ import annotations

import pytest

from pad_ray.config.experiment import ClaimConfig
from pad_ray.errors import QuestionsError
from pad_ray.experiment.findings import found, over_seeds, shown
from pad_ray.scores import Scores


def scores(right: int, questions: int = 20) -> Scores:
    return Scores({f"q{i}": float(i < right) for i in range(questions)}, questions)


def claim(points: float | None = None, p: float | None = None) -> ClaimConfig:
    return ClaimConfig(text="a over b", better="a", than="b", points=points, p=p)


def test_an_arm_over_its_seeds() -> None:
    finding = found("a", [0.5, 0.7], [100, 100])
    assert (finding.mean, finding.examples) == (pytest.approx(0.6), 100)
    assert finding.deviation == pytest.approx(0.1414, abs=1e-4)
    assert found("a", [0.5], [None]).deviation == 0.0
    assert found("a", [0.5, 0.5], [1, 2]).examples is None
    assert found("a", [0.5, 0.7], [100, 100], [90.0, 110.0]).tokens == 100.0


def test_seeds_that_agree_are_no_more_questions() -> None:
    assert over_seeds({1: scores(1, 2), 2: scores(2, 2)}) == {"q0": 1.0, "q1": 0.5}
    one = shown(claim(p=0.05), {1: scores(15)}, {1: scores(10)})
    three = shown(claim(p=0.05), dict.fromkeys((1, 2, 3), scores(15)), dict.fromkeys((1, 2, 3), scores(10)))
    assert three.paired == one.paired


def test_a_claim_holds_by_its_points_and_by_its_p() -> None:
    better, than = {1: scores(14), 2: scores(16)}, {1: scores(10), 2: scores(12)}
    made = shown(claim(points=19.9), better, than)
    assert made.points == pytest.approx(20.0) and made.holds
    assert (made.paired.questions, made.paired.second, made.paired.first) == (20, 6, 0)
    assert not shown(claim(points=20.1), better, than).holds
    assert shown(claim(p=0.05), better, than).holds
    assert not shown(claim(p=0.001), better, than).holds
    assert not shown(claim(p=0.05), than, better).holds, "sure, and the wrong way round"
    assert not shown(claim(p=0.05), better, better).holds


def test_only_seeds_of_both_are_compared() -> None:
    made = shown(claim(points=1), {1: scores(14), 2: scores(20)}, {1: scores(1)})
    assert made.paired.questions == 20 and made.paired.second == 13
    assert made.points == pytest.approx(65.0)


def test_arms_that_were_asked_other_questions_show_nothing() -> None:
    with pytest.raises(QuestionsError, match="asked other questions: 19 of 19 and 20 are the same"):
        shown(claim(points=1), {1: scores(14)}, {1: scores(1, 19)})
