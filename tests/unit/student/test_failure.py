"""Failures: what would come back is not tried again, what passes is."""

from pathlib import Path

import pytest

from pad_ray.errors import TrainingError
from pad_ray.student.failure import is_lasting, record_failure, recorded_failure, refuse_to_repeat


class OutOfMemoryError(RuntimeError):
    """As torch's."""


class SafetensorError(Exception):
    """As that of safetensors."""


@pytest.mark.parametrize(
    "error", [TrainingError("x"), ValueError(), OSError(28, "full"), OutOfMemoryError(), SafetensorError()]
)
def test_lasting(error: Exception) -> None:
    assert is_lasting(error)


@pytest.mark.parametrize("error", [RuntimeError("Connection closed by peer"), ConnectionResetError(), TimeoutError()])
def test_passing(error: Exception) -> None:
    assert not is_lasting(error)


def test_a_failure_that_cannot_be_recorded_is_still_the_one_that_is_raised(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    record_failure(tmp_path / "file", "one", 0, TrainingError("no room"))


def test_a_lasting_failure_ends_the_attempt_in_which_it_came(tmp_path: Path) -> None:
    refuse_to_repeat(tmp_path, "one")
    record_failure(tmp_path, "one", 0, RuntimeError("peer gone"))
    refuse_to_repeat(tmp_path, "one")
    record_failure(tmp_path, "one", 1, TrainingError("the loss is nan\nat step 3"))
    with pytest.raises(TrainingError, match="not tried again: the loss is nan at step 3"):
        refuse_to_repeat(tmp_path, "one")
    refuse_to_repeat(tmp_path, "two")
    assert recorded_failure(tmp_path, "two") is None
