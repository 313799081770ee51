"""Which judged programs are trained on."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.records import Status
from pad_ray.synthesis.dedupe import canonical
from pad_ray.synthesis.selection import SELECTED_COLUMNS, columns, select, training_text


def row(question: str, code: str, status: str = "right", **more: Any) -> dict[str, Any]:
    return {"question_id": question, "code": code, "status": status, **more}


ROWS = [
    row("a", "ans = 1"),
    row("a", "ans = 1"),
    row("a", "ans = 9", "wrong"),
    row("a", "\nans = 1\n"),
    row("a", "ans = 2 - 1"),
    row("a", "ans = 3 - 2"),
    row("b", "ans = 1"),
    row("c", "ans = 5", "raised"),
]


def test_right_programs_each_once_and_at_most_so_many() -> None:
    chosen = [(r["question_id"], r["code"]) for r in select(ROWS, keep=2)]
    assert chosen == [("a", "ans = 1"), ("a", "ans = 2 - 1"), ("b", "ans = 1")]


def test_keep_one() -> None:
    assert [r["question_id"] for r in select(ROWS, keep=1)] == ["a", "b"]


def test_other_columns_stay() -> None:
    assert next(select([row("a", "x = 1 ") | {"text": "How?"}], keep=1)) == row("a", "x = 1") | {"text": "How?"}


def test_programs_that_differ_in_names_and_layout_only_are_the_same() -> None:
    rows = [row("a", "x = 3\nans = x * 2"), row("a", "# three\ny = 3\nans = 2 * y"), row("a", "y = 3\nans = y + 2")]
    assert list(select(rows, keep=3)) == [rows[0], rows[2]]


def test_what_the_loop_kept_is_selected_and_nothing_else() -> None:
    rows = [
        row("a", "ans = 1", kept=False),
        row("a", "ans = 1 + 0", kept=True),
        row("a", "ans = 2", "wrong", kept=True),
        row("a", "ans = 3 - 2", kept=True),
        row("a", "ans = 2 - 1", kept=True),
        row("b", "ans = 1", kept=False),
    ]
    assert list(select(rows, keep=2)) == [rows[1], rows[3]]


def test_where_nothing_says_what_was_kept_distinct_programs_are_selected() -> None:
    rows = [each | {"kept": None} for each in ROWS]
    assert [r["code"] for r in select(rows, keep=2)] == [r["code"] for r in select(ROWS, keep=2)]


def test_the_column_is_only_asked_for_where_it_is() -> None:
    assert columns(["kept", *SELECTED_COLUMNS, "tokens"]) == [*SELECTED_COLUMNS, "kept"]
    assert columns([*SELECTED_COLUMNS, "tokens"]) == SELECTED_COLUMNS


def test_programs_that_differ_in_their_docstring_only_are_the_same() -> None:
    with_docstring = 'def solution():\n    """How many?"""\n    return 1'
    without = "def solution():\n    return 1"
    assert [r["code"] for r in select([row("a", with_docstring), row("a", without)], keep=2)] == [without]


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.sampled_from(list(Status))), max_size=30),
    st.integers(1, 4),
)
def test_never_more_than_keep_never_twice_only_right(drawn: list[tuple[str, str, str]], keep: int) -> None:
    rows = [row(*each) for each in sorted(drawn, key=lambda each: each[0])]
    chosen = list(select(rows, keep))
    for question in "abc":
        right = [r["code"] for r in rows if r["question_id"] == question and r["status"] == "right"]
        kept = [r["code"] for r in chosen if r["question_id"] == question]
        assert [canonical(code) for code in kept] == list(dict.fromkeys(map(canonical, right)))[:keep]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ('def solution():\n    """How many?"""\n    return 1', "def solution():\n    return 1"),
        ("def solution():\n    '''How many?'''\n    return 1", "def solution():\n    return 1"),
        ('def solution():\n    """How\n\n    many "x"?\n    """  \n    return 1', "def solution():\n    return 1"),
        ('def solution():\n    """A \\""" in it"""\n    return 1', "def solution():\n    return 1"),
        ('def solution() -> int:\n\n    """How?"""\n    return 1', "def solution() -> int:\n    return 1"),
        ("\n\nx = 1\n\n", "x = 1"),
        ('def f():\n    x = 1\n    """not a docstring"""\n    return x', None),
        ('x = """text"""\nans = x', None),
        ('def f():\n    """first"""\n    """second"""\n    return 1', 'def f():\n    """second"""\n    return 1'),
        ('def f():\n    """a""" + "b"\n    return 1', None),
        ('def solution():\n    """How many?"""\nans = 3', None),
        ('def solution():\n    """How many?"""\n    # nothing\nans = 3', None),
        ('def f(): return """x"""\n', 'def f(): return """x"""'),
        ("", ""),
    ],
)
def test_only_the_docstring_is_dropped(code: str, text: str | None) -> None:
    assert training_text(code) == (code if text is None else text)
