"""The program in a completion."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.teacher.extract import extract_program


@pytest.mark.parametrize(
    ("completion", "program"),
    [
        ("x = 1\nans = x", "x = 1\nans = x"),
        ("```python\nans = 1\n```", "ans = 1"),
        ("Sure:\n```\nans = 1\n```\nDone.", "ans = 1"),
        ("```python\nans = 1\n```\n```python\nans = 2\n```", "ans = 1"),
        ("```output\n18\n```\n```python\nans = 2\n```", "ans = 2"),
        ("```Python3\r\nans = 1\r\n```\r\n", "ans = 1\r"),
        ("```python\nans = 1", "ans = 1"),
        ("```python\n```", ""),
        ("  ```py\n  if True:\n      ans = 1\n  ```", "if True:\n    ans = 1"),
        ("```python\nx = '''\n``` not a fence\n'''\n```", "x = '''\n``` not a fence\n'''"),
        ("print('```')\nans = 1", "print('```')\nans = 1"),
        ("Sure! ```python\nans = 1\n```\nDone.", "ans = 1"),
        ("  Here:```Py\r\n  ans = 1\n```", "  ans = 1"),
        ("Use ```x``` and ``` python3.11\nans = 1\n```", "ans = 1"),
        ("```python3.11\nans = 1\n```", "ans = 1"),
        ("```python 3\nans = 1\n```", "```python 3\nans = 1\n```"),
        ("```pycon\n>>> 1\n```\n```\nans = 2\n```", "ans = 2"),
        ("Wait ```output\nans = 1", "Wait ```output\nans = 1"),
        ("```output\nas in ```python\n```\n```python\nans = 2\n```", "ans = 2"),
        ("```json\n{}\n```", "```json\n{}\n```"),
        ("", ""),
    ],
)
def test_first_block_else_the_whole(completion: str, program: str) -> None:
    assert extract_program(completion) == program


@given(st.text())
def test_any_completion_gives_a_program_no_longer_than_itself(completion: str) -> None:
    assert len(extract_program(completion)) <= len(completion)


@given(st.text().filter(lambda code: "```" not in code and "\r" not in code))
def test_a_fenced_program_comes_back_as_it_was(code: str) -> None:
    assert extract_program(f"Here it is.\n```python\n{code}\n```\nGood luck.") == code


@given(
    st.text(st.characters(exclude_characters="`\n")).filter(lambda text: text.strip(" \t\r")),
    st.text().filter(lambda code: "```" not in code),
    st.sampled_from(["python", "py", "Python3", "python3.12"]),
)
def test_a_fence_that_names_python_opens_after_other_text(text: str, code: str, name: str) -> None:
    assert extract_program(f"{text}```{name}\n{code}\n```\nGood luck.") == code


@pytest.mark.parametrize(
    "unit", ["x```python\n", "x```python", "```python3.1", "```", "```\n", "```x\n", " ", "`", "\n", "\t```\n"]
)
def test_linear_time(unit: str) -> None:
    started = time.process_time()
    extract_program(unit * 300_000)
    assert time.process_time() - started < 2
