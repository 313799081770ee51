"""The programs that are run: made here, or recorded from models; with endless loops among them where asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count as from_zero
from itertools import islice
from pathlib import Path

SEED = 0
"""Of the word problems: the corpus is the same on every machine."""

SHORTEST, LONGEST = 5, 10
"""Lines of a made program: what models write for GSM8K."""

LOOP = "while True: pass"

ANSWERS = (
    (re.compile(r"^ans\s*=", re.MULTILINE), "ans"),
    (re.compile(r"^def solution\(\)", re.MULTILINE), "solution()"),
    (re.compile(r"^def solver\(\)", re.MULTILINE), "solver()"),
)
"""Where a program has its answer, by pad_ray's answer contract, as an expression at its end."""


def made_programs(count: int) -> list[str]:
    """`count` different programs: functions `solution`, and lines that end in `ans =`, mixed."""
    from pad_ray.questions.wordsums.reader import problem

    programs: dict[str, None] = {}
    for index in from_zero():
        if len(programs) >= count:
            break
        program = problem("train", SEED, index).program
        program = as_lines(program) if index % 2 else program
        if SHORTEST <= len(program.splitlines()) <= LONGEST:
            programs[program] = None
    return list(programs)


def as_lines(program: str) -> str:
    """A function `solution` of plain lines as top-level lines with the answer in `ans`."""
    body = [line.removeprefix("    ") for line in program.splitlines()[1:]]
    return "\n".join(re.sub(r"^return ", "ans = ", line) for line in body)


def recorded_programs(folder: Path) -> list[str]:
    """The programs of all recorded generations; none where there is no such folder."""
    import json

    from pad_ray.teacher.extract import extract_program

    lines = [line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    return [extract_program(json.loads(line)["completion"]) for line in lines if line]


def take(programs: Sequence[str], count: int) -> list[str]:
    """`count` programs, evenly from all of them; beyond their number round and round, no text coming twice.

    Raises:
        ValueError: if there are none to take from.
    """
    if count and not programs:
        raise ValueError("no programs to take from")
    if count <= len(programs):
        return [programs[place] for place in even_places(len(programs), count)]
    rounds = (program + f"\n# {turn}" * (turn > 0) for turn in from_zero() for program in programs)
    return list(islice(rounds, count))


def with_loops(programs: Sequence[str], share: float) -> list[str]:
    """The programs with an endless loop in place of `share` of them, evenly spaced."""
    mixed = list(programs)
    for place in even_places(len(programs), round(share * len(programs))):
        mixed[place] = LOOP
    return mixed


def even_places(length: int, count: int) -> list[int]:
    """`count` different places among `length`, each in the middle of its stretch."""
    return [(2 * turn + 1) * length // (2 * count) for turn in range(count)]


def answer_of(program: str) -> str:
    """The expression that is a program's answer, for those who must be told; `None` for one that prints it."""
    return next((expression for pattern, expression in ANSWERS if pattern.search(program)), "None")
