"""Errors put into right programs: the right error, at one place, and nothing else changed."""

from __future__ import annotations

import ast
import io
import tokenize
from random import Random
from typing import Any

import pytest

from pad_ray.questions.wordsums.reader import problem
from pad_ray.refinement.injection import EDITS, OPERATORS, SYMBOLS, inject

PROGRAMS = [problem("train", 11, index).program for index in range(300)]
SIGNS = set(SYMBOLS.values())

COMMENTED = '''\
def solution():
    """größer: a + b = c"""
    # price * count: 3 apples (each)
    price = 3  # a + b
    anzahl_größe = 4; total = price * anzahl_größe  # ) = :
    return total - price'''


def faulty(code: str, edit: str, seed: object) -> str | None:
    return inject(code, edit, Random(f"{edit}/{seed}"))


def run(code: str) -> Any:
    names: dict[str, Any] = {}
    exec(code, names)
    return names["solution"]()


def tokens(code: str) -> list[str]:
    return [token.string for token in tokenize.generate_tokens(io.StringIO(code).readline)]


def differing(code: str, other: str) -> list[tuple[str, str]]:
    assert len(tokens(code)) == len(tokens(other))
    return [pair for pair in zip(tokens(code), tokens(other), strict=True) if pair[0] != pair[1]]


def comments(code: str) -> list[str]:
    return [line.partition("#")[2] for line in code.split("\n")]


@pytest.mark.parametrize("edit", EDITS)
def test_every_reference_program_has_a_place_and_the_same_source_finds_it_again(edit: str) -> None:
    found = [faulty(code, edit, i) for i, code in enumerate(PROGRAMS)]
    assert None not in found
    assert found == [faulty(code, edit, i) for i, code in enumerate(PROGRAMS)]
    assert found != [faulty(code, edit, f"other/{i}") for i, code in enumerate(PROGRAMS)]
    assert all(new != code for new, code in zip(found, PROGRAMS, strict=True))


def test_a_name_error_is_raised_when_the_program_is_run() -> None:
    for i, code in enumerate(PROGRAMS):
        for attempt in range(3):
            wrong = faulty(code, "name_error", f"{i}/{attempt}")
            assert wrong is not None
            assert len(differing(code, wrong)) == 1
            with pytest.raises(NameError):
                run(wrong)


def test_a_syntax_error_keeps_the_program_from_compiling() -> None:
    for i, code in enumerate(PROGRAMS):
        wrong = faulty(code, "syntax_error", i)
        assert wrong is not None
        with pytest.raises(SyntaxError):
            compile(wrong, "program", "exec")
        changed = [pair for pair in zip(code.split("\n"), wrong.split("\n"), strict=True) if pair[0] != pair[1]]
        assert len(changed) == 1


def test_what_only_changes_a_comment_or_a_text_is_no_syntax_error() -> None:
    for i in range(60):
        wrong = faulty(COMMENTED, "syntax_error", i)
        assert wrong is not None
        with pytest.raises(SyntaxError):
            compile(wrong, "program", "exec")


def test_a_wrong_operator_is_the_only_difference() -> None:
    for i, code in enumerate(PROGRAMS):
        wrong = faulty(code, "wrong_operator", i)
        assert wrong is not None
        ast.parse(wrong)
        ((old, new),) = differing(code, wrong)
        assert {old, new} <= SIGNS


@pytest.mark.parametrize("sign", [SYMBOLS[operator] for operator in OPERATORS])
def test_every_operator_is_mistaken_for_another(sign: str) -> None:
    code = f"a = 7\nb = (a + 1) {sign} (\n    a  # + - * in words\n)"
    code = code if sign in "+-*" else code.replace("  # + - * in words", "  # größer")
    wrong = {faulty(code.replace("a + 1", "a"), "wrong_operator", i) for i in range(20)} - {None}
    assert wrong
    for new in wrong:
        assert new is not None
        assert len(differing(code.replace("a + 1", "a"), new)) == 1


