"""What a long command says on its way: lines for a log file, bars for a terminal."""

from __future__ import annotations

import re

import pytest

from pad_ray import progress
from pad_ray.progress import QUIET_SECONDS, Event, ProgressDisplay
from pad_ray.progress import clock as in_words


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


def test_the_end_is_said_once_and_again_only_with_other_figures(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with ProgressDisplay() as display:
        for detail in ("", "", "75% right", "75% right"):
            display(Event("evaluate", 10, 10, detail))
            clock.now += QUIET_SECONDS
    assert said(capsys) == ["evaluate 10/10", "evaluate 10/10  75% right"]


def test_figures_of_the_panel_are_on_the_line_too(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressDisplay() as display:
        display(Event("synthesize", 5, 10, rows=(("yield", "71%"), ("kept", "7")), eta_seconds=3723))
    assert said(capsys) == ["synthesize 5/10  ETA 1:02:03  yield 71% | kept 7"]


def test_a_note_is_said_at_once_and_once(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressDisplay() as display:
        display(Event("synthesize", 1, 10))
        display(Event("synthesize", 2, 10, note="finishing"))
        display(Event("synthesize", 3, 10, note="finishing"))
    assert said(capsys) == ["synthesize 1/10", "synthesize 2/10  finishing"]


def test_control_characters_reach_neither_a_log_nor_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = "\x1b]0;title\x07 \x1b[2J two\nlines"
    event = Event("synthesize", 1, 10, hostile, rows=(("yield", hostile),), note=hostile)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    for live in (False, True):
        if live:
            monkeypatch.setenv("FORCE_COLOR", "1")
            monkeypatch.setenv("COLUMNS", "300")
        with ProgressDisplay() as display:
            display(event)
        shown = capsys.readouterr().out
        assert "two lines" in shown
        assert "\x1b]" not in shown and "\x1b[2J" not in shown and "\x07" not in shown


@pytest.mark.parametrize(
    ("seconds", "said_as"),
    [(0, "0:00:00"), (59.6, "0:01:00"), (3723, "1:02:03"), (172_799, "47:59:59"), (435_723, "5 d 01:02:03")],
)
def test_spans_of_time(seconds: float, said_as: str) -> None:
    assert in_words(seconds) == said_as


def test_the_share_is_100_at_the_end_only() -> None:
    assert [Event("", done, 1000).share for done in (0, 9, 10, 999, 1000, 1001)] == [
        "0%",
        "0%",
        "1%",
        "99%",
        "100%",
        "100%",
    ]


def test_the_time_left_is_not_shown_at_the_end() -> None:
    assert Event("", 9, 10, eta_seconds=1).eta == "ETA 0:00:01"
    assert Event("", 10, 10, eta_seconds=0).eta == ""


@pytest.mark.parametrize("width", [20, 44, 80, 120])
def test_nothing_is_wider_than_the_terminal(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(width))
    events = [
        Event("evaluate base (last_letters/test)", detail="starting " + "x" * 200),
        Event("evaluate base (last_letters/test)", 12_345_678, 98_765_432, "half " * 50),
        Event("synthesize", 12_345_678, 98_765_432, rows=(("programs/s", "right 1.0, " * 30),), eta_seconds=9e6),
        Event("train", 10, 10, note="halted " * 40),
    ]
    with ProgressDisplay() as display:
        for event in events:
            display(event)
    lines = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", capsys.readouterr().out).splitlines()
    assert max(len(line.rsplit("\r", 1)[-1].rstrip()) for line in lines) <= width
    assert any("halted" in line for line in lines)


def test_in_a_narrow_terminal_the_detail_gives_way_then_the_name_and_never_a_figure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    for width, whole in (
        (80, ["evaluate base (wordsums/test)", "123/200", "61%"]),
        (40, ["123/200", "61%", "evaluate"]),
    ):
        monkeypatch.setenv("COLUMNS", str(width))
        with ProgressDisplay() as display:
            display(Event("evaluate base (wordsums/test)", 123, 200, "41.5% right, and a great deal more " * 9))
        shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", capsys.readouterr().out)
        assert all(text in shown for text in whole)


def test_a_finished_stage_stays_above_the_next_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    with ProgressDisplay() as display:
        display(Event("evaluate", 10, 10, "75% right"))
        display(Event("train", 3, 10))
    shown = capsys.readouterr().out
    assert "✓" in shown and "75% right" in shown
    assert shown.rindex("evaluate") < shown.rindex("train")


def test_a_note_of_its_own_stays_above_the_stage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    with ProgressDisplay() as display:
        display(Event("synthesize", note="a shard was set aside"))
        display(Event("synthesize", 0, 10, "starting the engine"))
        display(Event("synthesize", note="waiting for CPUs\x1b[2J"))
        display(Event("synthesize", 4, 10))
    shown = capsys.readouterr().out
    assert shown.count("synthesize: a shard was set aside") == shown.count("synthesize: waiting for CPUs") == 1
    assert shown.rindex("waiting for CPUs") < shown.rindex("4/10")
    assert "\x1b[2J" not in shown


def test_a_stage_that_was_cut_short_is_not_ticked_off(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with pytest.raises(KeyboardInterrupt), ProgressDisplay() as display:
        display(Event("train", 3, 10))
        raise KeyboardInterrupt
    assert "✓" not in capsys.readouterr().out


def test_a_terminal_that_cannot_move_its_cursor_gets_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    with ProgressDisplay() as display:
        display(Event("train", 3, 10))
    assert said(capsys) == ["train 3/10"]


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
