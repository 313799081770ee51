"""The search over a small tree of programs, with an engine, a scorer and a sandbox that are told what to say."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from typing import Any

import pytest

from pad_ray.config.verification import VerificationConfig
from pad_ray.records import Question
from pad_ray.teacher.engine import Draw, Prompt
from pad_ray.teacher.lines import Line
from pad_ray.verification.beams import Beam
from pad_ray.verification.prefixes import Seen
from pad_ray.verification.stepwise import Cost, Stepwise

PROMPT = Prompt("Question: ?", Question("q", "Tom has 3 apples. How many?", "3"))
DRAW = Draw(index=0, seed=7, temperature=0.0, top_p=1.0, max_tokens=100)

TREE = {
    "": ["def solution():\n"],
    "def solution():\n": ["    a = 3\n", "    b = 0\n", "    c = 1\n"],
    "    a = 3\n": ["    a = a / 0\n", "    return a + 1"],
    "    b = 0\n": ["    return b"],
    "    c = 1\n": ["    return c"],
    "    a = a / 0\n": ["    return a"],
}
"""After each line the next ones, likeliest first; what ends without a line break ends the program."""

LOGPROB = {"    b = 0\n": -1.0, "    c = 1\n": -2.0, "    return a + 1": -3.0}
"""Of the others it is -0.1."""


class Engine:
    """Writes from `TREE`: the greedy line, or one that the seed chooses. A token is a line's place in the tree."""

    name, aborted_tokens = "tree", 0

    def __init__(self, tree: dict[str, list[str]] = TREE) -> None:
        self.tree = tree
        self.lines = [line for lines in tree.values() for line in lines]
        self.asked: list[tuple[str, float]] = []

    async def line(self, prompt: Prompt, written: Sequence[int], draw: Draw) -> Line:
        await asyncio.sleep(0)
        texts = [self.lines[token] for token in written]
        following = self.tree[texts[-1] if texts else ""]
        chosen = following[0 if draw.temperature == 0 else draw.seed % len(following)]
        self.asked.append((chosen, draw.temperature))
        tokens = (*written, self.lines.index(chosen))
        return Line(tokens, "".join([*texts, chosen]), LOGPROB.get(chosen, -0.1), ended=not chosen.endswith("\n"))

    async def draw(self, prompt: Prompt, draw: Draw) -> Any:
        raise NotImplementedError

    async def close(self) -> None:
        """Nothing to free."""


class Scorer:
    """Likes what it is told to, and remembers what it was asked."""

    def __init__(self, liked: dict[str, float] | None = None) -> None:
        self.liked = liked or {}
        self.asked: list[list[str]] = []

    async def score(self, question: str, steps: Sequence[str]) -> list[float]:
        assert question == PROMPT.question.text
        self.asked.append(list(steps))
        return [self.liked.get(step, 1.0) for step in steps]


