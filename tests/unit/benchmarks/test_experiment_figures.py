"""An experiment's figures among the results."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
try:
    from harness.experiment import figures_of
finally:
    sys.path.remove(str(BENCHMARKS))

ARM = {"mean": 0.603333, "deviation": 0.012}
CLAIM = {"text": "a over b", "points": 4.0, "p": 0.2, "target_points": None, "target_p": None}


@pytest.mark.parametrize(
    ("targets", "gain", "sure"),
    [
        ({"target_points": 3}, (3, True), None),
        ({"target_points": 5}, (5, False), None),
        ({"target_p": 0.05}, (0.0, True), False),
        ({"target_p": 0.5}, (0.0, True), True),
    ],
)
def test_a_claim_has_its_target(targets: dict, gain: tuple[float, bool], sure: bool | None) -> None:
    made = {"arms": {"a": ARM}, "claims": [CLAIM | targets], "curve": {"a": [{"share": 0.05, "mean": 0.1}]}}
    figures = {figure.figure: figure for figure in figures_of(made)}
    assert (figures["a: accuracy"].value, figures["a: accuracy"].unit) == (60.33, "%")
    assert figures["a, 5% of the data: accuracy"].value == 10.0
    assert (figures["a over b: gain"].target, figures["a over b: gain"].met) == gain
    assert figures["a over b: p"].met is sure
