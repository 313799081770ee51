"""What says of an evaluation with help that it is the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pad_ray.config import RunConfig
from pad_ray.evaluation.assisted import VERIFIED, assisted
from pad_ray.synthesis.flow import fixed_flow


def verified_as(**settings: Any) -> dict[str, Any]:
    config = RunConfig.model_validate({"evaluation": {"sets": [{"set": "svamp"}], "verification": settings}})
    flow = fixed_flow(config, config.evaluation.sets[0], config.engine_of("embedded:student"), config.evaluation)
    known = assisted(flow, config.evaluation)[VERIFIED].made_as["verification"]
    assert isinstance(known, dict)
    return known


def test_what_was_verified_before_there_was_a_setting_is_gone_on_with() -> None:
    assert verified_as(scorer="numbers") == {
        "scorer": "numbers",
        "encoder": "",
        "beams": 4,
        "candidates": 3,
        "temperature": 0.7,
        "weight": 1.0,
        "execute": True,
        "line_tokens": 64,
    }


def test_what_decides_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("encoder").mkdir()
    Path("encoder", "config.json").write_text("{}")
    assert verified_as(below_zero=0.1)["below_zero"] == 0.1
    paper = verified_as(scorer="paper", encoder="encoder")
    assert paper["pooling"] == "pooler" and paper["encoder"].startswith("encoder (")
    assert "pooling" not in verified_as(scorer="paper", encoder="encoder", pooling="mean")


def test_an_encoder_is_found_by_an_actor_that_was_started_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("encoder").mkdir()
    given = {"sets": [{"set": "svamp"}], "verification": {"scorer": "paper", "encoder": "encoder"}}
    config = RunConfig.model_validate({"evaluation": given})
    flow = fixed_flow(config, config.evaluation.sets[0], config.engine_of("embedded:student"), config.evaluation)
    make = assisted(flow, config.evaluation)[VERIFIED].make
    assert make.keywords["verification"].encoder == str(tmp_path / "encoder")  # type: ignore[attr-defined]
