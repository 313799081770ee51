"""What each draw is asked with."""

from __future__ import annotations

from pad_ray.records import Question
from pad_ray.synthesis.draws import DrawPlan
from pad_ray.teacher.prompt import Demonstration

QUESTION = Question("q/1", "How many are three?", "3")
ONE = (Demonstration("How many are one?", "ans = 1"),)
TWO = (Demonstration("How many are two?", "ans = 2"),)


def test_temperatures_and_demonstrations_take_turns() -> None:
    plan = DrawPlan("program-v1", (0.0, 0.5, 1.0), 0.9, 64, (ONE, TWO), seed=3)
    assert [plan.draw(QUESTION, i).temperature for i in range(5)] == [0.0, 0.5, 1.0, 0.0, 0.5]
    shown = ["one" if "How many are one?" in plan.prompt(QUESTION, i).text else "two" for i in range(4)]
    assert shown == ["one", "two", "one", "two"]
    draw = plan.draw(QUESTION, 4)
    assert (draw.index, draw.top_p, draw.max_tokens) == (4, 0.9, 64)


def test_every_draw_has_a_seed_of_its_own_and_always_the_same() -> None:
    plan = DrawPlan("program-v1", (0.8,), 1.0, 64, seed=3)
    other = DrawPlan("program-v1", (0.8,), 1.0, 64, seed=4)
    seeds = [plan.draw(QUESTION, i).seed for i in range(100)]
    assert len(set(seeds)) == 100
    assert seeds == [plan.draw(QUESTION, i).seed for i in range(100)]
    assert not set(seeds) & {other.draw(QUESTION, i).seed for i in range(100)}
    assert all(0 <= seed < 2**31 for seed in seeds)
