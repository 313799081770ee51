"""What a model is told about a program that failed. Shipped models were trained on these very words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.records import Status, Verdict
from pad_ray.refinement.feedback import LONGEST_MESSAGE, LONGEST_TRACE
from pad_ray.refinement.feedback import feedback as feedback_on


def feedback(verdict: Verdict, question: str = "How many?", code: str = "ans = x") -> str:
    """Where neither question nor program has numbers."""
    return feedback_on(verdict, question, code)


@pytest.mark.parametrize(
    ("verdict", "line"),
    [
        (
            Verdict("raised", error_type="NameError", error_message="name 'x' is not defined", error_line=3),
            "Error: NameError: name 'x' is not defined (line 3)",
        ),
        (
            Verdict("syntax", error_type="SyntaxError", error_message="invalid syntax", error_line=1),
            "Error: SyntaxError: invalid syntax (line 1)",
        ),
        (Verdict("timeout", error_type="Timeout", error_message="more than 5 s"), "Time out"),
        (Verdict("memory", error_type="MemoryError"), "Error: MemoryError"),
        (Verdict("output_limit"), "Error: too much output"),
        (Verdict("wrong", "17"), "Output: 17"),
        (Verdict("right", "18"), "Output: 18"),
        (Verdict("no_answer"), "Output: none"),
        (Verdict("killed", error_type="SIGKILL"), "Output: none"),
    ],
)
def test_the_words(verdict: Verdict, line: str) -> None:
    assert feedback(verdict) == line


@pytest.mark.parametrize("status", Status)
def test_every_status_has_one_short_line(status: Status) -> None:
    long = "first line\n\n  second\tline\r\n" + "x" * 10_000
    line = feedback(Verdict(status, answer=long, error_type="ValueError", error_message=long, error_line=12))
    assert line == line.strip() != ""
    assert len(line.splitlines()) == 1
    assert len(line) <= LONGEST_MESSAGE + len("Error: ValueError:  (line 12)")


def test_a_long_message_is_cut_and_the_line_number_stays() -> None:
    line = feedback(Verdict("raised", error_type="ValueError", error_message="x" * 1_000, error_line=12))
    assert line == f"Error: ValueError: {'x' * LONGEST_MESSAGE} (line 12)"


def test_a_verdict_that_is_none_has_no_feedback() -> None:
    with pytest.raises(ValueError, match="is not a valid Status"):
        feedback(Verdict(""))


def test_of_an_answer_the_values_of_the_steps_are_told() -> None:
    trace = (("apples", "3"), ("names", "['a',\n 'b']"), ("left", "-2"))
    for status in ("wrong", "right"):
        assert feedback(Verdict(status, "-2", trace=trace)) == "Output: -2 (apples = 3, names = ['a', 'b'], left = -2)"
    assert feedback(Verdict("raised", error_type="KeyError", trace=trace)) == "Error: KeyError:  (line 0)"


def test_of_many_values_the_last_are_told() -> None:
    trace = tuple((f"step_{number:03d}", str(number)) for number in range(200))
    line = feedback(Verdict("wrong", "199", trace=trace))
    assert line.startswith("Output: 199 (..., step_1") and line.endswith(", step_198 = 198, step_199 = 199)")
    assert LONGEST_TRACE - 20 < len(line) < LONGEST_TRACE + 30


@pytest.mark.parametrize(
    ("question", "code", "told"),
    [
        ("Tom has 3 apples and eats 1.", "a = 3\nans = a - 1", ""),
        ("Tom has $1,250 and 3.50 more.", "ans = 1250 + 3.5", ""),
        ("A bicycle costs $193, and $88 is saved.", "goal = 88\nsaved = 88\nans = goal - saved", "; not read: 193"),
        ("Each pack costs $16.", "price = 16.25\nans = price", "; not read: 16; not given: 16.25"),
        ("How many minutes are two hours?", "ans = 2 * 60", "; not given: 2, 60"),
        ("3 and 3 and 4", "ans = 1 + 1", "; not read: 3, 4; not given: 1"),
        ("7 apples", "ans = (", "; not read: 7"),
        ("7 apples", "ans = 1e9 + 0x7 + 1_000", "; not read: 7"),
        ("7 apples", "first_7 = x  # 7 of them\nans = first_7", "; not read: 7"),
        ("0.5 litres", "ans = x[-1] * 0.50", "; not given: 1"),
    ],
)
def test_numbers_that_were_misread_are_named(question: str, code: str, told: str) -> None:
    assert feedback(Verdict("wrong", "5"), question, code) == f"Output: 5{told}"


def test_of_many_numbers_some_are_named() -> None:
    line = feedback(Verdict("wrong", "5"), " ".join(map(str, range(100, 200))), "ans = 1" + "0" * 400)
    assert line == "Output: 5; not read: 100, 101, 102, 103, 104, 105"


@given(st.text(), st.text())
def test_any_text_has_feedback_of_one_line(question: str, code: str) -> None:
    assert len(feedback(Verdict("right", "5"), question, code).splitlines()) == 1
