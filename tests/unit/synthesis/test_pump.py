"""Which sets have ended, by the rows that come."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from pad_ray.synthesis.pump import Pump


def pumped(rows: list[tuple[int, list[int]]], parts: list[int], error: Exception | None = None) -> Pump:
    def come() -> Iterator[dict[str, Any]]:
        for number, done in rows:
            yield {"set": number, "parts": done}
        if error:
            raise error

    pump = Pump(lambda: SimpleNamespace(iter_rows=come), parts)
    pump.start()
    pump.join()
    return pump


def test_a_set_has_ended_with_its_last_part_while_another_has_not() -> None:
    pump = pumped([(2, [0]), (0, [0, 2]), (2, [1]), (0, [1]), (1, [0])], parts=[3, 1, 2])
    assert pump.ended() == [2, 0], "and not the last of all"
    assert pump.ended() == [], "they are told once"


def test_a_set_of_which_parts_were_left_has_not_ended() -> None:
    assert pumped([(0, [0]), (0, []), (1, [0])], parts=[2, 1]).ended() == [1]


def test_a_set_of_which_nothing_was_missing_is_no_news() -> None:
    assert pumped([(1, [0]), (2, [0])], parts=[0, 1, 1]).ended() == [1]


def test_what_the_dataset_raises_is_kept_and_what_ended_before_is_told() -> None:
    error = ValueError("a stage failed")
    pump = pumped([(0, [0])], parts=[1, 1], error=error)
    assert (pump.ended(), pump.error) == ([0], error)