@pytest.mark.parametrize("edit", ["name_error", "wrong_operator"])
def test_comments_docstrings_and_unicode_before_the_place_stay(edit: str) -> None:
    seen = set()
    for i in range(40):
        wrong = faulty(COMMENTED, edit, i)
        assert wrong is not None
        assert comments(wrong) == comments(COMMENTED)
        assert wrong.split("\n")[:4] == COMMENTED.split("\n")[:4]
        ((old, new),) = differing(COMMENTED, wrong)
        seen.add(old)
        if edit == "name_error":
            assert old in {"price", "anzahl_größe", "total"}
            assert new.isidentifier()
    assert seen == ({"price", "anzahl_größe", "total"} if edit == "name_error" else {"*", "-"})


@pytest.mark.parametrize(
    "code",
    [
        # What Python's str.splitlines takes for a line end, and its parser does not.
        "s = '\u2028\x85\x1c'\nprice = 2\ntotal = price * 3",
        "# \x0c page\n\x0cprice = 2\ntotal = price * 3",
        "price = 2\r\ntotal = price * 3\r\nlast = total * 1",
        "price = 2\rtotal = price * 3",
        "größe = '🙂🙂'; price = 2; total = price * 3",
        # An identifier is normalised by the parser: here it is longer than in the text.
        "\N{LATIN SMALL LIGATURE FI}x = 2\ntotal = \N{LATIN SMALL LIGATURE FI}x*3",
    ],
)
@pytest.mark.parametrize("edit", ["name_error", "wrong_operator"])
def test_a_place_is_found_in_any_layout(code: str, edit: str) -> None:
    for i in range(10):
        wrong = faulty(code, edit, i)
        assert wrong is not None
        before, after = ast.parse(code), ast.parse(wrong)
        names = [[n.id for n in ast.walk(tree) if isinstance(n, ast.Name)] for tree in (before, after)]
        signs = [[type(n.op) for n in ast.walk(tree) if isinstance(n, ast.BinOp)] for tree in (before, after)]
        assert sum(a != b for a, b in zip(*names, strict=True)) == (edit == "name_error")
        assert sum(a != b for a, b in zip(*signs, strict=True)) == (edit == "wrong_operator")


@pytest.mark.parametrize(
    "code",
    [
        'price = 2\ntotal = f"{price} of {price:>{price}}"',
        'price = 2\ntotal = f"""\nprice {price}\n{ price * price }"""',
        'price = 2\ntotal = f"{price}" f"größer {price * 2}"',
    ],
)
def test_a_formatted_string_gets_one_wrong_name_or_none(code: str) -> None:
    # Python 3.11 does not know where names inside a formatted string are.
    for i in range(20):
        wrong = faulty(code, "name_error", i)
        if wrong is not None:
            loads = [n.id for n in ast.walk(ast.parse(wrong)) if isinstance(n, ast.Name)]
            assert sum(name != "price" and name != "total" for name in loads) == 1
            assert wrong.startswith("price = 2\ntotal = f")


@pytest.mark.parametrize("name", ["class_size", "in_stock", "ins", "froms", "is_x"])
def test_a_wrong_name_is_no_keyword(name: str) -> None:
    code = f"def solution():\n    {name} = 3\n    return {name}"
    for i in range(60):
        wrong = faulty(code, "name_error", i)
        assert wrong is not None
        with pytest.raises(NameError):
            run(wrong)


def test_a_wrong_name_is_none_that_is_known() -> None:
    code = "def solution(totals=1):\n    import math as total_total\n    total = 2\n    return total"
    for i in range(60):
        wrong = faulty(code, "name_error", i)
        assert wrong is not None
        with pytest.raises(NameError):
            run(wrong)


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("code", ["def solution(:", "x = (1", "\x00", "s = '\ud800' + 1", "(" * 5_000])
def test_what_does_not_parse_is_left_alone(code: str, edit: str) -> None:
    assert inject(code, edit, Random(1)) is None


@pytest.mark.parametrize(
    ("code", "edit"),
    [("", "syntax_error"), ("pass", "name_error"), ("print(1)", "name_error"), ("x = 1", "wrong_operator")],
)
def test_a_program_without_a_place_is_left_alone(code: str, edit: str) -> None:
    assert inject(code, edit, Random(1)) is None


def test_every_kind_that_can_be_configured_is_there() -> None:
    assert set(EDITS) == {"name_error", "syntax_error", "wrong_operator"}
