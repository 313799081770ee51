"""The nouns and their Arrow schemas: what is on disk for years, so its columns are pinned here."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pad_ray.records import (
    JUDGED_SCHEMA,
    QUESTION_SCHEMA,
    REPAIR_SCHEMA,
    Judged,
    Program,
    Question,
    Repair,
    Verdict,
    judged_table,
    program_id,
    questions_of,
    to_table,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
"""Any text that UTF-8 can hold: lone surrogates are no text."""
COUNT = st.integers(0, 2**31 - 1)
NUMBER = st.floats(allow_nan=False)

QUESTIONS = st.builds(
    Question,
    question_id=TEXT, text=TEXT, answer=TEXT, answer_kind=TEXT, reference=TEXT, rationale=TEXT, steps=COUNT,
)  # fmt: skip
PROGRAMS = st.builds(
    Program,
    program_id=TEXT, question_id=TEXT, draw=COUNT, code=TEXT, completion=TEXT, model=TEXT, prompt_version=TEXT,
    tokens=COUNT, prompt_tokens=COUNT, logprob=NUMBER,
)  # fmt: skip
VERDICTS = st.builds(
    Verdict,
    status=TEXT, answer=TEXT, error_type=TEXT, error_message=TEXT, error_line=COUNT, cpu_ms=NUMBER, wall_ms=NUMBER,
    isolation=TEXT, unsafe=st.booleans(), lane=TEXT,
)  # fmt: skip

QUESTION_COLUMNS = ["question_id", "text", "answer", "answer_kind", "reference", "rationale", "steps"]
JUDGED_COLUMNS = [
    *QUESTION_COLUMNS,
    "program_id", "draw", "code", "completion", "model", "prompt_version", "tokens", "prompt_tokens", "logprob",
    "given_answer",
    "status", "error_type", "error_message", "error_line", "isolation", "unsafe", "kept",
]  # fmt: skip
REPAIR_COLUMNS = [
    "repair_id", "question_id", "question", "faulty", "feedback", "program", "origin", "round", "status",
]  # fmt: skip
WHOLE = {"steps", "draw", "tokens", "prompt_tokens", "error_line", "round"}
REAL = {"logprob"}
TRUTH = {"unsafe", "kept"}


@pytest.mark.parametrize(
    ("schema", "columns"),
    [(QUESTION_SCHEMA, QUESTION_COLUMNS), (JUDGED_SCHEMA, JUDGED_COLUMNS), (REPAIR_SCHEMA, REPAIR_COLUMNS)],
)
def test_columns_in_their_order_with_their_types(schema: pa.Schema, columns: list[str]) -> None:
    assert schema.names == columns
    for field in schema:
        wanted = pa.int32() if field.name in WHOLE else pa.float64() if field.name in REAL else pa.string()
        wanted = pa.bool_() if field.name in TRUTH else wanted
        assert field.type == wanted, field.name


@settings(max_examples=30)
@given(QUESTIONS, PROGRAMS, VERDICTS, st.booleans())
def test_a_judged_program_comes_back_as_it_was(
    question: Question, program: Program, verdict: Verdict, kept: bool
) -> None:
    program = replace(program, question_id=question.question_id)  # which it always is
    table = judged_table([Judged(question, program, verdict, kept)])
    assert table.schema == JUDGED_SCHEMA
    (back,) = table.to_pylist()
    assert Question(**{name: back[name] for name in Question.__slots__}) == question
    assert Program(**{name: back[name] for name in Program.__slots__}) == program
    timeless = replace(verdict, cpu_ms=0.0, wall_ms=0.0, lane="")
    assert (
        Verdict(**{name: back[name] for name in Verdict.__slots__ if name in back} | {"answer": back["given_answer"]})
        == timeless
    )
    assert back["kept"] is kept


@settings(max_examples=30)
@given(st.lists(QUESTIONS, max_size=4))
def test_questions_come_back_as_they_were(questions: list[Question]) -> None:
    table = to_table(questions, QUESTION_SCHEMA)
    assert table.schema == QUESTION_SCHEMA
    assert list(questions_of(table)) == questions


def test_questions_are_found_among_other_columns() -> None:
    question = Question("a/1", "How many?", "3", steps=2)
    program = Program("a/1@program-v1#0", "a/1", 0, "ans = 3", "ans = 3", "m", "program-v1")
    table = judged_table([Judged(question, program, Verdict("right", "3"))])
    assert list(questions_of(table)) == [question]


def test_an_empty_table_has_its_schema() -> None:
    assert to_table([], REPAIR_SCHEMA).schema == REPAIR_SCHEMA


def test_a_repair_is_a_row() -> None:
    repair = Repair("r", "q", "How many?", "ans = 1", "Output: 1", "ans = 2", "student", 1, "wrong")
    (back,) = to_table([repair], REPAIR_SCHEMA).to_pylist()
    assert Repair(**back) == repair


def test_a_value_of_another_type_is_refused() -> None:
    with pytest.raises((pa.ArrowInvalid, pa.ArrowTypeError)):
        to_table([{"steps": "many"}], QUESTION_SCHEMA)


def test_the_id_of_a_program_is_pinned() -> None:
    # It is in every shard that was ever written.
    assert program_id("gsm8k/train/17", "program-v1", 3) == "gsm8k/train/17@program-v1#3"


def test_ids_differ_where_question_version_or_draw_differ() -> None:
    ids = [
        program_id(q, v, d)
        for q in ("gsm8k/train/1", "gsm8k/train/11", "gsm8k/test/1")
        for v in ("program-v1", "rationale-v1")
        for d in range(12)
    ]
    assert len(set(ids)) == len(ids)
