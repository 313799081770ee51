"""What a completion gives: the program in it, or the answer that a chain of thought states. Pure, linear time."""

from __future__ import annotations

import re

FENCE = "```"

PYTHON_NAME = re.compile(r"py|python[\d.]*", re.IGNORECASE)
"""What may follow an opening fence; a block in another language (```text, ```output) is passed over."""


def extract_program(completion: str) -> str:
    """The code of a completion, by the answer contract.

    A fence opens and closes at the beginning of a line (spaces before it are allowed, and taken off the block's lines
    too); one that names Python also opens at the end of a line ("Sure! ```python"). A block that is not closed, as in
    a completion cut at its token limit, ends with the completion.
    """
    block: list[str] | None = None
    foreign = False
    indent = 0
    for line in completion.split("\n"):
        bare = line.strip(" \t\r")
        if block is None and not foreign:
            if (language := _opened(bare)) is not None:
                foreign = language != "" and not PYTHON_NAME.fullmatch(language)
                indent = len(line) - len(line.lstrip(" \t")) if bare.startswith(FENCE) else 0
                block = None if foreign else []
        elif bare == FENCE:
            if block is not None:
                break
            foreign = False
        elif block is not None:
            block.append(_dedent(line, indent))
    return completion if block is None else "\n".join(block)


STATED = "The answer is "
"""How a chain of thought ends; the wording that `rationale-v1` asks for and its demonstrations show."""


def extract_answer(completion: str) -> str:
    """The answer that a chain of thought states last, `""` if it states none."""
    _, stated, rest = completion.rpartition(STATED)
    return rest.split("\n", 1)[0].strip().rstrip(".") if stated else ""


def _opened(line: str) -> str | None:
    """The language of the block that opens in a line, `""` if it names none; None where no block opens."""
    if line.startswith(FENCE):
        return line[len(FENCE) :].strip()
    _, fence, after = line.rpartition(FENCE)
    return after.strip() if fence and PYTHON_NAME.fullmatch(after.strip()) else None


def _dedent(line: str, indent: int) -> str:
    return line[indent:] if not line[:indent].strip(" \t") else line
