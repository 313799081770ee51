from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.errors import QuestionsError
from pad_ray.questions import json_array
from pad_ray.questions.json_array import BrokenArrayError, JsonText, items

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def pieces(text: str, size: int) -> Iterator[str]:
    return (text[at : at + size] for at in range(0, len(text), size))


@given(st.lists(VALUES, max_size=6), st.integers(1, 40), st.sampled_from([None, 1, "\t"]), st.booleans(), st.booleans())
def test_any_array_in_any_pieces(values: list[Any], size: int, indent: Any, ascii_only: bool, keyed: bool) -> None:
    document = {"about": [1.5, {"examples": [0]}], "examples": values, "n": 1} if keyed else values
    text = json.dumps(document, indent=indent, ensure_ascii=ascii_only)
    read = list(items(JsonText(pieces(text, size)), "examples" if keyed else ""))
    assert [value for _, value in read] == values
    lines = [line for line, _ in read]
    assert lines == sorted(lines)


@given(st.lists(VALUES, min_size=1, max_size=4), st.integers(1, 20), st.data())
def test_a_file_that_ends_too_early_is_refused(values: list[Any], size: int, data: Any) -> None:
    text = json.dumps(values)
    cut = data.draw(st.integers(0, len(text) - 1))
    with pytest.raises(BrokenArrayError):
        list(items(JsonText(pieces(text[:cut], size))))


@given(st.text('[]{},:"01.e- \nabntrue', max_size=40), st.integers(1, 9))
def test_any_text_reads_as_json_does_or_is_refused(text: str, size: int) -> None:
    try:
        expected = json.loads(text)
    except ValueError:
        expected = None
    if isinstance(expected, list):
        assert [value for _, value in items(JsonText(pieces(text, size)))] == expected
    else:
        with pytest.raises(BrokenArrayError):
            list(items(JsonText(pieces(text, size))))


def test_lines_are_those_where_the_rows_begin(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_bytes(b'\xef\xbb\xbf[\r\n  {"a": 1,\r\n   "b": 2},\r\n\r\n  {"a": 3}\r\n]\r\n')
    assert [row.where for row in json_array.rows(path)] == [f"{path}:2", f"{path}:5"]


@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        (b'[\n{"a": 1}\n{"a": 2}]', 2, "not JSON"),
        (b'[\n{"a": 1},\n]', 3, "comma"),
        (b'[{"a": 1}]\nmore', 2, "more text"),
        (b'[\n{"a": NaN}]', 2, "NaN"),
        (b'[\n"\xff"]', 1, "UTF-8"),
        (b"[" + b"[" * 100_000, 1, "deep"),
        (b"", 1, "ends too early"),
    ],
)
def test_a_broken_array_is_refused_with_its_line(tmp_path: Path, content: bytes, line: int, what: str) -> None:
    path = tmp_path / "rows.json"
    path.write_bytes(content)
    with pytest.raises(QuestionsError, match=what) as error:
        list(json_array.rows(path))
    assert str(error.value).startswith(f"{path}:{line}: ")
    assert "\n" not in str(error.value)


def test_the_array_must_be_under_the_key(tmp_path: Path) -> None:
    path = tmp_path / "coin_flip.json"
    path.write_text('{"other": []}')
    with pytest.raises(QuestionsError, match="no 'examples'"):
        list(json_array.rows(path, "examples"))


def test_the_window_holds_a_row_and_not_the_file() -> None:
    row = json.dumps({"text": "x" * 1000})
    text = JsonText(chain(["["], chain.from_iterable([row, ","] for _ in range(2000)), [row, "]"]))
    widths = [len(text._window) for _ in items(text)]
    assert len(widths) == 2001
    assert max(widths) < 10 * len(row)


def test_a_row_without_end_is_refused_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_array, "MAX_ROW_BYTES", 50_000)
    read = 0

    def endless() -> Iterator[str]:
        nonlocal read
        yield '["'
        while True:
            read += 1000
            yield "x" * 1000

    with pytest.raises(BrokenArrayError, match="longer than"):
        list(items(JsonText(endless())))
    assert read < 200_000
