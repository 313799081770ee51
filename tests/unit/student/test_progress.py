"""Progress: every entry made meanwhile is heard, once, and nothing else."""

import time
from pathlib import Path

import pytest

from pad_ray.student.progress import LOG_FILE, Listener, say, shown


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


def test_figures_are_one_line_of_a_terminal_and_what_is_not_known_is_left_out() -> None:
    entry = {"loss": 0.41234, "learning_rate": 5.9e-5, "tokens_per_second": 9812.3}
    assert shown(entry) == ("loss", "0.412  lr 5.9e-05  9,812 tokens/s")
    full = entry | {"mfu": 0.312, "data_wait": 0.0021, "memory_bytes": 3.1 * 2**30}
    assert shown(full)[1] == "0.412  lr 5.9e-05  9,812 tokens/s  MFU 31%  wait 0.2%  3.1 GiB"
    widest = {"loss": 123.4567, "learning_rate": 1.23e-5, "tokens_per_second": 1_234_567.8, "mfu": 0.0123}
    assert len("  loss  " + shown(full | widest)[1]) <= 80
