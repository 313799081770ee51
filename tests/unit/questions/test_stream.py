from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.errors import QuestionsError
from pad_ray.questions.rows import ReadRow
from pad_ray.questions.stream import MAX_PROBLEMS, QuestionStream
from pad_ray.records import Question


def good(number: int) -> ReadRow:
    return ReadRow(f"file:{number}", Question(f"set/{number}", f"question {number}", "1"))


def bad(number: int) -> ReadRow:
    return ReadRow(f"file:{number}", None, "no 'answer'; one is wanted")


@given(st.lists(st.booleans(), max_size=40), st.integers(0, 12), st.none() | st.integers(1, 12))
def test_start_and_limit_count_questions_and_not_bad_rows(
    rows_are_good: list[bool], start: int, limit: int | None
) -> None:
    rows = [good(number) if is_good else bad(number) for number, is_good in enumerate(rows_are_good)]
    stream = QuestionStream(rows, start=start, limit=limit, on_bad_row="skip")
    every = [row.question for row in rows if row.question]
    assert list(stream) == every[start : None if limit is None else start + limit]


def test_a_bad_row_is_refused_with_its_place() -> None:
    stream = QuestionStream([good(1), bad(2), good(3)])
    with pytest.raises(QuestionsError) as error:
        list(stream)
    assert str(error.value) == "file:2: no 'answer'; one is wanted"
    assert error.value.exit_code == 2


def test_bad_rows_are_skipped_and_counted() -> None:
    stream = QuestionStream([bad(number) for number in range(50)] + [good(50)], on_bad_row="skip")
    assert [question.question_id for question in stream] == ["set/50"]
    assert stream.skipped == 50
    assert len(stream.problems) == MAX_PROBLEMS == 20
    assert stream.problems[0] == "file:0: no 'answer'; one is wanted"


@pytest.mark.parametrize("on_bad_row", ["refuse", "skip"])
@pytest.mark.parametrize("start", [0, 2])
def test_a_second_question_of_an_id_is_refused(on_bad_row: str, start: int) -> None:
    twice = ReadRow("file:9", Question("set/1", "another", "2"))
    stream = QuestionStream([good(1), good(2), twice], start=start, on_bad_row=on_bad_row)  # type: ignore[arg-type]
    with pytest.raises(QuestionsError, match=r"^file:9: question_id 'set/1' is there a second time"):
        list(stream)


def test_nothing_is_read_beyond_the_limit() -> None:
    read = 0

    def rows() -> Iterator[ReadRow]:
        nonlocal read
        while True:
            read += 1
            yield good(read)

    assert len(list(QuestionStream(rows(), start=3, limit=4))) == 7 - 3
    assert read == 7


def test_a_stream_is_read_once_and_can_be_closed() -> None:
    stream = QuestionStream([good(1), good(2)])
    assert next(iter(stream)).question_id == "set/1"
    stream.close()
    assert list(stream) == []
