"""What an experiment says that it would do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pad_ray.cli import main

SHORT = Path(__file__).parents[3] / "configs" / "experiment" / "short.yaml"


def test_a_dry_run_names_every_cell_and_starts_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "seed-1" / "refined").mkdir(parents=True)
    (tmp_path / "seed-1" / "refined" / "config.yaml").write_text("")
    with pytest.raises(SystemExit) as end:
        main(["experiment", str(SHORT), f"base.run_dir={tmp_path}", "--dry-run"])
    assert end.value.code == 0
    said = capsys.readouterr().out
    assert "cells: 5, begun or done: 1; seeds: 1" in said
    for words in ("trains on programs", "refines filtered", "measures refined, verified", "filtered, 50% of the data"):
        assert words in said
    assert "evaluation.verification.beams=2" in said
    shutil.rmtree(tmp_path / "seed-1")
    assert not list(tmp_path.iterdir())
