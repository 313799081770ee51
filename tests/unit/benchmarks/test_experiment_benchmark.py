"""An experiment's figures among the results."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"

ARM = {"mean": 0.603333, "deviation": 0.012}
CLAIM = {"text": "a over b", "points": 4.0, "p": 0.2, "target_points": None, "target_p": None}


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    spec = importlib.util.spec_from_file_location("experiment_benchmark", BENCHMARKS / "experiment.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "experiment_benchmark", module)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("targets", "gain", "sure"),
    [
        ({"target_points": 3}, (3, True), None),
        ({"target_points": 5}, (5, False), None),
        ({"target_p": 0.05}, (0.0, True), False),
        ({"target_p": 0.5}, (0.0, True), True),
    ],
)
def test_a_claim_has_its_target(
    benchmark: ModuleType, targets: dict, gain: tuple[float, bool], sure: bool | None
) -> None:
    made = {"arms": {"a": ARM}, "claims": [CLAIM | targets], "curve": {"a": [{"share": 0.05, "mean": 0.1}]}}
    figures = {figure.figure: figure for figure in benchmark.figures_of(made)}
    assert (figures["a: accuracy"].value, figures["a: accuracy"].unit) == (60.33, "%")
    assert figures["a, 5% of the data: accuracy"].value == 10.0
    assert (figures["a over b: gain"].target, figures["a over b: gain"].met) == gain
    assert figures["a over b: p"].met is sure
