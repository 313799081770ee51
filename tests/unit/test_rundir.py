"""The run directory: made, resumed, refused or avoided, and never shared by two."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from pad_ray.config import RunConfig, StudentConfig
from pad_ray.config_file import load_config
from pad_ray.errors import ConfigError, RunDirectoryError
from pad_ray.rundir import CONFIG, IDENTITY, LOCK, LOGS, open_run
from pad_ray.shards.files import commit_json, read_json

HOLDER = """
import fcntl, sys
lock = open(sys.argv[1], "w")
fcntl.flock(lock, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""
"""Another process that works in a run directory until its standard input is closed."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "run"


@pytest.fixture
def used(folder: Path) -> Path:
    """A run directory in which a run has worked."""
    with open_run(RunConfig(run_dir=folder)):
        (folder / "result").write_text("hours of work")
    return folder


@pytest.fixture
def held(used: Path) -> Iterator[Path]:
    """A run directory in which another process works."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(used / LOCK)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdin and holder.stdout
        assert holder.stdout.readline() == b"held\n"
        yield used
        holder.stdin.close()


def opened(config: RunConfig) -> Path:
    with open_run(config) as run:
        return run.folder


def test_a_new_directory_says_whose_it_is(folder: Path) -> None:
    config = RunConfig(run_dir=folder, seed=5)
    assert opened(config) == folder
    assert read_json(folder / IDENTITY)["fingerprint"] == config.fingerprint()
    assert load_config(folder / CONFIG) == config


def test_the_same_run_is_resumed(used: Path) -> None:
    assert opened(RunConfig(run_dir=used)) == used
    assert (used / "result").read_text() == "hours of work"


def test_where_it_runs_does_not_make_another_run(used: Path) -> None:
    moved = load_config(None, [f"run_dir={used}", "ray.num_cpus=3", "ray.address=auto"])
    assert opened(moved) == used


def test_refuse_takes_new_and_empty_directories_only(used: Path, tmp_path: Path) -> None:
    for name in ("new", "empty"):
        if name == "empty":
            (tmp_path / name).mkdir()
        assert opened(RunConfig(run_dir=tmp_path / name, on_existing="refuse")) == tmp_path / name
    with pytest.raises(RunDirectoryError, match="exists; set on_existing=resume or on_existing=new"):
        opened(RunConfig(run_dir=used, on_existing="refuse"))


def test_new_takes_the_next_free_name(used: Path) -> None:
    config = RunConfig(run_dir=used, on_existing="new")
    assert [opened(config).name for _ in range(3)] == ["run-2", "run-3", "run-4"]
    assert (used / "result").exists()
    assert not (used.with_name("run-2") / "result").exists()


def test_other_settings_are_refused_leaf_by_leaf(used: Path) -> None:
    other = RunConfig(run_dir=used, seed=8, student=StudentConfig(epochs=3))
    with pytest.raises(RunDirectoryError) as refused:
        opened(other)
    message = str(refused.value)
    assert "(seed was 7, is 8; student.epochs was 2.0, is 3.0)" in message
    assert "on_existing=new" in message
    assert message.endswith("--allow-changed seed --allow-changed student.epochs")
    assert opened(RunConfig(run_dir=used)) == used


@pytest.mark.parametrize("allowed", [["seed", "student.epochs"], ["student", "seed", "teacher"]])
def test_settings_that_may_change_do_and_are_noted(used: Path, allowed: list[str]) -> None:
    other = RunConfig(run_dir=used, seed=8, student=StudentConfig(epochs=3))
    with open_run(other, allowed) as run:
        assert (run.folder, run.attempt) == (used, 2)
    kept = read_json(used / IDENTITY)
    assert kept["changes"] == [
        {"attempt": 2, "key": "seed", "was": 7, "is": 8},
        {"attempt": 2, "key": "student.epochs", "was": 2.0, "is": 3.0},
    ]
    assert kept["fingerprint"] == other.fingerprint()
    assert load_config(used / CONFIG) == other
    assert opened(other) == used
    with open_run(RunConfig(run_dir=used, seed=9, student=StudentConfig(epochs=3)), ["seed"]):
        pass
    assert [change["is"] for change in read_json(used / IDENTITY)["changes"]] == [8, 3.0, 9]


def test_what_was_not_allowed_to_change_is_still_refused(used: Path) -> None:
    other = RunConfig(run_dir=used, seed=8, student=StudentConfig(epochs=3))
    with pytest.raises(RunDirectoryError, match=r"\(student\.epochs was 2\.0, is 3\.0\)"), open_run(other, ["seed"]):
        pass
    assert "changes" not in read_json(used / IDENTITY)


@pytest.mark.parametrize("key", ["teacher.temprature", "student.epoch", "stud", "", "seed.more"])
def test_to_allow_what_is_no_setting_is_refused(folder: Path, key: str) -> None:
    with (
        pytest.raises(ConfigError, match=f"--allow-changed {key}: there is no such setting"),
        open_run(RunConfig(run_dir=folder), [key]),
    ):
        pass
    assert not folder.exists()


@pytest.mark.parametrize(
    "override",
    [
        "synthesis.guard.max_tokens=5",
        "teacher.workers=3",
        "teacher.max_workers=3",
        "teacher.stagger_seconds=0",
        "teacher.endpoint.urls=[http://elsewhere/v1]",
        "executor.workers=2",
        "teacher.on_bad_row=skip",
    ],
)
def test_how_it_runs_does_not_make_another_run(used: Path, override: str) -> None:
    assert opened(load_config(None, [f"run_dir={used}", override])) == used


@pytest.mark.parametrize("override", ["teacher.endpoint.api=chat", "student.batch_size=1", "teacher.temperature=0.1"])
def test_what_decides_the_content_makes_another_run(used: Path, override: str) -> None:
    with pytest.raises(RunDirectoryError, match=override.partition("=")[0]):
        opened(load_config(None, [f"run_dir={used}", override]))


def test_the_attempt_is_one_more_than_the_last_even_if_a_log_was_removed(folder: Path) -> None:
    for attempt in (1, 2):
        with open_run(RunConfig(run_dir=folder)) as run:
            assert run.attempt == attempt
    (folder / LOGS / "attempt-1.log").unlink()
    with open_run(RunConfig(run_dir=folder)) as run:
        assert run.attempt == 3


def test_another_process_in_it_is_refused_and_then_let_go(held: Path) -> None:
    with pytest.raises(RunDirectoryError, match="another process works in it"):
        opened(RunConfig(run_dir=held))


def test_a_directory_is_free_again_when_its_process_has_ended(used: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(used / LOCK)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout and holder.stdout.readline()
        holder.kill()
    assert opened(RunConfig(run_dir=used)) == used


def test_a_foreign_directory_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(RunDirectoryError, match="not empty and not a pad-ray run"):
        opened(RunConfig(run_dir=tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file")
    for place in (tmp_path / "run", tmp_path / "run" / "deeper"):
        with pytest.raises(RunDirectoryError, match=f"run_dir {place}: "):
            opened(RunConfig(run_dir=place))
    assert (tmp_path / "run").read_text() == "a file"


@pytest.mark.parametrize(
    "left",
    [
        [LOCK],
        [LOCK, CONFIG],
        [LOCK, f".{CONFIG}.4711.tmp"],
        [LOCK, CONFIG, f".{IDENTITY}.4711.tmp"],
        [LOCK, CONFIG, IDENTITY, LOGS],  # refused by the cluster, e.g. student.workers=9
    ],
)
def test_a_start_that_came_to_nothing_holds_nobody_up(folder: Path, left: list[str]) -> None:
    folder.mkdir(parents=True)
    for name in left:
        (folder / name).mkdir() if name == LOGS else (folder / name).write_text("half wri")
    config = RunConfig(run_dir=folder, seed=6)
    assert opened(config) == folder
    assert load_config(folder / CONFIG) == config
    assert read_json(folder / IDENTITY)["fingerprint"] == config.fingerprint()


def test_each_attempt_has_a_log_of_its_own(folder: Path) -> None:
    config = RunConfig(run_dir=folder)
    for attempt in ("first", "second"):
        with open_run(config):
            logging.getLogger("pad_ray.test").info("this is the %s", attempt)
    logging.getLogger("pad_ray.test").info("after both")
    logs = sorted((folder / "logs").iterdir())
    assert [log.name for log in logs] == ["attempt-1.log", "attempt-2.log"]
    for log, attempt in zip(logs, ("first", "second"), strict=True):
        (line,) = log.read_text().splitlines()
        assert line.endswith(f"INFO pad_ray.test: this is the {attempt}")


def test_an_error_inside_frees_the_directory(folder: Path) -> None:
    with pytest.raises(KeyError, match="ours"), open_run(RunConfig(run_dir=folder)):
        raise KeyError("ours")
    assert opened(RunConfig(run_dir=folder)) == folder
    assert logging.getLogger("pad_ray").handlers == []


def test_the_settings_kept_are_yaml_that_a_person_can_read(used: Path) -> None:
    settings = yaml.safe_load((used / CONFIG).read_text())
    assert next(iter(settings)) == "run_dir"
    assert settings["student"]["epochs"] == 2.0


def older(folder: Path, *gone: str) -> None:
    """Make the record of a run that of a version without some of the student's settings."""
    record = read_json(folder / IDENTITY)
    for name in gone:
        del record["settings"]["student"][name]
    commit_json(folder / IDENTITY, record)


def test_a_setting_that_is_new_changes_nothing_as_long_as_it_has_its_default(used: Path) -> None:
    older(used, "budget", "learn_from", "validation")
    assert opened(RunConfig(run_dir=used)) == used
    with pytest.raises(RunDirectoryError, match=r"\(student\.learn_from was 'right', is 'all'\)"):
        opened(RunConfig(run_dir=used, student=StudentConfig(learn_from="all")))


def test_what_was_done_before_a_setting_was_there_is_what_counts(used: Path) -> None:
    older(used, "packing", "pack_width")
    with pytest.raises(RunDirectoryError, match=r"\(student\.packing was False, is True\)"):
        opened(RunConfig(run_dir=used))
    assert opened(RunConfig(run_dir=used, student=StudentConfig(packing=False))) == used


def test_a_setting_that_is_gone_is_told(used: Path) -> None:
    record = read_json(used / IDENTITY)
    record["settings"]["student"]["dropout"] = 0.5
    commit_json(used / IDENTITY, record)
    with pytest.raises(RunDirectoryError, match=r"\(student\.dropout was 0\.5, is None\)"):
        opened(RunConfig(run_dir=used))
