"""What a long command says on its way: lines for a log file, bars for a terminal."""

from __future__ import annotations

import re

import pytest

from pad_ray import progress
from pad_ray.progress import QUIET_SECONDS, Event, ProgressDisplay


class Clock:
    """Stands for the `time` module: time passes when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    return clock


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines since the last call, without their time stamps."""
    return [re.sub(r"^\[ *[\d.]+ s\] ", "", line) for line in capsys.readouterr().out.splitlines()]


def test_a_stage_speaks_at_once_and_then_every_few_seconds(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressDisplay() as display:
        display(Event("train", 1, 10))
        display(Event("train", 2, 10))
        clock.now += QUIET_SECONDS - 0.1
        display(Event("train", 3, 10))
        assert said(capsys) == ["train 1/10"]
        clock.now += 0.2
        display(Event("train", 4, 10))
        display(Event("train", 5, 10))
        assert said(capsys) == ["train 4/10"]


def test_the_end_of_a_stage_is_always_said(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressDisplay() as display:
        for done in range(1, 11):
            display(Event("train", done, 10))
    assert said(capsys) == ["train 1/10", "train 10/10"]


def test_stages_are_quiet_each_for_itself(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressDisplay() as display:
        for stage in ("synthesize", "train", "synthesize", "train"):
            display(Event(stage, 1, 10))
    assert said(capsys) == ["synthesize 1/10", "train 1/10"]


def test_a_stage_without_a_known_end_is_never_at_its_end(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressDisplay() as display:
        display(Event("start"))
        display(Event("start", detail="loading"))
        clock.now += 60
        display(Event("start", 3, 0, "still loading"))
    assert said(capsys) == ["start", "start  still loading"]


def test_a_line_has_the_time_since_the_start_and_thousands(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressDisplay() as display:
        clock.now += 83.25
        display(Event("synthesize", 1_234, 1_000_000, "75.1% right"))
    assert capsys.readouterr().out == "[  83.2 s] synthesize 1,234/1,000,000  75.1% right\n"


def test_a_terminal_shows_bars(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    with ProgressDisplay() as display:
        display(Event("synthesize", 3, 10, "30% right"))
        display(Event("train", 0, 0, "starting"))
        display(Event("train", 7, 7))
    shown = capsys.readouterr().out
    assert "synthesize" in shown and "train" in shown
    assert "3/10" in shown and "7/7" in shown
