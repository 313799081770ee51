"""From a program that failed to the edit that would have made it."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from pad_ray.questions.wordsums.reader import problem
from pad_ray.refinement.diagnosis import OF_ERRORS, OF_STATUSES, diagnose
from pad_ray.refinement.injection import EDITS, SILENT, inject

PROGRAMS = [problem("train", 11, index).program for index in range(200)]

RIGHT = """\
def solution():
    boxes = 12
    per_box = 60
    total = boxes * per_box
    eaten = 5
    left = total - eaten
    result = left / boxes
    return result"""


def changed(*lines: tuple[str, str]) -> str:
    code = RIGHT
    for old, new in lines:
        assert old in code
        code = code.replace(old, new)
    return code


def test_all_that_is_found_is_an_edit() -> None:
    found = [edit for edits in [*OF_ERRORS.values(), *OF_STATUSES.values()] for edit in edits]
    assert set(found) | set(SILENT) == set(EDITS)


@pytest.mark.parametrize(
    ("status", "error", "edits"),
    [
        ("raised", "NameError", ("undefined_name", "misspelt_name")),
        ("syntax", "IndentationError", ("wrong_indentation",)),
        ("timeout", "Timeout", ("infinite_loop",)),
        ("no_answer", "", ("missing_return",)),
        ("raised", "RecursionError", ()),
        ("memory", "MemoryError", ()),
    ],
)
def test_what_the_interpreter_says_is_enough(status: str, error: str, edits: tuple[str, ...]) -> None:
    assert diagnose(status, error, "(", "(") == edits


@pytest.mark.parametrize(
    ("faulty", "edit"),
    [
        (changed(("total - eaten", "total + eaten")), "wrong_operator"),
        (changed(("total - eaten", "eaten - total")), "swapped_operands"),
        (changed(("= 5", "= 6")), "off_by_one"),
        (changed(("= 5", "= 8")), "wrong_digit"),
        (changed(("= 12", "= 5"), ("= 5\n    left", "= 12\n    left")), "swapped_numbers"),
        (changed(("= 5", "= 12")), "repeated_number"),
        (changed(("= 5", "= 12"), ("= 60", "= 66")), "repeated_number"),
        (changed(("= 60", "= 24")), "wrong_unit"),
        (changed(("= 5", "= 500")), "wrong_unit"),
        (changed(("    left = total - eaten\n", ""), ("left /", "total /")), "dropped_step"),
        (changed(("    eaten = 5\n", "    eaten = 5\n    total = total - eaten\n")), "duplicated_step"),
        (changed(("left / boxes", "left / eaten")), "wrong_variable"),
        (changed(("left / boxes", "int(left / boxes)")), "wrong_rounding"),
        (changed(("left / boxes", "left // boxes")), "wrong_rounding"),
    ],
)
def test_a_wrong_answer_is_explained_by_what_differs(faulty: str, edit: str) -> None:
    assert diagnose("wrong", "", faulty, RIGHT) == (edit,)
    renamed = faulty.replace("total", "all_of_them").replace("boxes", "crates")
    assert diagnose("wrong", "", renamed, RIGHT) == (edit,), "names are nothing"


def test_what_cannot_be_told_is_told_nothing_of() -> None:
    assert diagnose("wrong", "", RIGHT, RIGHT) == ()
    assert diagnose("wrong", "", "def f(:", RIGHT) == ()
    assert diagnose("wrong", "", RIGHT, "(" * 1000) == ()


@pytest.mark.parametrize("edit", SILENT)
def test_injected_errors_are_mostly_found_again(edit: str) -> None:
    found: Counter[str] = Counter()
    for i, code in enumerate(PROGRAMS):
        if (faulty := inject(code, edit, Random(f"{edit}/{i}"))) is not None:
            found.update(diagnose("wrong", "", faulty, code)[:1])
    # A digit that is one more is off by one, a factor of ten an operator more, and so on: these look alike.
    assert found[edit] >= (0.4 if edit in ("wrong_digit", "wrong_unit") else 0.6) * found.total()


@pytest.mark.parametrize("number", ["1" + "0" * 320, "1e999", "-1e999", "1e308", "10**400"])
def test_numbers_beyond_any_float_are_numbers(number: str) -> None:
    assert diagnose("wrong", "", changed(("= 5", f"= {number}")), RIGHT) in [("wrong_digit",), ("wrong_operator",)]


def test_what_is_too_deep_to_be_walked_through_is_told_nothing_of() -> None:
    deep = "def solution():\n    return " + " - ".join(["1"] * 3000)
    assert diagnose("wrong", "", deep, RIGHT) == ()


def test_what_cannot_be_written_or_is_too_long_is_told_nothing_of() -> None:
    for faulty in (f"ans = 0x{'f' * 5000}", "ans = 5" + " " * 70_000):
        assert diagnose("wrong", "", faulty, "ans = 3") == ()
