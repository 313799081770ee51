"""The words around a question. A template is part of every program's id, so its text is pinned here."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.config import PromptConfig
from pad_ray.errors import ConfigError
from pad_ray.teacher.prompt import (
    TEMPLATES,
    Demonstration,
    load_demonstrations,
    refuse_evaluation_questions,
    render,
)

TWO = (
    Demonstration("How many are two?", "ans = 2", "It is 2."),
    Demonstration("How many are three?", "ans = 3", "It is 3."),
)


def config(folder: Path, text: str | bytes, version: str = "program-v1") -> PromptConfig:
    path = folder / "demonstrations.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return PromptConfig(demonstrations=path, version=version)


def test_a_question_alone() -> None:
    # Shipped models were trained on these very words.
    assert render("program-v1", question="How many?") == "Question: How many?\nProgram:\n"
    assert render("rationale-v1", question="How many?") == "Question: How many?\nReasoning:\n"


def test_a_repair() -> None:
    text = render("repair-v1", question="How many?", faulty="ans = x", feedback="Error: NameError")
    assert text == "Question: How many?\nFaulty program:\nans = x\nFeedback: Error: NameError\nProgram:\n"


def test_demonstrations_come_first_in_their_order() -> None:
    assert render("program-v1", demonstrations=TWO, question="How many?") == (
        "Question: How many are two?\nProgram:\nans = 2\n\n"
        "Question: How many are three?\nProgram:\nans = 3\n\n"
        "Question: How many?\nProgram:\n"
    )
    assert render("rationale-v1", demonstrations=TWO[:1], question="How many?") == (
        "Question: How many are two?\nReasoning:\nIt is 2.\n\nQuestion: How many?\nReasoning:\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "What is {{ 7*7 }}?",
        "{% for x in range(10**9) %}x{% endfor %}",
        "{{ question.__class__.__mro__ }}",
        "{# comment #}",
        '<b>5 & 6 "quoted"</b>',
        "ends with a brace {",
        "line one\r\nline two\n",
    ],
)
def test_template_syntax_in_a_question_is_text(text: str) -> None:
    assert render("program-v1", question=text) == f"Question: {text}\nProgram:\n"
    shown = render("program-v1", demonstrations=[Demonstration(text, text)], question="How many?")
    assert shown == f"Question: {text}\nProgram:\n{text}\n\nQuestion: How many?\nProgram:\n"
    assert f"\nFeedback: {text}\n" in render("repair-v1", question=text, faulty=text, feedback=text)


@given(st.text())
def test_any_question_comes_out_verbatim(text: str) -> None:
    assert render("program-v1", question=text) == f"Question: {text}\nProgram:\n"


def test_what_a_template_needs_and_was_not_given_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError):
        render("repair-v1", question="How many?", faulty="ans = x")


def test_every_version_that_can_be_configured_has_a_template() -> None:
    for version in ("program-v1", "rationale-v1"):
        assert PromptConfig(version=version).version in TEMPLATES


def test_demonstrations_are_read(tmp_path: Path) -> None:
    text = "- question: How many are two?\n  program: |\n    x = 2\n    ans = x\n- {question: 'Größe?', program: ans = 1}\n"
    read = (Demonstration("How many are two?", "x = 2\nans = x\n"), Demonstration("Größe?", "ans = 1"))
    one = config(tmp_path, text)
    assert load_demonstrations(one) == (read,)
    assert load_demonstrations(PromptConfig(demonstrations=one.demonstrations * 2)) == (read, read)
    assert load_demonstrations(PromptConfig()) == ()


@pytest.mark.parametrize(
    ("text", "version", "message"),
    [
        ("[1", "program-v1", "not YAML"),
        (b"\xff\xfe\x00", "program-v1", "not YAML"),
        ("- {question: 2024-13-45, program: x}", "program-v1", "not YAML"),
        ("", "program-v1", "a list of {question, program} is wanted"),
        ("5", "program-v1", "a list of {question, program} is wanted"),
        ("question: How?", "program-v1", "a list of {question, program} is wanted"),
        ("- How many?", "program-v1", "a list of {question, program} is wanted"),
        ("- {program: ans = 1}", "program-v1", "a list of {question, program} is wanted"),
        ("- {question: 'How?', solution: ans = 1}", "rationale-v1", "a list of {question, rationale} is wanted"),
        (
            "- {question: 'How?', rationale: So.}",
            "program-v1",
            "demonstration 0 has no program, which program-v1 shows",
        ),
        ("- {question: 'How?', program: x}", "rationale-v1", "demonstration 0 has no rationale"),
        ("- {question: 5, program: x}", "program-v1", "a list of {question, program} is wanted"),
        ("- {question: 'How?', program: 5}", "program-v1", "a list of {question, program} is wanted"),
    ],
)
def test_demonstrations_that_cannot_be_shown_are_refused(
    tmp_path: Path, text: str | bytes, version: str, message: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        load_demonstrations(config(tmp_path, text, version))
    assert message in str(refused.value)
    assert "teacher.prompt.demonstrations" in str(refused.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml: cannot be read"):
        load_demonstrations(PromptConfig(demonstrations=tmp_path / "nowhere.yaml"))


def test_a_demonstration_from_an_evaluation_set_is_refused() -> None:
    # Punctuation, case and layout are not what makes a question another one.
    with pytest.raises(ConfigError, match=r"demonstration 1 is a question of the evaluation set gsm8k/test"):
        refuse_evaluation_questions(TWO, ["How many are four?", "how many  are THREE"], "gsm8k/test")


def test_the_first_demonstration_is_looked_at_too() -> None:
    with pytest.raises(ConfigError, match=r"demonstration 0 is a question of the evaluation set svamp"):
        refuse_evaluation_questions(TWO, ["How many are two?"], "svamp")


def test_other_demonstrations_are_accepted_and_without_any_nothing_is_read() -> None:
    refuse_evaluation_questions(TWO, ["How many are four?"], "gsm8k/test")

    def unread() -> str:
        raise AssertionError("the evaluation set was read")

    refuse_evaluation_questions((), (unread() for _ in range(1)), "gsm8k/test")
