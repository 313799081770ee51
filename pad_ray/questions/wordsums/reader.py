"""Reading wordsums: the question at an index is a pure function of (split, seed, index)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from random import Random

from pad_ray.questions.wordsums.grammar import HELD_OUT_PHRASINGS, Family, Problem, draw_problem
from pad_ray.records import Question


@cache
def families(max_steps: int | None = None) -> tuple[Family, ...]:
    """All scenario families of at most `max_steps` steps, in a fixed order."""
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
    found = (family for module in modules for family in module.FAMILIES)
    return tuple(family for family in found if max_steps is None or len(family.steps) <= max_steps)


def phrasings(family: Family, split: str) -> tuple[str, ...]:
    """The phrasings of a split. Train and test share none, so no test wording is ever trained on."""
    return family.phrasings[-HELD_OUT_PHRASINGS:] if split == "test" else family.phrasings[:-HELD_OUT_PHRASINGS]


def problem(split: str, seed: int, index: int, max_steps: int | None = None) -> Problem:
    """The problem at `index`."""
    # A string seed is hashed with SHA-512, so it gives the same stream on every machine and Python version.
    random = Random(f"wordsums/{split}/{seed}/{index}")
    family = random.choice(families(max_steps))
    return draw_problem(family, random.choice(phrasings(family, split)), random)


def read_wordsums(split: str, seed: int, start: int, limit: int, max_steps: int | None = None) -> Iterator[Question]:
    """Questions `start` to `start + limit` of the endless set; another difficulty has ids of its own."""
    kind = "" if max_steps is None else f"-{max_steps}"
    for index in range(start, start + limit):
        drawn = problem(split, seed, index, max_steps)
        yield Question(
            question_id=f"wordsums/{split}{kind}/{seed}/{index}",
            text=drawn.text,
            answer=drawn.answer,
            reference=drawn.program,
            rationale=drawn.rationale,
            steps=drawn.steps,
        )
