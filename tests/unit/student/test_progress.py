"""Progress: every entry made meanwhile is heard, once, and nothing else."""

import time
from pathlib import Path

import pytest

from pad_ray.student.progress import LOG_FILE, Listener, say


def test_entries_made_meanwhile_are_heard_and_older_ones_are_not(tmp_path: Path) -> None:
    say(tmp_path, {"step": 1})
    heard: list[dict] = []
    with Listener(tmp_path, heard.append):
        say(tmp_path, {"step": 2})
        time.sleep(0.5)
        assert heard == [{"step": 2}]
        say(tmp_path, {"step": 3})
    assert heard == [{"step": 2}, {"step": 3}]


def test_half_a_line_waits_for_its_end(tmp_path: Path) -> None:
    heard: list[dict] = []
    with Listener(tmp_path, heard.append), (tmp_path / LOG_FILE).open("a") as log:
        log.write('{"step"')
        log.flush()
        time.sleep(0.5)
        assert heard == []
        log.write(": 7}\n")
        log.flush()
    assert heard == [{"step": 7}]


def test_an_error_of_the_hearer_reaches_the_caller(tmp_path: Path) -> None:
    def refuse(entry: dict) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"), Listener(tmp_path, refuse):
        say(tmp_path, {"step": 1})


def test_an_error_of_the_caller_comes_first(tmp_path: Path) -> None:
    def refuse(entry: dict) -> None:
        raise ValueError("no")

    with pytest.raises(KeyError), Listener(tmp_path, refuse):
        say(tmp_path, {"step": 1})
        raise KeyError
