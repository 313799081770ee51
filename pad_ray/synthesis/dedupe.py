"""When two programs are the same: equal keys stand for the same steps. Pure, over hostile text that is never executed.

Names, layout, comments, docstrings, annotations, the spelling of literals, the order of operands that commute, imports
and code that is for nothing make no difference. What is computed, in which steps and in which order does. Where a
difference might matter (a list that is added to in place, a program that reads its own names) it is kept: two programs
that count as distinct cost a draw, two that are wrongly one cost a program.
"""

from __future__ import annotations

import ast
import warnings
from contextlib import suppress
from hashlib import blake2b

from pad_ray.synthesis.form import Form
from pad_ray.synthesis.syntax import Unknowable

MAX_CHARACTERS = 65_536
"""Longer programs are known by their text: the longest real one has 10 kB, and a tree takes 100 bytes a character."""

KEY_BYTES = 16
"""Of a key: among 10^9 programs two share one by accident with a chance of 10^-21."""

FILENAME = "<candidate>"
"""Stands for a program in the parser's warnings."""

# Warnings about odd escapes in a program are of no use to anyone, and thousands of them would bury the log.
warnings.filterwarnings("ignore", module=FILENAME)


def canonical(code: str, answer_from: str = "auto") -> str:
    """The key of a program: 32 hexadecimal digits, the same in every process. Never raises.

    A program that does not parse, is too long or too deep, or may see its own names has the key of its text.
    `answer_from` is the executor's: with `variable:NAME` the name of that variable matters.
    """
    form = ""
    if len(code) <= MAX_CHARACTERS:
        with suppress(SyntaxError, ValueError, RecursionError, MemoryError, OverflowError, Unknowable):
            form = "tree " + Form(ast.parse(code, FILENAME), answer_from.partition(":")[2]).text
    form = form or "text " + code.replace("\r\n", "\n").strip("\n")
    return blake2b(form.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).hexdigest()
