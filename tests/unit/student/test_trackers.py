"""Where entries go: what is refused at the door, and what becomes a curve."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from pad_ray.config import StudentConfig
from pad_ray.errors import ConfigError
from pad_ray.student import trackers
from pad_ray.student.trackers import TensorBoard, check_trackers, figures

CONFIG = StudentConfig(log_to=("tensorboard", "wandb"))


def test_without_wandb_nothing_is_asked_for() -> None:
    check_trackers(StudentConfig(), {})


def test_wandb_must_be_there_and_have_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trackers, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"^student\.log_to: wandb is not installed; pip install"):
        check_trackers(CONFIG, {"WANDB_API_KEY": "k"})
    monkeypatch.setattr(trackers, "find_spec", lambda name: object())
    check_trackers(CONFIG, {"WANDB_API_KEY": "k"})
    check_trackers(CONFIG, {"WANDB_MODE": "offline"})
    with pytest.raises(ConfigError, match=r"^student\.log_to: wandb needs a key; set WANDB_API_KEY"):
        check_trackers(CONFIG, {"WANDB_MODE": "online"})


def test_curves_are_the_numbers_of_an_entry() -> None:
    entry = {"step": 5, "total": 9, "loss": 1, "mfu": None, "urgent": True, "tokens_per_second": 2.5}
    assert figures(entry) == {"loss": 1.0, "tokens_per_second": 2.5}
    assert figures({"message": "training starts", "step": 0, "start_up_seconds": 7.5}) == {}


def test_tensorboard_takes_back_what_came_after_the_savepoint(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    first = TensorBoard(tmp_path, first_step=0)
    for step, loss in [(5, 3.0), (10, 2.0), (15, 9.0)]:
        first.log({"step": step, "loss": loss})
    first.close()
    second = TensorBoard(tmp_path, first_step=10)
    second.log({"step": 15, "loss": 1.0})
    second.close()
    read = EventAccumulator(str(tmp_path)).Reload()
    assert [(event.step, event.value) for event in read.Scalars("train/loss")] == [(5, 3.0), (10, 2.0), (15, 1.0)]


WANDB = """
import sys
from pathlib import Path
from pad_ray.config import StudentConfig
from pad_ray.student.trackers import wandb_run

folder = Path(sys.argv[1])
for first in (0, 10):
    with wandb_run(folder, StudentConfig(log_to=("wandb",))) as log:
        log({"message": "training starts", "step": first})
        log({"step": first + 5, "loss": 1.5, "total": 99})
"""


@pytest.mark.skipif(find_spec("wandb") is None, reason="wandb is an extra")
def test_wandb_goes_on_with_its_run_and_keeps_its_key_to_itself(tmp_path: Path) -> None:
    """In a process of its own, which it leaves helpers to. The key is made up; nothing is sent."""
    key = "0123456789abcdef" * 2 + "01234567"
    environment = os.environ | {"WANDB_MODE": "offline", "WANDB_API_KEY": key, "HOME": str(tmp_path / "home")}
    folder = tmp_path / "student"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", WANDB, str(folder)], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    run_id = json.loads((folder / "wandb.json").read_text())["id"]
    runs = list((folder / "wandb").glob(f"offline-run-*-{run_id}"))
    assert runs
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(b"training" not in path.read_bytes() and b"loss" in path.read_bytes() for path in files)
    assert not [path for path in files if key.encode() in path.read_bytes()]
