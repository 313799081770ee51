"""Two things at a time: which ends which, and what is shown."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from pad_ray.errors import Halted, ShardError, TrainingError
from pad_ray.progress import Event
from pad_ray.side_by_side import SideBySide, Together


class Training:
    """Ends when it is told to, or fails at once."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error, self._told = error, threading.Event()
        self.reasons: list[str] = []
        self.over = False

    def __call__(self) -> str:
        if self._error:
            raise self._error
        self._told.wait(10)
        self.over = True
        raise TrainingError("stopped")

    def end(self, reason: str) -> None:
        self.reasons.append(reason)
        self._told.set()


def test_both_results() -> None:
    assert SideBySide(lambda why: f"first{why()}", lambda: "second", print)() == ("first", "second")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ShardError("disk full"), "the synthesis failed"),
        (KeyboardInterrupt(), "stopped by Ctrl-C"),
        (Halted("enough tokens"), "the synthesis was halted"),
    ],
)
def test_what_ends_the_first_ends_the_second_too(error: BaseException, reason: str) -> None:
    training = Training()

    def synthesize(_: Callable[[], str]) -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        SideBySide(synthesize, training, training.end)()
    assert raised.value is error
    assert training.reasons == [reason] and training.over


def test_a_failed_training_ends_the_synthesis_and_is_told() -> None:
    def synthesize(why: Callable[[], str]) -> None:
        while not why():
            pass
        raise Halted(why())

    with pytest.raises(TrainingError, match="loss is nan"):
        SideBySide(synthesize, Training(TrainingError("loss is nan")), print)()


def test_an_error_after_the_synthesis_is_told_too() -> None:
    with pytest.raises(TrainingError, match="loss is nan"):
        SideBySide(lambda _: None, Training(TrainingError("loss is nan")), print)()


def test_two_stages_are_shown_as_one_until_the_first_is_over() -> None:
    shown: list[Event] = []
    together = Together(shown.append)
    together.first(Event("synthesize", 10, 100, rows=(("yield", "80%"),), eta_seconds=5))
    together.second(Event("train", 3, detail="no end yet", rows=(("loss", "2.0"),)))
    together.first(Event("synthesize", 20, 100, note="careful"))
    together.end_first()
    together.second(Event("train", 4, 9, "loss 1.0"))
    assert [event.stage for event in shown] == ["synthesize", *["synthesize and train"] * 2, "train"]
    assert shown[0] == Event("synthesize", 10, 100, rows=(("yield", "80%"),), eta_seconds=5)
    assert shown[1].rows == (("yield", "80%"), ("train", "3 steps  loss 2.0  no end yet"))
    assert (shown[1].count, shown[1].eta_seconds) == ("10/100", 5)
    assert shown[2].note == "careful"
    assert shown[3] == Event("train", 4, 9, "loss 1.0")
