"""The whole method, small: real vLLM, Ray, sandbox, DeepSpeed; then again, which must do nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SMALL = [
    "questions.limit=64",
    "synthesis.max_samples=2",
    "synthesis.block_size=32",
    "student.epochs=1",
    "student.checkpoint_steps=4",
    "refinement.questions=16",
    "evaluation.sets.0.limit=16",
]


def _distill(run_dir: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pad_ray.cli", "distill", "configs/quickstart.yaml", f"run_dir={run_dir}"]
    return subprocess.run([*command, *SMALL, *more], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("distil") / "run"
    finished = _distill(folder)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "run directory" in finished.stdout and "yield" in finished.stdout
    return folder


def test_the_summary_adds_up(run_dir: Path) -> None:
    summary = json.loads((run_dir / "summary.json").read_text())
    assert summary["questions"] == 64
    assert 64 < summary["programs"] <= 128, "each question has up to two draws, and no more than it needs"
    assert summary["programs"] == sum(summary["statuses"].values())
    assert 32 < summary["kept"] <= summary["right"]
    assert summary["right"] == summary["statuses"]["right"] > 32, "the embedded teacher is right more often than not"
    assert summary["tokens"] > summary["programs"] * 20
    assert set(summary["accuracy"]) == {"base", "distilled", "refined"}
    assert summary["accuracy"]["base"] <= 0.1
    (first,) = summary["rounds"]
    assert any(origin.startswith("injected:") for origin in first["repairs"])
    assert first["repairs"].get("student", 0) > 0, "a student of one epoch fails on training questions"


def test_the_students_are_ordinary_checkpoints(run_dir: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    for folder in (run_dir / "student" / "model", run_dir / "refinement" / "round-1" / "student" / "model"):
        model = AutoModelForCausalLM.from_pretrained(folder, use_safetensors=True)
        tokenizer = AutoTokenizer.from_pretrained(folder)
        assert model.dtype == torch.bfloat16
        assert model.get_input_embeddings().num_embeddings == len(tokenizer)


def test_a_second_run_finds_everything_done_and_changes_nothing(run_dir: Path) -> None:
    def stamps() -> dict[str, int]:
        kinds = ("*.arrow", "*.safetensors")
        return {str(path): path.stat().st_mtime_ns for kind in kinds for path in run_dir.rglob(kind)}

    before = stamps()
    finished = _distill(run_dir)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert stamps() == before


def test_other_settings_do_not_overwrite_the_run(run_dir: Path) -> None:
    refused = _distill(run_dir, "student.epochs=2")
    assert refused.returncode == 2
    assert "student.epochs was 1.0, is 2.0" in refused.stderr
    assert "Traceback" not in refused.stderr
