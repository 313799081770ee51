"""Reading wordsums: the question at an index is a pure function of (split, seed, index)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from random import Random

from pad_ray.questions.wordsums.grammar import HELD_OUT_PHRASINGS, Family, Problem, draw_problem
from pad_ray.records import Question


@cache
def families() -> tuple[Family, ...]:
    """All scenario families, in a fixed order."""
    from pad_ray.questions.wordsums import (
        families_compare,
        families_kitchen,
        families_money,
        families_nature,
        families_school,
        families_shopping,
        families_travel,
    )

    modules = (
        families_shopping, families_money, families_kitchen, families_travel,
        families_compare, families_school, families_nature,
    )  # fmt: skip
    return tuple(family for module in modules for family in module.FAMILIES)


def phrasings(family: Family, split: str) -> tuple[str, ...]:
    """The phrasings of a split. Train and test share none, so no test wording is ever trained on."""
    return family.phrasings[-HELD_OUT_PHRASINGS:] if split == "test" else family.phrasings[:-HELD_OUT_PHRASINGS]


def problem(split: str, seed: int, index: int) -> Problem:
    """The problem at `index`."""
    # A string seed is hashed with SHA-512, so it gives the same stream on every machine and Python version.
    random = Random(f"wordsums/{split}/{seed}/{index}")
    family = random.choice(families())
    return draw_problem(family, random.choice(phrasings(family, split)), random)


def read_wordsums(split: str, seed: int, start: int, limit: int) -> Iterator[Question]:
    """Questions `start` to `start + limit` of the endless set."""
    for index in range(start, start + limit):
        drawn = problem(split, seed, index)
        yield Question(
            question_id=f"wordsums/{split}/{seed}/{index}",
            text=drawn.text,
            answer=drawn.answer,
            reference=drawn.program,
            rationale=drawn.rationale,
            steps=drawn.steps,
        )
