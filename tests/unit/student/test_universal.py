"""When states are made ready for another number of ranks, and when they cannot be."""

from pathlib import Path

import pytest

from pad_ray.config import StudentConfig
from pad_ray.errors import ConfigError, TrainingError
from pad_ray.student.universal import FOLDER, LATEST_FILE, UNFINISHED, check_ranks, convert, discard, is_needed

IN_FILES = StudentConfig(workers=3, zero_stage=3, offload="nvme", offload_folder=Path("/scratch"))


def test_states_in_files_stay_with_their_ranks() -> None:
    check_ranks(IN_FILES, None)
    check_ranks(IN_FILES, 3)
    check_ranks(IN_FILES.model_copy(update={"offload": "cpu"}), 2)
    with pytest.raises(ConfigError, match=r"^student\.workers: .* savepoints of 2 ranks, .*; set it to 2$"):
        check_ranks(IN_FILES, 2)


@pytest.mark.parametrize(
    ("stage", "made_on", "ranks", "needed"), [(2, 2, 1, True), (3, 1, 4, True), (2, 2, 2, False), (0, 2, 1, False)]
)
def test_only_sharded_states_of_other_ranks_are_converted(stage: int, made_on: int, ranks: int, needed: bool) -> None:
    assert is_needed(StudentConfig(zero_stage=stage), made_on=made_on, ranks=ranks) is needed


@pytest.fixture
def half_made(tmp_path: Path) -> Path:
    """A savepoint in which a conversion was killed, and one before was not removed."""
    savepoint = tmp_path / "checkpoint-10"
    for folder in (UNFINISHED, FOLDER):
        (savepoint / folder).mkdir(parents=True)
        (savepoint / folder / "parameter").write_text("half")
    (savepoint / LATEST_FILE).write_text(FOLDER)
    (savepoint / "states").write_text("whole")
    return savepoint


def test_what_a_killed_conversion_left_is_removed_and_the_savepoint_is_not(half_made: Path) -> None:
    discard(half_made)
    assert [path.name for path in half_made.iterdir()] == ["states"]


def test_a_conversion_that_fails_says_what_to_do_and_leaves_nothing(half_made: Path) -> None:
    (half_made / "latest").write_text("global_step10")  # which is not there
    with pytest.raises(
        TrainingError, match=r"savepoint checkpoint-10 .* make room in .*, or set student\.workers back"
    ):
        convert(half_made)
    assert sorted(path.name for path in half_made.iterdir()) == ["latest", "states"]
