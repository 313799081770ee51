"""Errors put into right programs: the right error, in its place, and nothing else changed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from random import Random
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.config.refinement import LoudEdit, SilentEdit
from pad_ray.executor.judge import judge_tasks
from pad_ray.executor.sandbox import Sandbox
from pad_ray.questions.wordsums.reader import problem
from pad_ray.records import Verdict
from pad_ray.refinement.injection import EDITS, LOUD, SILENT, as_promised, inject
from pad_ray.refinement.source import Source

PROBLEMS = [problem("train", 11, index) for index in range(120)]
ON_TEXT = ("dropped_colon", "dropped_bracket", "wrong_indentation", "doubled_sign")

COMMENTED = '''\
def solution():
    """größer: a + b = c"""
    # price * count: 3 apples (each)
    price = 3  # a + b
    anzahl_größe = 4; total = price * anzahl_größe  # ) = :
    return total - price'''

ERRORS = {
    "undefined_name": {"NameError"},
    "misspelt_name": {"NameError"},
    "use_before_assignment": {"UnboundLocalError"},
    "missing_return": {""},
    "wrong_arity": {"TypeError"},
    "type_confusion": {"TypeError"},
    "division_by_zero": {"ZeroDivisionError"},
    "index_error": {"IndexError"},
    "key_error": {"KeyError"},
    "infinite_loop": {"Timeout"},
    "dropped_colon": {"SyntaxError"},
    "dropped_bracket": {"SyntaxError"},
    "wrong_indentation": {"IndentationError"},
    "doubled_sign": {"SyntaxError"},
}


def faulty(code: str, edit: str, seed: object) -> str | None:
    return inject(code, edit, Random(f"{edit}/{seed}"))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(cpu_seconds=0.2, wall_seconds=2) as opened:
        yield opened


def run(sandbox: Sandbox, edit: str, problems: int) -> list[tuple[str, str, Verdict]]:
    """(right program, faulty one, what came of it) of those that the edit finds a place in."""
    made = [(drawn, faulty(drawn.program, edit, i)) for i, drawn in enumerate(PROBLEMS[:problems])]
    found = [(drawn, wrong) for drawn, wrong in made if wrong is not None]
    verdicts = judge_tasks(sandbox, [(wrong, drawn.answer, "number") for drawn, wrong in found])
    return [(drawn.program, wrong, verdict) for (drawn, wrong), verdict in zip(found, verdicts, strict=True)]


def test_the_settings_name_the_edits_that_there_are() -> None:
    assert get_args(LoudEdit) == tuple(LOUD)
    assert get_args(SilentEdit) == tuple(SILENT)


@pytest.mark.parametrize("edit", LOUD)
def test_a_loud_edit_fails_by_the_error_of_its_name(sandbox: Sandbox, edit: str) -> None:
    ran = run(sandbox, edit, 12 if edit == "infinite_loop" else len(PROBLEMS))
    kept = [verdict for _, _, verdict in ran if as_promised(edit, verdict.status)]
    # Text that is multiplied by a number is longer text, and may be the answer.
    assert len(kept) >= (0.5 if edit == "type_confusion" else 0.9) * len(ran) > 0
    assert {verdict.error_type for verdict in kept} <= ERRORS[edit]


@pytest.mark.parametrize("edit", SILENT)
def test_a_silent_edit_runs_and_gives_another_answer(sandbox: Sandbox, edit: str) -> None:
    ran = run(sandbox, edit, len(PROBLEMS))
    kept = [verdict for _, _, verdict in ran if as_promised(edit, verdict.status)]
    # Rounding a whole number changes nothing; running it is how that is found out.
    assert len(kept) >= (0.1 if edit == "wrong_rounding" else 0.6) * len(ran) > 0
    assert all(verdict.answer for verdict in kept)


@given(edit=st.sampled_from(sorted(EDITS)), index=st.integers(0, 10_000), seed=st.integers())
def test_the_same_source_finds_the_same_place_and_changes_what_it_should(edit: str, index: int, seed: int) -> None:
    code = problem("train", 5, index).program
    wrong = faulty(code, edit, seed)
    assert wrong == faulty(code, edit, seed)
    if wrong is None:
        return
    if edit in ON_TEXT:
        with pytest.raises(SyntaxError):
            ast.parse(wrong)
    else:
        assert ast.dump(ast.parse(wrong)) != ast.dump(ast.parse(code))
    longer = abs(wrong.count("\n") - code.count("\n"))
    assert longer <= 1, "one place"
    lost = set(code.split("\n")) - set(wrong.split("\n"))
    # A step that is left out is missing wherever its value was read.
    assert edit == "dropped_step" or len(lost) <= (2 if edit == "swapped_numbers" else 1)


@pytest.mark.parametrize("edit", EDITS)
def test_comments_texts_and_letters_of_several_bytes_are_left_alone(edit: str) -> None:
    for seed in range(20):
        wrong = faulty(COMMENTED, edit, seed)
        if wrong is None or edit in ON_TEXT:
            continue
        assert '"""größer: a + b = c"""' in wrong
        assert "# price * count: 3 apples (each)" in wrong
        ast.parse(wrong)


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize(
    "code", ["", "x", "def f(:\n", "a = 1\0", "(" * 500, "pass\n", "x = [1,\n 2]\n", "if x:\n\ty = 1"]
)
def test_what_is_no_program_or_has_no_place_is_left_alone(edit: str, code: str) -> None:
    wrong = faulty(code, edit, 0)
    assert wrong is None or wrong != code


def test_lines_are_counted_as_the_parser_does() -> None:
    source = Source("a = 1\x0c\nb = a\r\nc = b")
    assert [source.text(step) for step in source.body] == ["a = 1", "b = a", "c = b"]
    assert source.with_lines(2, 2, ["b = 2"]) == "a = 1\x0c\nb = 2\nc = b"
    assert source.with_lines(2, 1, ["x = 0"]) == "a = 1\x0c\nx = 0\nb = a\r\nc = b"
    assert source.with_lines(3, 3, []) == "a = 1\x0c\nb = a"


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize(
    "code", [f"ans = {' - '.join(['1'] * 3000)}", "ans = 1e999 / 7 - 1", f"ans = 1{'0' * 400} / 3"]
)
def test_deep_and_huge_programs_break_nothing(edit: str, code: str) -> None:
    for seed in range(3):
        faulty(code, edit, seed)


@pytest.mark.parametrize("edit", ["dropped_step", "wrong_variable"])
def test_what_is_called_is_no_variable(edit: str) -> None:
    code = "def solution():\n    days = 7\n    left = 20\n    each = round(left / 7, 2)\n    return each"
    made = {faulty(code, edit, seed) for seed in range(40)} - {None}
    assert made and all("round(" in wrong or "return left" in wrong for wrong in made)
