"""What the embedded models read in training: endless documents, each a pure function of (recipe, seed, index).

Only training phrasings of wordsums are read, and only under `TRAINING_SEED`, a seed of its own: a question that a run
draws under another seed is new to the teacher, and the test phrasings are new to both models.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from pad_ray.questions.wordsums.grammar import PEOPLE, Problem, draw_problem
from pad_ray.questions.wordsums.reader import families, phrasings
from pad_ray.teacher.prompt import render

TRAINING_SEED = 20_240_613
"""Far from the small numbers that people give as `questions.seed`."""

RATIONALE_SHARE = 0.25
"""Share of solving documents that ask for a chain of thought; programs are what the teacher is mostly used for."""

SUMS_SHARE = 0.1
"""Share of solving documents that are nothing but equations: a chain of thought has to calculate in its head."""

RECALL_SHARE = 0.1
"""Share of documents that only recall numbers by their names, in the stage after the one that is nothing else."""


@dataclass(frozen=True, slots=True)
class Document:
    """A training text. The loss counts on `target` only; `source` is read."""

    source: str
    target: str


def recall_documents() -> Iterator[Document]:
    """Numbers under names, and again in another order.

    Copying, which everything else is made of, is learnt in a few hundred steps of nothing but this, and in many
    thousand where it is only a part of harder things.
    """
    for random in _streams("recall"):
        yield _recall(random)


def reading_documents() -> Iterator[Document]:
    """Text of the same kind and Python: a story told again in other words, its numbers under their names, or a program
    on its own. No question is ever followed by its program or its chain of thought."""
    for random in _streams("reading"):
        kind = random.random()
        if kind < RECALL_SHARE:
            yield _recall(random)
        elif kind < 0.4:
            first, second = _told(random, times=2)
            yield Document(f"Question: {first.text}\n", f"In other words: {second.text}")
        elif kind < 0.75:
            drawn = _told(random, times=1)[0]
            numbers = _numbers(drawn.program)
            yield Document(_noting(drawn), "\n".join(random.sample(numbers, len(numbers))))
        else:
            yield Document("", _told(random, times=1)[0].program)


def noting_documents() -> Iterator[Document]:
    """The same, mostly noting numbers, in the order in which a program needs them."""
    for random in _streams("noting"):
        kind = random.random()
        if kind < 0.15:
            first, second = _told(random, times=2)
            yield Document(f"Question: {first.text}\n", f"In other words: {second.text}")
        elif kind < 0.8:
            drawn = _told(random, times=1)[0]
            yield Document(_noting(drawn), "\n".join(_numbers(drawn.program)))
        else:
            yield Document("", _told(random, times=1)[0].program)


def solving_documents(split: str = "train") -> Iterator[Document]:
    """Questions with their reference program, or with their chain of thought, as the prompt asks; and some sums.

    `split` is another one only to watch a training: nothing is learned from it.
    """
    for random in _streams("solving" if split == "train" else f"solving/{split}"):
        drawn = _told(random, times=1, split=split)[0]
        kind = random.random()
        if kind < SUMS_SHARE:
            yield Document("", "\n".join(equation for _ in range(4) for equation in _equations(_told(random, 1)[0])))
        elif kind < SUMS_SHARE + RATIONALE_SHARE:
            yield Document(render("rationale-v1", question=drawn.text), drawn.rationale)
        else:
            yield Document(render("program-v1", question=drawn.text), drawn.program)


def _streams(name: str) -> Iterator[Random]:
    """One random stream per document."""
    index = 0
    while True:
        yield Random(f"{name}/{TRAINING_SEED}/{index}")
        index += 1


def _noting(problem: Problem) -> str:
    return f"Question: {problem.text}\nNumbers:\n"


def _told(random: Random, times: int, split: str = "train") -> list[Problem]:
    """One problem told `times` times, each with another phrasing but the same numbers and words."""
    family = random.choice(families())
    chosen = random.sample(phrasings(family, split), times)
    seed = random.getrandbits(64)
    return [draw_problem(family, phrasing, Random(seed)) for phrasing in chosen]


def _numbers(program: str) -> list[str]:
    """The lines of a program that write a number of the story down."""
    return re.findall(r"^    (\w+ = [\d./ ]+)$", program, flags=re.MULTILINE)


def _equations(problem: Problem) -> list[str]:
    """The equations of a chain of thought: `6 * 24 = 144`."""
    return re.findall(r"[\d(][\d.()/+*\- ]* = \d+(?:\.\d+)?", problem.rationale)


def _recall(random: Random) -> Document:
    """Numbers under random names, and the same again in another order."""
    names = random.sample(PEOPLE, random.randint(2, 8))
    notes = [
        f"{name} {random.choice((random.randint(2, 99), random.randint(100, 999), _cents(random)))}" for name in names
    ]
    return Document(f"{', '.join(notes)}\n", ", ".join(random.sample(notes, len(notes))))


def _cents(random: Random) -> str:
    return f"{random.randint(1, 20)}.{random.choice(('25', '50', '75', '5'))}"


RECIPES: dict[str, Callable[[], Iterator[Document]]] = {
    "recall": recall_documents,
    "reading": reading_documents,
    "noting": noting_documents,
    "solving": solving_documents,
}
