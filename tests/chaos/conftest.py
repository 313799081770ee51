"""The run that everything is compared with: the same settings, and nothing killed."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from calm import question_ids, settings
from driver import Driver
from raylets import Raylets
from sameness import Outcome
from storm import Storm


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Outcome]:
    """The outcome of an undisturbed run over so many questions; made once for each number."""
    known: dict[int, Outcome] = {}

    def run(questions: int) -> Outcome:
        if questions not in known:
            with Raylets() as raylets:
                driver = Driver(raylets, tmp_path_factory.mktemp("calm") / "run", settings(questions))
                Storm(raylets, driver, Random(0)).rage([])
            outcome = known[questions] = Outcome(driver.place)
            assert {question for question, _ in outcome.draws} == question_ids(questions)
            assert max(outcome.draws.values()) == 1
            assert {status for status, _, _ in outcome.labels.values()} == {"right", "wrong", "raised", "timeout"}
        return known[questions]

    return run
