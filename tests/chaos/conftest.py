"""The run that everything is compared with: the same settings, and nothing killed."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from driver import Driver
from raylets import Raylets
from sameness import Outcome
from storm import Storm

BLOCK = 8


def settings(questions: int) -> list[str]:
    """A synthesis whose every byte is decided by the seed, though its draws end out of order and some programs loop."""
    return [
        "configs/quickstart.yaml",
        f"questions.limit={questions}",
        "teacher.engine=dummy",
        "teacher.workers=2",
        "teacher.stagger_seconds=0",
        "teacher.max_sequences=8",
        "teacher.dummy.right=0.6",
        "teacher.dummy.raises=0.1",
        "teacher.dummy.loops=0.01",
        "teacher.dummy.seconds=0.2",
        "executor.cpu_seconds=0.3",
        f"synthesis.block_size={BLOCK}",
        "synthesis.keep=2",
        "synthesis.max_samples=6",
        # Every question is to be there, so none is dropped.
        "synthesis.near_duplicates=null",
        "synthesis.decontaminate=false",
    ]


def question_ids(questions: int) -> set[str]:
    """Of those settings."""
    return {f"wordsums/train-4/1/{number}" for number in range(questions)}


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
