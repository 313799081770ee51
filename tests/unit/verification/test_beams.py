"""Which unfinished programs are gone on with."""

from __future__ import annotations

import ast
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.questions.wordsums.reader import problem
from pad_ray.verification.beams import Beam, choose, invents_a_question, is_step, runs_so_far, sentences


def test_the_score_is_the_papers() -> None:
    beam = Beam(logprob=-2.0, faith=math.log(0.5) + math.log(0.8))
    assert beam.score(1.0) == pytest.approx(-2.0 + math.log(0.4))
    assert beam.score(0.0) == -2.0


def test_a_question_is_split_into_its_sentences() -> None:
    assert sentences("Tom has 3.5 pies. He eats one!  How many are left?") == [
        "Tom has 3.5 pies.",
        "He eats one!",
        "How many are left?",
    ]
    assert sentences("no end") == ["no end"]
    assert sentences("") == [""]


@pytest.mark.parametrize("line", ["def solution():\n", "\n", "   ", "    # apples\n", "```python\n"])
def test_what_is_no_step_is_not_scored(line: str) -> None:
    assert not is_step(line)
    assert is_step("    apples = 3\n")


def test_another_question_ends_a_program() -> None:
    assert invents_a_question("Question: Tom has 4 apples.\n")
    assert not invents_a_question("    question = 3\n")


@pytest.mark.parametrize(
    "text",
    ["def f():\n", "x = (1 +\n", "for i in y:\n", "x = [1,\n", "x = 1 + \\\n", "```python\n", "@cache\n", "a = 1\ntry:\n", "",
     "x = foo(  # three:\n", "for i in y:\n    x = stack.pop()\n"],
)  # fmt: skip
def test_what_waits_for_more_is_not_run(text: str) -> None:
    assert not runs_so_far(text)


def test_a_loop_that_has_ended_is_run() -> None:
    assert runs_so_far("for i in y:\n    x = stack.pop()\nans = x\n")


@given(st.integers(0, 5_000))
def test_a_program_so_far_is_run_after_each_of_its_steps_and_parses(index: int) -> None:
    lines = problem("train", 3, index).program.splitlines(keepends=True)
    for count in range(1, len(lines) + 1):
        text = "".join(lines[:count])
        assert runs_so_far(text) == (count > 1)
        if count > 1:
            ast.parse(text)


BEAMS = st.lists(
    st.builds(
        Beam,
        text=st.sampled_from(["a", "b", "c", "d", "a\n"]),
        logprob=st.floats(-9, 0),
        faith=st.floats(-9, 0),
        failed=st.booleans(),
        ended=st.booleans(),
    ),
    min_size=1,
)


@given(BEAMS, st.integers(1, 6))
def test_the_best_are_chosen_once_each_and_sound_ones_first(beams: list[Beam], width: int) -> None:
    chosen = choose(beams, width, 1.0)
    assert 1 <= len(chosen) <= width
    texts = [beam.text.rstrip() for beam in chosen]
    assert len(set(texts)) == len(texts)
    scores = [beam.score(1.0) for beam in chosen]
    assert scores == sorted(scores, reverse=True)
    assert not any(beam.failed for beam in chosen) or all(beam.failed for beam in chosen)
    assert set(chosen) <= set(beams)


def test_of_two_alike_the_one_that_is_over_stays() -> None:
    open_, over = Beam(text="a\n", logprob=-1.0), Beam(text="a", logprob=-2.0, ended=True)
    assert choose([open_, over], 2, 1.0) == [over]
    assert choose([replace(over, failed=True), Beam(text="b", logprob=-50.0)], 2, 1.0) == [
        Beam(text="b", logprob=-50.0)
    ]