class Prefixes:
    """Fails what divides by zero."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def look(self, texts: list[tuple[str, bool]]) -> list[Seen]:
        self.asked += [text for text, _ in texts]
        return [Seen("/ 0" in text, text.count("= 0")) for text, _ in texts]


def search(scorer: Scorer, prefixes: Prefixes | None = None, tree: dict[str, list[str]] = TREE, **config: Any) -> Beam:
    settings = VerificationConfig(beams=3, candidates=12).model_copy(update=config)
    return asyncio.run(Stepwise(Engine(tree), scorer, prefixes, settings).search(PROMPT, DRAW, Cost()))


def test_one_beam_and_one_candidate_is_the_greedy_program() -> None:
    beam = search(Scorer(), beams=1, candidates=1)
    assert beam.text == "def solution():\n    a = 3\n    a = a / 0\n    return a"
    assert beam.logprob == pytest.approx(-0.4) and beam.ended and beam.steps == 3


def test_a_program_so_far_that_raises_is_dropped_at_once() -> None:
    prefixes = Prefixes()
    beam = search(Scorer(), prefixes)
    assert beam.text == "def solution():\n    b = 0\n    return b"
    assert not beam.failed
    assert not any("/ 0\n    return" in text for text in prefixes.asked), "nothing is written after it"
    assert "def solution():\n" not in prefixes.asked, "what waits for more is not run"


def test_where_all_fail_the_best_of_them_is_given() -> None:
    beam = search(Scorer(), Prefixes(), tree={"": ["x = 1 / 0\n"], "x = 1 / 0\n": ["ans = x"]})
    assert beam.text == "x = 1 / 0\nans = x" and beam.failed


def test_a_program_that_ended_and_ran_is_not_forgotten_for_likelier_ones_that_fail_later() -> None:
    tree = {"": ["x = 3\n", "ans = 3"], "x = 3\n": ["x = x / 0\n"], "x = x / 0\n": ["ans = x"]}
    beam = search(Scorer({"ans = 3": 0.5}), Prefixes(), tree, beams=1)
    assert beam.text == "ans = 3" and not beam.failed


def test_faithful_steps_win_by_the_weight_that_they_have() -> None:
    scorer = Scorer({"a = 3": 0.001, "b = 0": 0.01})
    beam = search(scorer, Prefixes())
    assert beam.text == "def solution():\n    c = 1\n    return c"
    assert beam.score(1.0) == pytest.approx(-2.2)
    assert search(Scorer({"a = 3": 0.001, "b = 0": 0.01}), Prefixes(), weight=0.0).text.endswith("return b")
    assert all("def solution():" not in steps for steps in scorer.asked)
    unfaithful = search(Scorer({"return b": 0.5, "return c": 0.5}), Prefixes())
    assert unfaithful.faith == pytest.approx(math.log(0.5))


def test_values_below_zero_count_against_a_program_by_what_is_said() -> None:
    """The stub takes `= 0` for one; the likeliest program has it."""
    assert search(Scorer(), Prefixes()).text.endswith("return b")
    assert search(Scorer(), Prefixes(), below_zero=0.5).text.endswith("return b")
    doubted = search(Scorer(), Prefixes(), below_zero=0.1)
    assert doubted.text.endswith("return c") and doubted.doubt == 0.0
    assert search(Scorer(), Prefixes(), below_zero=0.1, weight=0.1).score(1.0) == pytest.approx(-1.2 + math.log(0.1))


def test_values_are_those_of_programs_that_are_run() -> None:
    with pytest.raises(ValueError, match="set execute to true"):
        VerificationConfig(execute=False, below_zero=0.5)


def test_only_the_first_candidate_is_greedy() -> None:
    engine = Engine()
    asyncio.run(
        Stepwise(engine, Scorer(), None, VerificationConfig(beams=1, candidates=3)).search(PROMPT, DRAW, Cost())
    )
    assert [temperature for _, temperature in engine.asked[:3]] == [0.0, 0.7, 0.7]


def test_a_program_that_is_never_ended_ends_with_the_tokens() -> None:
    beam = search(Scorer(), tree={"": ["x = 1\n"], "x = 1\n": ["x = 1\n"]}, beams=1)
    assert beam.ended and len(beam.tokens) == DRAW.max_tokens


def test_a_new_question_is_no_part_of_the_program() -> None:
    beam = search(Scorer(), tree={"": ["ans = 3\n"], "ans = 3\n": ["Question: another\n"]}, beams=1)
    assert beam.text == "ans = 3\n" and beam.ended


def test_what_it_costs_is_counted() -> None:
    stepwise, cost = Stepwise(Engine(), Scorer(), Prefixes(), VerificationConfig(beams=1, candidates=1)), Cost()
    asyncio.run(stepwise.search(PROMPT, DRAW, cost))
    assert (cost.lines, cost.tokens, cost.steps, cost.runs, cost.pruned) == (4, 4, 3, 3, 2)
