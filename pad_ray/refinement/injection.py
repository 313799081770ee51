"""Errors put into right programs, by name. Pure: the same program, edit and random source give the same faulty program.

The place of an edit is found on the AST, the edit is made on the text, so that a faulty program differs from the right
one in nothing else (PaD, section 3.3: errors injected by editing the abstract syntax tree). Whether it fails as its
name says is found out by running it (`repairs`).
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from pad_ray.records import Status
from pad_ray.refinement import loud, silent
from pad_ray.refinement.source import BEYOND, Source

Edit = Callable[[Source, Random], str | None]

LOUD: dict[str, Edit] = {
    edit.__name__: edit
    for edit in (
        loud.undefined_name,
        loud.misspelt_name,
        loud.use_before_assignment,
        loud.missing_return,
        loud.wrong_arity,
        loud.type_confusion,
        loud.division_by_zero,
        loud.index_error,
        loud.key_error,
        loud.infinite_loop,
        loud.dropped_colon,
        loud.dropped_bracket,
        loud.wrong_indentation,
        loud.doubled_sign,
    )
}
"""What the interpreter, or the clock, says something of."""

SILENT: dict[str, Edit] = {
    edit.__name__: edit
    for edit in (
        silent.wrong_operator,
        silent.swapped_operands,
        silent.off_by_one,
        silent.wrong_digit,
        silent.swapped_numbers,
        silent.repeated_number,
        silent.wrong_unit,
        silent.dropped_step,
        silent.duplicated_step,
        silent.wrong_variable,
        silent.wrong_rounding,
    )
}
"""What only the answer shows."""

EDITS = LOUD | SILENT


def inject(code: str, edit: str, random: Random) -> str | None:
    """A faulty version of `code`, or None where the edit finds no place in it. `edit` is a key of `EDITS`."""
    source = Source(code)
    try:
        faulty = EDITS[edit](source, random)
    except BEYOND:
        return None
    return None if faulty is None or faulty == code else faulty


def as_promised(edit: str, status: str) -> bool:
    """Whether a program with this edit failed as it was to: aloud, or by its answer."""
    if edit in SILENT:
        return status == Status.WRONG
    return status not in (Status.RIGHT, Status.WRONG)
