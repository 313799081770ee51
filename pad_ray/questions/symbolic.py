"""Coin flip and last letter concatenation (Wei et al. 2022, arXiv 2201.11903), as JSON with an `examples` array.

Both are made from a template, so a program and a chain of thought can be read off the question itself; the chains are
worded as the demonstrations of that paper (appendix G).
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
    flips, reference = _flips(text), coin_flip_reference(text, answer)
    return Question(
        question_id=f"coin_flip/{position}",
        text=text,
        answer=answer,
        answer_kind="text",
        reference=reference,
        rationale=coin_flip_rationale(text) if reference else "",
        steps=len(flips),
    )


def coin_flip_reference(text: str, answer: str) -> str:
    """One line per person; empty if the coin does not end as the answer says."""
    flips = _flips(text)
    heads = sum(flipped for _, flipped in flips) % 2 == 0
    if not flips or answer.casefold() != ("yes" if heads else "no"):
        return ""
    lines = ["heads = True"]
    for person, flipped in flips:
        lines.append(f"heads = not heads  # {person} flips" if flipped else f"heads = heads  # {person} does not flip")
    return _program([*lines, "result = 'yes' if heads else 'no'"])


def coin_flip_rationale(text: str) -> str:
    """Counts who flips, and says how the coin lies then."""
    who = [person for person, flipped in _flips(text) if flipped]
    if not who:
        return "The coin was flipped by no one. So the coin is still heads up. The answer is yes."
    named = who[0] if len(who) == 1 else f"{', '.join(who[:-1])} and {who[-1]}"
    times = f"{len(who)} time{'s' * (len(who) > 1)}"
    number, side, answer = ("even", "heads", "yes") if len(who) % 2 == 0 else ("odd", "tails", "no")
    return (
        f"The coin was flipped by {named}. So the coin was flipped {times}, which is an {number} number. The coin "
        f"started heads up, so after an {number} number of flips, it will be {side} up. The answer is {answer}."
    )


def last_letters(raw: Mapping[str, Any], position: int) -> Question:
    """`question`, `answer`."""
    text, answer = text_of(raw, "question"), text_of(raw, "answer")
    reference = last_letters_reference(text, answer)
    return Question(
        question_id=f"last_letters/{position}",
        text=text,
        answer=answer,
        answer_kind="text",
        reference=reference,
        rationale=last_letters_rationale(text) if reference else "",
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


def last_letters_rationale(text: str) -> str:
    """Says the last letter of each word, then all of them."""
    words = _words(text)
    letters = "".join(word[-1] for word in words)
    said = [f'The last letter of "{word}" is "{word[-1]}".' for word in words]
    return " ".join([*said, f'Concatenating them is "{letters}". The answer is {letters}.'])


def _flips(text: str) -> list[tuple[str, bool]]:
    """(person, whether they flip the coin), in order."""
    return [(match["person"].strip(), match["flips"] == "flips") for match in _FLIPPER.finditer(text)]


def _words(text: str) -> list[str]:
    quoted = _QUOTED.search(text)
    return quoted[1].split() if quoted else []


def _program(lines: list[str]) -> str:
    return "\n".join(["def solution():", *(f"    {line}" for line in [*lines, "return result"])]) + "\n"
