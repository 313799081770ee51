"""What the student reads, task by task."""

import pytest

from pad_ray.records import Question, Repair
from pad_ray.student.examples import Example, Source
from pad_ray.student.templates import (
    program_example,
    rationale_example,
    repair_example,
    template_fingerprint,
)
from pad_ray.synthesis.draws import DrawPlan

ROW = {"text": "How many?", "program_id": "q@p#0", "code": "ans = 3", "completion": " Three.\nThe answer is 3.\n"}


def test_the_student_reads_what_it_is_asked_in_an_evaluation() -> None:
    asked = DrawPlan("program-v1", (0.0,), 1.0, 64, seed=0).prompt(Question("q", "How many?", "3"), 0)
    assert program_example(ROW).source == asked.text


def test_the_tasks() -> None:
    repair = Repair("r/1", "q", "How many?", "ans = x", "Error: NameError", "ans = 3", "student", 1, "raised")
    assert program_example(ROW) == Example("Question: How many?\nProgram:\n", "ans = 3", "q@p#0")
    assert repair_example(repair) == Example(
        "Question: How many?\nFaulty program:\nans = x\nFeedback: Error: NameError\nProgram:\n", "ans = 3", "r/1"
    )
    assert rationale_example(ROW) == Example("Question: How many?\nReasoning:\n", "Three.\nThe answer is 3.", "q@p#0")


def test_templates_are_known_by_their_words(monkeypatch: pytest.MonkeyPatch) -> None:
    before = template_fingerprint("program-v1")
    assert before != template_fingerprint("repair-v1")
    monkeypatch.setitem(__import__("pad_ray.teacher.prompt", fromlist=["TEMPLATES"]).TEMPLATES, "program-v1", "Q:")
    assert template_fingerprint("program-v1") != before


def test_sources_are_joined_and_keep_their_order() -> None:
    a, b = Source((lambda: [Example("a", "1")],), "x"), Source((lambda: [Example("b", "2")],), "y")
    assert [example.source for example in a + b] == ["a", "b"]
    assert len({(a + b).identity, (b + a).identity, a.identity}) == 3
    assert (a + Source(b.parts)).identity == ""
