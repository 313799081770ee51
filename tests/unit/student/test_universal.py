"""When states are made ready for another number of ranks, and when they cannot be."""

from pathlib import Path

import pytest

from pad_ray.config import StudentConfig
from pad_ray.errors import ConfigError
from pad_ray.student.universal import check_ranks, is_needed

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
