"""What a rank does before it loads anything."""

from __future__ import annotations

from pathlib import Path

from pad_ray.config import StudentConfig
from pad_ray.shards.files import commit_json
from pad_ray.student.checkpoint import REPORT_FILE
from pad_ray.student.plan import TrainingPlan
from pad_ray.student.worker import train


def test_ranks_that_are_started_again_after_the_model_was_published_leave_it_alone(tmp_path: Path) -> None:
    plan = TrainingPlan(
        tmp_path / "corpus", tmp_path / "base", tmp_path, StudentConfig(), 0, 1.0, 1e-3, False, 128, False,
        "this training", "attempt", 0.0,
    )  # fmt: skip
    plan.model_dir.mkdir()
    commit_json(plan.model_dir / REPORT_FILE, {"fingerprint": "this training", "steps": 48})
    before = (plan.model_dir / REPORT_FILE).read_bytes()
    train({"plan": plan})  # neither corpus nor base exist
    assert (plan.model_dir / REPORT_FILE).read_bytes() == before
