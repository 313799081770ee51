"""The comparison itself: every way in which a run can differ is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from damage import KINDS, damage
from judged import Drawn, make_run, right
from sameness import NONE, Differences, Outcome
from storm import WEIGHTS, turns

from pad_ray.shards.damage import whole_records
from pad_ray.shards.place import Place

SHARDS: list[list[Drawn]] = [
    [(1, right(1), "right", True), (1, right(1, 2), "right", True), (2, right(3), "wrong", False)],
    [(3, right(3), "right", True), (4, right(5), "wrong", False)],
    [(5, right(5), "right", True)],
    [(6, right(6), "right", True)],
]


def outcome(folder: Path, shards: list[list[Drawn]]) -> Outcome:
    return Outcome(Place.of(make_run(folder, shards) / "synthesis"))


def test_a_run_made_twice_does_not_differ(tmp_path: Path) -> None:
    once, twice = outcome(tmp_path / "once", SHARDS), outcome(tmp_path / "twice", SHARDS)
    assert Differences.between(twice, once) == NONE
    assert once.is_closed and once.set_aside == 0


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda s: [s[0], s[1], s[2], []], {"lost": 1, "wrong_labels": 1, "different_shards": 1}),
        (lambda s: s[:3], {"lost": 1, "wrong_labels": 1, "different_shards": 1}),
        (lambda s: [s[0], s[1], s[2], s[2]], {"lost": 1, "doubled": 1, "wrong_labels": 1, "different_shards": 1}),
        (
            lambda s: [s[0], s[1], s[2], [(6, right(6), "wrong", False)]],
            {"wrong_labels": 1, "different_shards": 1},
        ),
        (lambda s: [s[0], s[1], s[2], [(6, right(6, 1), "right", True)]], {"different_shards": 1}),
        (lambda s: [s[1], s[0], s[2], s[3]], {"different_shards": 2}),
    ],
)
def test_each_difference_is_counted(
    change: Callable[[list[list[Drawn]]], list[list[Drawn]]], expected: dict[str, int], tmp_path: Path
) -> None:
    found = outcome(tmp_path / "found", change(SHARDS))
    assert Differences.between(found, outcome(tmp_path / "wanted", SHARDS)) == replace(NONE, **expected)


def test_each_kind_of_damage_is_found(tmp_path: Path) -> None:
    made = outcome(tmp_path / "run", SHARDS)
    shards = tmp_path / "run" / "synthesis" / "shards"
    assert len(damage(shards, Random(1))) == len(KINDS) == len(SHARDS)
    whole, damages = whole_records(made.shards)
    assert not whole and len(damages) == made.set_aside == len(KINDS)


def test_turns_are_decided_by_the_seed_and_leave_no_kind_out() -> None:
    assert turns(Random(1), 30) == turns(Random(1), 30) != turns(Random(2), 30)
    assert set(turns(Random(1), len(WEIGHTS))) == set(WEIGHTS)
