"""Which figures are shown of an evaluation's folder."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from pad_ray.config import QuestionsConfig
from pad_ray.evaluation.measuring import evaluated
from pad_ray.evaluation.metrics import Metrics
from pad_ray.shards.files import commit_json


def test_sets_that_are_not_asked_any_more_are_not_shown(tmp_path: Path) -> None:
    for number, name in enumerate(["svamp", "asdiv"]):
        commit_json(tmp_path / f"{number}-{name}" / "summary.json", asdict(Metrics(9 + number, 9, 0.5, 0.4, 0.6, 1.0)))
    assert [metrics.questions for metrics in evaluated(tmp_path).values()] == [9, 10]
    asked = [QuestionsConfig(set="svamp"), QuestionsConfig(set="multiarith")]
    assert {name: metrics.questions for name, metrics in evaluated(tmp_path, asked).items()} == {"svamp": 9}
