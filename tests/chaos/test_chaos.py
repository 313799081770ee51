"""The short storm: one of each kind of process is killed in one run, on a cluster of three raylets. `make chaos` is the
long form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

from calm import settings
from driver import Driver
from raylets import Raylets
from sameness import NONE, Differences, Outcome
from storm import WEIGHTS, Storm, turns

QUESTIONS = 400

SEED = 7


def test_a_run_ends_as_if_nothing_had_been_killed(undisturbed: Callable[[int], Outcome], tmp_path: Path) -> None:
    calm = undisturbed(QUESTIONS)
    random = Random(SEED)
    with Raylets() as raylets:
        driver = Driver(raylets, tmp_path / "run", settings(QUESTIONS))
        kills = Storm(raylets, driver, random, print).rage(turns(random, len(WEIGHTS)))
    found = Outcome(driver.place)
    assert Differences.between(found, calm) == NONE
    assert found.is_closed and not found.set_aside
    assert not kills.left, "processes outlived their run"
    assert set(kills.by_kind) == set(WEIGHTS), "the run was over before each kind had its turn: the test shows less"
