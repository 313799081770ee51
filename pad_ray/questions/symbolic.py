"""Coin flip and last letter concatenation (Wei et al. 2022, arXiv 2201.11903), as JSON with an `examples` array.

Both are made from a template, so a program can be read off the question itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pad_ray.questions.rows import text_of
from pad_ray.records import Question

KEY = "examples"
"""The name under which the rows are."""

_FLIPPER = re.compile(r"(?P<person>\w[\w' -]*?) (?P<flips>flips|does not flip) the coin\b")
_QUOTED = re.compile(r'"([^"]+)"')


def names(task: str) -> list[str]:
    """Where the file of `coin_flip` or `last_letters` may be below a folder."""
    return [f"{task}.json", f"symbolic/{task}.json"]


def coin_flip(raw: Mapping[str, Any], position: int) -> Question:
    """`question`, `answer`; the hub's copy calls them `inputs` and `targets`."""
    text, answer = text_of(raw, "question", "inputs"), text_of(raw, "answer", "targets")
    flips = [(match["person"].strip(), match["flips"] == "flips") for match in _FLIPPER.finditer(text)]
    return Question(
        question_id=f"coin_flip/{position}",
        text=text,
        answer=answer,
        answer_kind="text",
        reference=coin_flip_reference(text, answer),
        steps=len(flips),
    )


def coin_flip_reference(text: str, answer: str) -> str:
    """One line per person; empty if the coin does not end as the answer says."""
    flips = [(match["person"].strip(), match["flips"] == "flips") for match in _FLIPPER.finditer(text)]
    heads = sum(flipped for _, flipped in flips) % 2 == 0
    if not flips or answer.casefold() != ("yes" if heads else "no"):
        return ""
    lines = ["heads = True"]
    for person, flipped in flips:
        lines.append(f"heads = not heads  # {person} flips" if flipped else f"heads = heads  # {person} does not flip")
    return _program([*lines, "result = 'yes' if heads else 'no'"])


def last_letters(raw: Mapping[str, Any], position: int) -> Question:
    """`question`, `answer`."""
    text, answer = text_of(raw, "question"), text_of(raw, "answer")
    return Question(
        question_id=f"last_letters/{position}",
        text=text,
        answer=answer,
        answer_kind="text",
        reference=last_letters_reference(text, answer),
        steps=len(_words(text)),
    )


def last_letters_reference(text: str, answer: str) -> str:
    """One line per word; empty if the letters do not spell the answer."""
    words = _words(text)
    if not words or "".join(word[-1] for word in words).casefold() != answer.casefold():
        return ""
    letters = [f"letter_{index}" for index in range(1, len(words) + 1)]
    lines = [f"{letter} = {word!r}[-1]" for letter, word in zip(letters, words, strict=True)]
    return _program([*lines, f"result = {' + '.join(letters)}"])


def _words(text: str) -> list[str]:
    quoted = _QUOTED.search(text)
    return quoted[1].split() if quoted else []


def _program(lines: list[str]) -> str:
    return "\n".join(["def solution():", *(f"    {line}" for line in [*lines, "return result"])]) + "\n"
