"""The short form of the experiment: every kind of arm, and what is written of it. The refinement actor is killed inside
its round; and what is done is not done again."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from pad_ray.cli import main
from pad_ray.shards.reader import read_shards

ROOT = Path(__file__).parents[2]


def experiment(folder: Path) -> None:
    main(["experiment", str(ROOT / "configs" / "experiment" / "short.yaml"), f"base.run_dir={folder}"])


class Killer:
    """Kills the refinement actor once, when it has begun to write its round's repairs."""

    def __init__(self, folder: Path) -> None:
        self.killed: list[int] = []
        self._sign = folder / "seed-1" / "refined" / "refinement" / "round-1" / "profile.json"
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Killer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.02) and not self.killed:
            if self._sign.exists():
                for process in psutil.Process().children(recursive=True):
                    with suppress(psutil.NoSuchProcess):
                        if "ray::RefinementLoop" in " ".join(process.cmdline()):
                            process.kill()
                            self.killed.append(process.pid)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("experiment") / "short"
    with Killer(folder) as killer, pytest.raises(SystemExit) as end:
        experiment(folder)
    assert end.value.code == 0
    assert len(killer.killed) == 1
    return folder


def test_every_arm_has_figures(done: Path) -> None:
    figures = json.loads((done / "experiment.json").read_text())
    assert list(figures["arms"]) == ["filtered", "refined", "repaired", "verified"]
    assert figures["arms"]["filtered"]["examples"] > 0
    [half] = [cell for cell in figures["cells"] if cell["share"]]
    assert half["examples"] == round(figures["arms"]["filtered"]["examples"] / 2)
    assert [claim["better"] for claim in figures["claims"]] == ["refined", "verified"]
    for name in ("arms.png", "curve.png"):
        assert (done / name).read_bytes().startswith(b"\x89PNG")
    text = (done / "experiment.md").read_text()
    tokens = {name: arm["tokens"] for name, arm in figures["arms"].items()}
    assert 0 < tokens["refined"] < tokens["repaired"] and tokens["verified"] > 2 * tokens["refined"]
    assert "| filtered | 50 % |" in text and "| refined over not (refined over filtered) |" in text


def test_the_round_learns_from_real_failures(done: Path) -> None:
    """Of a student that has hardly been trained there are some; what was injected failed when it was run."""
    repairs = [
        row
        for table in read_shards(done / "seed-1/refined/refinement/round-1/repairs/shards")
        for row in table.to_pylist()
    ]
    origins = {row["origin"].partition(":")[0] for row in repairs}
    assert origins == {"student", "injected", "confirmed"}
    assert all((row["status"] == "right") == (row["origin"] == "confirmed") for row in repairs)
    wrong = [row for row in repairs if row["status"] == "wrong" and row["origin"] != "student"]
    assert wrong and all(row["feedback"].startswith("Output: ") and " = " in row["feedback"] for row in wrong)
    profile = json.loads((done / "seed-1/refined/refinement/round-1/profile.json").read_text())
    assert sum(profile["injected"].values()) == pytest.approx(1)


def test_what_helps_at_inference_costs_tokens(done: Path) -> None:
    def spent(evaluation: str, way: str) -> int:
        folder = done / "seed-1" / evaluation / way / "0-wordsums-test" / "shards"
        records = [json.loads(path.read_text()) for path in folder.glob("shard-*.json")]
        return sum(record["tokens"] + record["wasted_tokens"] for record in records)

    alone = spent("refined/refinement/round-1/evaluation", "")
    assert spent("repaired/evaluation/measured", "repaired") > alone
    assert spent("verified/evaluation/measured", "verified") > 2 * alone


def test_done_again_it_does_nothing_again(done: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in done.rglob("*.arrow")}
    models = {path: path.stat().st_mtime_ns for path in done.rglob("model.safetensors")}
    figures = (done / "experiment.json").read_bytes()
    with pytest.raises(SystemExit) as end:
        experiment(done)
    assert end.value.code == 0
    assert {path: path.stat().st_mtime_ns for path in done.rglob("*.arrow")} == before
    assert {path: path.stat().st_mtime_ns for path in done.rglob("model.safetensors")} == models
    assert json.loads((done / "experiment.json").read_bytes())["arms"] == json.loads(figures)["arms"]
