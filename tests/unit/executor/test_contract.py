"""Where a program's answer is found, and in which status it ends."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pad_ray.executor import Outcome, Sandbox

Run = Callable[[str], Outcome]


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("ans = 3", "3"),
        ("ans = 3\nprint(4)\ndef solution():\n    return 5", "3"),
        ("print(4)\ndef solution():\n    return 5", "5"),
        ("def solver():\n    return 6", "6"),
        ("def solution():\n    return 5\ndef solver():\n    return 6", "5"),
        ("def solution(x=2, *a, y=3, **k):\n    return x + y", "5"),
        ("def solution(x):\n    return x\nprint(7)", "7"),
        ("def solution(*, x):\n    return x\nprint(7)", "7"),
        ("solution = 9\nprint(7)", "7"),
        ("def solution():\n    return 9\nsolution = solution()\nprint(solution)", "9"),
        ("class solution:\n    def __str__(self):\n        return '8'", "8"),
        ("import functools\nsolution = functools.partial(lambda a, b: a + b, 3, b=1)", "4"),
        ("def solution():\n    print(11)", "11"),
        ("def solution():\n    raise SystemExit\nprint(7)", "7"),
        ("ans = None\nprint(2)", "2"),
        ("print(1)\nprint()\nprint('  2  ')\nprint('\\n \\n')", "2"),
        ("import sys\nprint(12)\nsys.exit(1)\nprint(13)", "12"),
        ("ans = 4\nexit()", "4"),
        ("print(5)\nimport sys\nsys.stdout.close()", "5"),
        ("import sys\nsys.stdout.buffer.write(b'6\\n')", "6"),
        ("if __name__ == '__main__':\n    ans = 1", "1"),
        ("from fractions import Fraction\nans = Fraction(1, 3)", "1/3"),
        ("from dataclasses import dataclass\n@dataclass\nclass A:\n    x: int\nans = A(3).x", "3"),
        ("import pickle\nclass A: pass\nans = type(pickle.loads(pickle.dumps(A()))).__name__", "A"),
        ("import datetime\nans = (datetime.date(2024, 3, 1) - datetime.date(2024, 2, 1)).days", "29"),
        ("class A:\n    __eq__ = lambda self, other: True\n    __str__ = lambda self: 'mine'\nans = A()", "mine"),
        ("ans = '\\ud800'", "\\ud800"),
        ("ans = 'x' * 10**6", "x" * 4096),
        ("# coding: latin-1\nans = 'é'", "é"),
    ],
)
def test_answer(run: Run, code: str, answer: str) -> None:
    outcome = run(code)
    assert (outcome.status, outcome.answer) == ("answered", answer), outcome


@pytest.mark.parametrize(
    ("answer_from", "expected"), [("return", "2"), ("stdout", "3"), ("variable:total", "4"), ("variable:other", None)]
)
def test_answer_from_one_place(answer_from: str, expected: str | None) -> None:
    code = "ans = 1\ntotal = 4\nprint(3)\ndef solution():\n    return 2"
    with Sandbox(answer_from=answer_from) as sandbox:
        (outcome,) = sandbox.run([code])
    assert (outcome.status, outcome.answer) == (("answered", expected) if expected else ("no_answer", ""))


@pytest.mark.parametrize(
    ("code", "status", "error_type", "line"),
    [
        ("x = 1\ny = x / 0", "raised", "ZeroDivisionError", 2),
        ("def solution():\n    return missing", "raised", "NameError", 2),
        ("input()", "raised", "EOFError", 1),
        ("import json\n\njson.loads('{')", "raised", "JSONDecodeError", 3),
        ("def f(n):\n    return f(n + 1)\nf(0)", "raised", "RecursionError", 2),
        ("class E(BaseException):\n    pass\nraise E('x' * 10**6)", "raised", "E", 3),
        ("class E(Exception):\n    def __str__(self):\n        raise self\nraise E", "raised", "E", 0),
        ("ans = 10**5000", "raised", "ValueError", 0),
        ("raise KeyboardInterrupt", "raised", "KeyboardInterrupt", 1),
        ("x = 1\nx = (", "syntax", "SyntaxError", 2),
        ("x = '\0'", "syntax", "SyntaxError", 0),
        ("x = '\ud800'", "syntax", "UnicodeEncodeError", 0),
        ("(" * 10_000, "syntax", "SyntaxError", 1),
        ("x = " + "-" * 50_000 + "1", "syntax", "MemoryError", 0),
        ("x = 1" + "+1" * 200_000, "syntax", "RecursionError", 0),
        ("x=1\n" * 2_500_000, "syntax", "ProgramTooLong", 0),
        ("", "no_answer", "", 0),
        ("x = 3", "no_answer", "", 0),
        ("import os\nprint(3, flush=True)\nos._exit(0)", "no_answer", "Exited", 0),
        ("x = 'a' * 10**12", "memory", "MemoryError", 0),
        ("raise MemoryError", "memory", "MemoryError", 0),
        ("while True:\n    print('spam')", "output_limit", "OutputLimit", 0),
        ("print('x' * 5000)", "output_limit", "OutputLimit", 0),
        ("while True:\n    pass", "timeout", "Timeout", 0),
        ("import ctypes\nctypes.string_at(0)", "killed", "SIGSEGV", 0),
    ],
)
def test_status(run: Run, code: str, status: str, error_type: str, line: int) -> None:
    outcome = run(code)
    assert outcome.status == status, outcome
    if outcome.error_type != "MemoryError":  # raised in compile, by depth or by size: CPython's choice
        assert (outcome.error_type, outcome.error_line) == (error_type, line)
    assert len(outcome.error_message) <= 1024
    assert outcome.answer == ""


def test_programs_import_numpy_and_sympy() -> None:
    programs = ["import numpy as np\nans = np.mean([1, 2])", "from sympy import Rational\nans = Rational(7, 2)"]
    with Sandbox(cpu_seconds=30, wall_seconds=120) as sandbox:
        assert [outcome.answer for outcome in sandbox.run(programs)] == ["1.5", "7/2"]


def test_the_same_program_gives_the_same_answer_in_every_sandbox() -> None:
    code = "import random\nans = f'{random.random()} {list(set(map(str, range(50))))}'"
    answers = set()
    for _ in range(2):
        with Sandbox() as sandbox:
            answers |= {outcome.answer for outcome in sandbox.run([code, code])}
    assert len(answers) == 1


def test_a_program_sees_no_other(run: Run) -> None:
    run("import builtins, math\nbuiltins.leak = math.leak = 1\nleak = 1")
    seen = "'leak' in globals() or hasattr(math, 'leak') or 'leak' in dir(__builtins__)"
    assert run(f"import math\nans = {seen}").answer == "False"


def test_a_program_sees_nothing_of_our_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAD_RAY_SECRET", "s3cret")
    with Sandbox() as sandbox:
        (outcome,) = sandbox.run(["import os\nans = sorted(os.environ)"])
    assert "PAD_RAY_SECRET" not in outcome.answer
    assert "PATH" not in outcome.answer
