"""Programs that are repaired while they are drawn: by an engine that writes what it is told to, in a real sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from pad_ray.config import EngineConfig, ExecutorConfig
from pad_ray.errors import RefusedPrompt
from pad_ray.records import Completion, Question
from pad_ray.refinement.repairing import Repairing, RepairingEngine, What, make_repairing
from pad_ray.teacher.engine import Draw, Prompt

PROMPT = Prompt("Question: ?\nProgram:\n", Question("q", "Tom has 3 apples. How many?", "3"))
DRAW = Draw(index=0, seed=7, temperature=0.0, top_p=1.0, max_tokens=100)
RAISES = "apples = 3\nans = aples"
RUNS = "apples = 4\nans = apples"


class Engine:
    """Writes one text after the other, and remembers what it was asked. `None` refuses."""

    name, aborted_tokens = "script", 11

    def __init__(self, *texts: str | None, sure: Sequence[float] = ()) -> None:
        """`sure`: log-probabilities of the texts; 0 where there are none, as of an engine that knows none."""
        self.texts, self._sure = list(texts), list(sure)
        self.asked: list[str] = []

    async def draw(self, prompt: Prompt, draw: Draw) -> Completion:
        self.asked.append(prompt.text)
        text = self.texts.pop(0)
        if text is None:
            raise RefusedPrompt("too long")
        return Completion(text, tokens=10, logprob=self._sure.pop(0) if self._sure else 0.0)

    async def close(self) -> None:
        """Nothing to free."""


def draw(engine: Engine, attempts: int = 2, what: What = "loud") -> Completion:
    async def drawn() -> Completion | None:
        repairing = RepairingEngine(engine, Repairing(attempts, what), ExecutorConfig())
        try:
            return await repairing.draw(PROMPT, DRAW)
        finally:
            await repairing.close()

    completion = asyncio.run(drawn())
    assert completion is not None
    return completion


def test_a_program_that_gives_an_answer_is_left_alone() -> None:
    engine = Engine(RUNS)
    assert draw(engine) == Completion(RUNS, tokens=10)
    assert engine.asked == [PROMPT.text]


def test_one_that_raises_is_told_so_in_the_words_of_training() -> None:
    engine = Engine(RAISES, RUNS)
    assert draw(engine) == Completion(RUNS, tokens=20)
    assert engine.asked[1] == (
        "Question: Tom has 3 apples. How many?\nFaulty program:\napples = 3\nans = aples\n"
        "Feedback: Error: NameError: name 'aples' is not defined (line 2)\nProgram:\n"
    )


def test_it_is_tried_as_often_as_may_be() -> None:
    engine = Engine(RAISES, "ans = 1 / 0", "ans = [", "never asked for")
    assert draw(engine, attempts=2) == Completion("ans = [", tokens=30)
    assert "Feedback: Error: ZeroDivisionError: division by zero (line 1)" in engine.asked[2]
    assert len(engine.texts) == 1


def test_where_all_are_looked_at_again_an_answer_is_told_with_its_steps_once() -> None:
    engine = Engine(RUNS, "apples = 3\nans = apples", "never asked for")
    assert draw(engine, what="all") == Completion("apples = 3\nans = apples", tokens=20)
    assert "Feedback: Output: 4 (apples = 4, ans = 4); not read: 3; not given: 4\n" in engine.asked[1]


def test_an_answer_does_not_give_way_to_none() -> None:
    engine = Engine(RUNS, RAISES)
    assert draw(engine, attempts=1, what="all") == Completion(RUNS, tokens=20)


@pytest.mark.parametrize(
    ("first", "second", "sure", "taken"),
    [
        ("ans = 3", "ans = 3\nother = 3", (-1.0, -0.5), 1),
        ("ans = 3", "ans = 3\nother = 3", (-0.5, -1.0), 0),
        ("ans = 4", "ans = 3", (-0.5, -1.0), 1),
        ("ans = 3", "ans = 4", (-1.0, -0.5), 0),
    ],
    ids=["surer", "less sure", "misread before", "misread now"],
)
def test_of_two_answers_the_one_with_the_numbers_of_the_question_then_the_surer_one_is_taken(
    first: str, second: str, sure: tuple[float, float], taken: int
) -> None:
    kept = draw(Engine(first, second, sure=sure), attempts=1, what="all")
    assert (kept.text, kept.logprob, kept.tokens) == ((first, second)[taken], sure[taken], 20)


def test_however_sure_of_it_what_gives_no_answer_gives_way() -> None:
    assert draw(Engine(RAISES, RUNS, sure=(-0.1, -9.0)), attempts=1, what="all").text == RUNS


def test_what_is_too_long_to_be_told_of_stays() -> None:
    assert draw(Engine(RAISES, None)) == Completion(RAISES, tokens=10)


@pytest.mark.parametrize(("what", "told"), [("loud", False), ("all", True)])
def test_it_is_made_around_another_engine(what: What, told: bool) -> None:
    """Which says how sure it is where that counts."""
    asked: list[EngineConfig] = []

    def inner(config: EngineConfig) -> Engine:
        asked.append(config)
        return Engine(RUNS)

    made = make_repairing(EngineConfig(), repairing=Repairing(1, what), executor=ExecutorConfig(), inner=inner)
    assert (made.name, made.aborted_tokens, asked[0].logprobs) == ("script", 11, told)
    asyncio.run(made.close())


@pytest.mark.parametrize("text", ["", "import os\nos.fork()", "while True: pass"])
def test_hostile_programs_are_run_in_the_sandbox(text: str) -> None:
    assert draw(Engine(text, RUNS), attempts=1).text == RUNS
