from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pad_ray.config import QuestionsConfig
from pad_ray.errors import QuestionsError
from pad_ray.executor.grading import same_answer
from pad_ray.number import number
from pad_ray.questions import jsonl, open_questions
from pad_ray.questions.rows import number_text
from pad_ray.questions.stream import QuestionStream
from pad_ray.records import Question


def stream(path: Path, on_bad_row: str = "refuse") -> QuestionStream:
    return open_questions(QuestionsConfig(set="jsonl", path=path, on_bad_row=on_bad_row))  # type: ignore[arg-type]


def written(folder: Path, content: bytes) -> Path:
    path = folder / "mine.jsonl"
    path.write_bytes(content)
    return path


def refused(path: Path) -> str:
    with pytest.raises(QuestionsError) as error:
        list(stream(path))
    assert "\n" not in str(error.value)
    return str(error.value)


TEXTS = st.text(st.characters(codec="utf-8"), min_size=1).map(str.strip).filter(bool)
QUESTIONS = st.builds(
    Question,
    question_id=st.uuids().map(str),
    text=TEXTS,
    answer=st.integers().map(str) | st.just("0.5") | st.just("5/2"),
    reference=st.just("") | TEXTS,
    rationale=st.just("") | TEXTS,
    steps=st.integers(0, 20),
) | st.builds(Question, st.uuids().map(str), TEXTS, TEXTS, st.just("text"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(QUESTIONS, max_size=5, unique_by=lambda question: question.question_id), st.booleans())
def test_a_written_question_reads_back(tmp_path: Path, questions: list[Question], ascii_only: bool) -> None:
    lines = [json.dumps(asdict(question), ensure_ascii=ascii_only) for question in questions]
    path = written(tmp_path, "\n".join(lines).encode())
    assert list(stream(path)) == questions


def test_a_plain_row_gets_its_id_and_kind(tmp_path: Path) -> None:
    path = written(tmp_path, b'{"question": "1+1?", "answer": 2.0, "more": [1]}\n{"text": "Who?", "answer": "Ted"}\n')
    assert list(stream(path)) == [
        Question("mine/0", "1+1?", "2", "number"),
        Question("mine/1", "Who?", "Ted", "text"),
    ]


@pytest.mark.parametrize(
    ("answer", "gold", "kind", "right"),
    [
        ("1 1/2", "1 1/2", "number", "1.5"),
        ("1e6", "1e6", "number", "1000000"),
        (1e22, "1e+22", "number", "1" + "0" * 22),
        ("$1,200.00", "1200", "number", "1200.0"),
        ("\N{EN DASH}5", "-5", "number", "-5"),
        ("\N{MINUS SIGN}5.0", "-5", "number", "-5"),
        ("50%", "50%", "number", "50"),
        ("\u20ac5", "5", "number", "5"),
        ("Fraction(1, 200)", "Fraction(1, 200)", "number", "0.005"),
        ("1 200", "1 200", "text", "1 200"),
        ("-(1/3)", "-(1/3)", "text", "-(1/3)"),
        ("3\N{EN DASH}5", "3\N{EN DASH}5", "text", "3\N{EN DASH}5"),
        ("9" * 309, "9" * 309, "text", "9" * 309),
    ],
)
def test_an_answer_is_a_number_exactly_if_grading_reads_it(
    tmp_path: Path, answer: str | float, gold: str, kind: str, right: str
) -> None:
    path = written(tmp_path, json.dumps({"text": "a", "answer": answer}).encode())
    (question,) = stream(path)
    assert (question.answer, question.answer_kind) == (gold, kind)
    assert (number(gold) is not None) == (kind == "number")
    assert same_answer(right, gold, kind)


@given(
    st.text("0123456789.,/eE+-$\u20ac\N{EN DASH}% ()[]", max_size=12)
    | st.fractions().map(repr)
    | st.floats(allow_nan=False, allow_infinity=False).map(str)
)
def test_the_plain_text_of_a_number_is_that_number(text: str) -> None:
    value = number(text)
    if value is not None:
        assert number(number_text(text)) == value
        assert number_text(number_text(text)) == number_text(text)


def test_byte_order_mark_crlf_and_blank_lines(tmp_path: Path) -> None:
    path = written(tmp_path, b'\xef\xbb\xbf{"text": "a", "answer": 1}\r\n\r\n  \n{"text": "b", "answer": 2}\r\n{"text"')
    assert refused(path).startswith(f"{path}:5: not JSON at column")
    kept = stream(path, "skip")
    assert [question.question_id for question in kept] == ["mine/0", "mine/3"]
    assert kept.skipped == 1


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (b'{"text": "a"}', "no 'answer'"),
        (b'{"answer": 1}', "no 'text' or 'question'; the row has 'answer'"),
        (b'{"text": "a", "answer": null}', "no 'answer'"),
        (b'{"text": "a", "answer": true}', "'answer' is True; a number is wanted"),
        (b'{"text": "a", "answer": [1]}', "a number is wanted"),
        (b'{"text": "a", "answer": NaN}', "NaN is not a JSON number"),
        (b'{"text": "a", "answer": 1e999}', "a number is wanted"),
        (b'{"text": "a", "answer": "six", "answer_kind": "number"}', "'six'; a number is wanted"),
        (b'{"text": "a", "answer": "-(1/3)", "answer_kind": "number"}', "a number is wanted"),
        (b'{"text": "a", "answer": "1 200", "answer_kind": "number"}', "a number is wanted"),
        (b'{"text": "a", "answer": %s}' % (b"9" * 309), "a number is wanted"),
        (b'{"text": "a", "answer": -%s}' % (b"9" * 320), "a number is wanted"),
        (b'{"text": "a", "answer": "%s", "answer_kind": "number"}' % (b"9" * 400), "a number is wanted"),
        (b'{"text": "a", "answer": 1, "answer_kind": "set"}', "'number' or 'text' is wanted"),
        (b'{"text": 7, "answer": 1}', "'text' is 7; text is wanted"),
        (b'{"text": "  ", "answer": 1}', "'text' is empty"),
        (b'{"text": "\\ud800", "answer": 1}', "surrogate"),
        (b'{"text": "a", "answer": 1, "steps": -1}', "'steps' is -1"),
        (b'{"text": "a", "answer": 1, "steps": 2.5}', "'steps' is 2.5"),
        (b'["a", 1]', "an object of named columns is wanted"),
        (b'{"text": "\xff", "answer": 1}', "not UTF-8 at byte 11"),
        (b'{"text": "a", "answer": ' + b"9" * 5000 + b"}", "not JSON that can be read"),
        (b"[" * 100_000, "not JSON that can be read"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(tmp_path: Path, row: bytes, problem: str) -> None:
    path = written(tmp_path, b'{"text": "good", "answer": 1}\n' + row + b'\n{"text": "good", "answer": 2}\n')
    message = refused(path)
    assert message.startswith(f"{path}:2: ")
    assert problem in message
    kept = stream(path, "skip")
    assert len(list(kept)) == 2
    assert kept.problems == [message]


def test_an_endless_line_is_a_bad_row_and_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert jsonl.MAX_ROW_BYTES == 10_000_000
    monkeypatch.setattr(jsonl, "MAX_ROW_BYTES", 1000)
    fits = b'{"text": "%s", "answer": 1}' % (b"x" * 975)
    assert len(fits) == 1000
    path = written(tmp_path, b"\n".join([fits, fits + b" ", b"y" * 12_345, b'{"text": "end", "answer": 2}']))
    kept = stream(path, "skip")
    assert [question.question_id for question in kept] == ["mine/0", "mine/3"]
    assert kept.problems[0] == f"{path}:2: the line is longer than 1,000 bytes; one object a line is wanted"
    assert kept.skipped == 2
