"""The teacher without a model: its shares, its variants, and that right means right for any gold answer."""

from __future__ import annotations

import ast
import asyncio
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.config import DummyConfig
from pad_ray.errors import EngineDied
from pad_ray.executor.grading import same_answer
from pad_ray.records import Completion, Question
from pad_ray.teacher.dummy import DummyEngine, right_program, wrong_program
from pad_ray.teacher.engine import Draw, Prompt, draw_seed

ODD_ANSWERS = [
    *("18", "-7", "0", "1,234", "$5.50", "50%", "3/4", "1 1/2", "0.333333", "1e3", "\N{MINUS SIGN}4", "1e300"),
    *(
        "9" * 40,
        "1e-9",
        "1/999999999999999999",
        "Blue",
        "",
        'it\'s "quoted"',
        "two\nlines",
        "\\n",
        "{k}",
        "{",
        "null\0",
    ),
]


def question(answer: str, kind: str = "number", name: str = "q/1") -> Question:
    return Question(name, "How many?", answer, kind)


def draw_of(name: str, index: int) -> Draw:
    return Draw(index, seed=draw_seed(7, name, index), temperature=0.8, top_p=1.0, max_tokens=256)


def answer_of(program: str) -> str:
    # Written by our own code, from a gold answer that the test made up.
    space: dict[str, Any] = {}
    exec(program, space)
    return str(space["solution"]())


async def drawn(config: DummyConfig, questions: int = 200, draws: int = 10) -> list[Completion]:
    engine = DummyEngine(config)
    completions = []
    for i in range(questions):
        name = f"q/{i}"
        for index in range(draws):
            completion = await engine.draw(Prompt("text", question("12", name=name)), draw_of(name, index))
            assert completion is not None
            completions.append(completion)
    return completions


@pytest.mark.parametrize("kind", ["number", "text"])
@pytest.mark.parametrize("answer", ODD_ANSWERS)
def test_right_programs_give_the_gold_answer_back_and_wrong_ones_do_not(answer: str, kind: str) -> None:
    asked = question(answer, kind)
    for variant in range(9):
        assert same_answer(answer_of(right_program(asked, variant)), answer, kind)
        assert not same_answer(answer_of(wrong_program(asked, variant)), answer, kind)


@given(
    st.text(max_size=40) | st.integers().map(str) | st.fractions().map(str) | st.floats(allow_nan=False).map(str),
    st.sampled_from(["number", "text"]),
    st.integers(0, 100),
)
def test_right_is_right_and_wrong_is_wrong_for_any_gold_answer(answer: str, kind: str, variant: int) -> None:
    asked = question(answer, kind)
    assert same_answer(answer_of(right_program(asked, variant)), answer, kind)
    assert not same_answer(answer_of(wrong_program(asked, variant)), answer, kind)


@pytest.mark.parametrize("answer", ["18", "0", "0.75", "Blue"])
def test_variants_differ_in_more_than_names(answer: str) -> None:
    class Nameless(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            return ast.Name("name", node.ctx)

    trees = {ast.dump(Nameless().visit(ast.parse(right_program(question(answer), v)))) for v in range(40)}
    assert len(trees) == 40


async def test_the_shares_are_those_of_the_config() -> None:
    completions = await drawn(DummyConfig(right=0.5, raises=0.2, loops=0.1))
    kinds: Counter[str] = Counter()
    for completion in completions:
        if "while" in completion.text:
            kinds["loops"] += 1
            continue
        try:
            kinds["right" if answer_of(completion.text) == "12" else "wrong"] += 1
        except (ZeroDivisionError, NameError, TypeError):
            kinds["raises"] += 1
    # 2,000 draws: a standard deviation is at most 22 of them.
    expected = {"right": 1000, "raises": 400, "loops": 200, "wrong": 400}
    assert all(abs(kinds[kind] - number) < 100 for kind, number in expected.items())


async def test_a_question_has_as_many_right_programs_as_variants() -> None:
    config = DummyConfig(right=1, raises=0, variants=3)
    assert len({c.text for c in await drawn(config, questions=1, draws=40)}) == 3


async def test_the_same_draw_is_written_alike_and_another_is_not() -> None:
    config = DummyConfig(variants=1000)
    first = await drawn(config, questions=20)
    assert first == await drawn(config, questions=20)
    assert len({completion.text for completion in first}) > 150


async def test_draws_of_one_seed_differ_by_their_index() -> None:
    engine, prompt = DummyEngine(DummyConfig(right=1, variants=1000)), Prompt("text", question("12"))
    drawn = [await engine.draw(prompt, Draw(i, seed=5, temperature=1, top_p=1, max_tokens=9)) for i in range(20)]
    assert len({completion.text for completion in drawn if completion}) > 15


async def test_what_it_writes_is_pinned() -> None:
    # An undisturbed run and a redone one are compared across processes: string hashes must play no part.
    completions = await drawn(DummyConfig(), questions=1, draws=1)
    assert completions == [Completion(text=PINNED, tokens=len(PINNED) // 3, prompt_tokens=1)]


async def test_a_draw_that_takes_time_can_be_cancelled_and_ends_with_the_engine() -> None:
    engine = DummyEngine(DummyConfig(seconds=60))
    waiting = asyncio.create_task(engine.draw(Prompt("", question("1")), draw_of("q/1", 0)))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    quick = DummyEngine(DummyConfig(seconds=0.01))
    left = asyncio.create_task(quick.draw(Prompt("", question("1")), draw_of("q/1", 0)))
    await asyncio.sleep(0)
    await quick.close()
    await quick.close()
    with pytest.raises(EngineDied):
        await left


PINNED = """\
def solution():
    start = 10
    more = 2
    total = start + more
    result = total
    return result
"""
