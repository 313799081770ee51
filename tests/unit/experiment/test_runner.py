"""How the folders of an experiment are opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from pad_ray.config import RunConfig
from pad_ray.errors import RunDirectoryError
from pad_ray.experiment.runner import in_turn
from pad_ray.progress import Event
from pad_ray.rundir import OpenRun, locked, open_run


def opened(folder: Path, **settings: object) -> OpenRun:
    with open_run(RunConfig.model_validate({"run_dir": str(folder)} | settings)) as run:
        return run


def test_a_folder_in_which_another_process_works_is_waited_for(tmp_path: Path) -> None:
    other, told, waits = locked(tmp_path), list[Event](), list[float]()
    other.__enter__()

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            other.__exit__(None, None, None)

    assert in_turn(lambda: opened(tmp_path), tmp_path, told.append, wait).folder == tmp_path
    assert len(waits) == 2 and min(waits) > 0
    assert [event.note for event in told] == [f"another process works in {tmp_path}: waiting for it"]


def test_a_folder_of_other_settings_is_refused_with_what_can_be_done_here(tmp_path: Path) -> None:
    opened(tmp_path)
    (tmp_path / "student").mkdir()
    with pytest.raises(
        RunDirectoryError, match=r"other settings \(seed was 7, is 8\).*another base\.run_dir, or move"
    ) as refused:
        in_turn(lambda: opened(tmp_path, seed=8), tmp_path, lambda _: None)
    assert "allow-changed" not in str(refused.value)
