"""Whose folder it is."""

from pathlib import Path

import pytest

from pad_ray.config import StudentConfig
from pad_ray.errors import ConfigError, RunDirectoryError
from pad_ray.shards.files import fingerprint_of
from pad_ray.student.claim import check_folder, claim, differing

CONTENT = {"corpus": "c", "model": "m", "config": {"zero_stage": 2}, "epochs": 2.0, "learning_rate": 1e-4, "seed": 7}


def test_a_folder_belongs_to_one_training(tmp_path: Path) -> None:
    claim(tmp_path, CONTENT)
    claim(tmp_path, CONTENT | {"learning_rate": 0.0001})
    with pytest.raises(RunDirectoryError, match=r"\(differs in: seed, student.zero_stage\)"):
        claim(tmp_path, CONTENT | {"seed": 8, "config": {"zero_stage": 3}})


def test_a_training_of_an_earlier_version_is_known_by_what_it_recorded(tmp_path: Path) -> None:
    """It had fewer settings; those that are new have their defaults."""

    def content(**changed: object) -> dict:
        return CONTENT | {"config": StudentConfig(packing=False).model_dump(mode="json") | changed}

    then = content()
    for name in ("budget", "learn_from", "packing"):
        del then["config"][name]
    fingerprint = claim(tmp_path, then)
    assert fingerprint == fingerprint_of(then) == claim(tmp_path, content())
    assert differing(tmp_path, content(packing=True)) == ["student.packing"]
    assert differing(tmp_path, content(learn_from="all")) == ["student.learn_from"]


@pytest.mark.parametrize("name", ["gsm8k[seed1]", "a+b", "what?", "all*", "{run}", "a(1)", "a$b", "a|b", "^a"])
def test_a_folder_in_which_savepoints_would_not_be_found_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"run_dir .*: a training could not go on from savepoints in a path with"):
        check_folder(tmp_path / name / "student")
    check_folder(tmp_path / "plain - Übung, 3.5_x=y~z" / "student")
