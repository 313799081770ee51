"""The whole method, small: real vLLM, Ray, sandbox, DeepSpeed; then again, which must do nothing."""

from __future__ import annotations

import json
import os
import re
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


def _pad_ray(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pad_ray.cli", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def _distill(run_dir: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return _pad_ray("distill", "configs/quickstart.yaml", f"run_dir={run_dir}", *SMALL, *more)


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


def test_the_programs_of_a_step_are_named(run_dir: Path) -> None:
    told = _pad_ray("steps", str(run_dir / "student"), "--step", "1")
    assert told.returncode == 0, told.stderr
    lines = told.stdout.splitlines()
    assert len(lines) > 1 and all(re.fullmatch(r"rank [01]  wordsums/train-4/\S+", line) for line in lines)
    found = _pad_ray("steps", str(run_dir / "student"), "--program", lines[0].split()[-1])
    assert re.fullmatch(r"of \d+ steps: 1\n", found.stdout), found.stdout + found.stderr


def test_an_exported_student_answers_in_vllm_by_the_code_of_its_card(run_dir: Path, tmp_path: Path) -> None:
    told = _pad_ray("export-student", str(run_dir), "--student", "distilled", "--out", str(tmp_path / "out"))
    assert told.returncode == 0, told.stderr
    card = (tmp_path / "out" / "README.md").read_text()
    (code,) = re.findall(r"```python\n(from vllm .*?)```", card, re.DOTALL)
    # One process, and nothing compiled: a small model has answered before.
    here = {"VLLM_ENABLE_V1_MULTIPROCESSING": "0", "TORCH_COMPILE_DISABLE": "1", "VLLM_CPU_KVCACHE_SPACE": "1"}
    asked = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path / "out", env=os.environ | here, capture_output=True, text=True
    )
    assert asked.returncode == 0, asked.stderr[-3000:]
    assert "return" in asked.stdout.splitlines()[-1], "it ends in the last line of a program"


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
