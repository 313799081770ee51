"""What a zygote imports for programs before its first fork. Standard library only; loaded by path into the zygote."""

from __future__ import annotations

import os
import sys

PRELOADED = ("math",)
"""What most programs that solve word problems import, if anything. More would cost every fork more than it saves: a
child that shares its process with a hundred programs imports what they need once."""

FILELESS = (
    "_strptime", "abc", "array", "bisect", "calendar", "cmath", "collections.abc", "copy", "dataclasses", "datetime",
    "decimal", "enum", "fractions", "functools", "heapq", "inspect", "itertools", "json", "numbers", "operator",
    "random", "re", "statistics", "string", "textwrap", "time", "types", "typing", "unicodedata",
)  # fmt: skip
"""Loaded as well where Landlock does not say which files may be read: there no file may be opened, so nothing else can
be imported. The compiler wants the last one for names that are not ASCII."""

SYMPY_WARM_UP = """
from sympy import Eq, Rational, Symbol, nsolve, simplify, solve, symbols, sqrt
x, y = symbols("x y")
n = Symbol("n", positive=True)
solve(Eq(2 * x + 3, 11), x)
solve([Eq(x + y, 10), Eq(x - y, 2)], [x, y])
solve(x**2 - 5 * x + 6, x)
solve(3 * n + 0.5 * n - 14, n)
simplify((x + 1) ** 2 - x**2 + sqrt(8)), Rational(1, 3) + 0.5, float(Rational(3, 4)), str(x / 3)
"""
"""What sympy loads and computes once, on first use, is there before the first fork: 20 ms of a program's 30."""


def preload(modules: list[str], *, fileless: bool) -> None:
    """Import what programs need, without what `random` does after each fork: children seed it themselves."""
    registered, os.register_at_fork = os.register_at_fork, lambda **_: None
    try:
        for name in (*PRELOADED, *modules, *(FILELESS if fileless else ())):
            __import__(name)
    finally:
        os.register_at_fork = registered
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(0)
    if "sympy" in sys.modules:
        exec(SYMPY_WARM_UP, {})
