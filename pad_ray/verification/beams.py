"""Unfinished programs, their scores, and which of them are gone on with. Pure.

A program's score is sum log p(token) + weight * sum log faithfulness(step), a step being a line that is not the `def`
line (PaD, section 3.4, and the released code).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pad_ray.teacher.prompt import STOP

SENTENCE = re.compile(r"(?<=[.!?])\s+")
"""Between the sentences of a question."""

OPEN = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Beam:
    """A program so far."""

    tokens: tuple[int, ...] = ()
    text: str = ""
    line: str = ""
    """What was added last."""
    logprob: float = 0.0
    faith: float = 0.0
    """Sum of the logs of its steps' faithfulness."""
    doubt: float = 0.0
    """The same of the values that it has come to."""
    steps: int = 0
    ended: bool = False
    failed: bool = False
    """What there is of it raises an error when it is run."""

    def score(self, weight: float) -> float:
        return self.logprob + weight * (self.faith + self.doubt)


def sentences(question: str) -> list[str]:
    """A question's sentences; at least one."""
    return [sentence for sentence in SENTENCE.split(question.strip()) if sentence] or [question]


def is_step(line: str) -> bool:
    """Whether a line is scored: neither empty nor a comment nor where a function begins."""
    bare = line.strip()
    return bool(bare) and not bare.startswith(("def ", "#", "```"))


def invents_a_question(line: str) -> bool:
    """A model that goes on with another question has ended its program."""
    return line.strip().startswith(tuple(stop.strip() for stop in STOP))


def runs_so_far(text: str) -> bool:
    """Whether the lines so far are a program by themselves: nothing waits for a line that is to come.

    By the text alone: it is not trusted with a parser in this process. What looks open is not run yet.
    """
    lines = [line for line in text.rstrip().split("\n") if line.strip()]
    last = lines[-1].split("#")[0].rstrip() if lines else ""
    if not last or last.endswith((":", "\\", ",")) or last.lstrip().startswith(("@", "```")):
        return False
    if any(text.count(quotes) % 2 for quotes in ('"""', "'''")):
        return False
    if any(text.count(opening) != text.count(closing) for opening, closing in OPEN.items()):
        return False
    return not any(_open(lines, number) for number in range(len(lines)))


def _open(lines: list[str], number: int) -> bool:
    """Whether the line begins a loop that may not have its last line yet, or a `try` without what it needs."""
    line = lines[number]
    word, indent = line.split()[0].rstrip(":"), len(line) - len(line.lstrip())
    if word not in ("for", "while", "try"):
        return False
    after = [later for later in lines[number + 1 :] if len(later) - len(later.lstrip()) <= indent]
    if word != "try":
        return not after
    return not any(later.split()[0].rstrip(":") in ("except", "finally") for later in after)


def choose(beams: Iterable[Beam], width: int, weight: float) -> list[Beam]:
    """The best `width`, best first. Two of the same text are one; failed ones come last, and only where there is
    nothing else."""
    distinct: dict[str, Beam] = {}
    for beam in beams:
        known = distinct.get(beam.text.rstrip())
        if known is None or (beam.ended, beam.score(weight)) > (known.ended, known.score(weight)):
            distinct[beam.text.rstrip()] = beam
    sound = [beam for beam in distinct.values() if not beam.failed] or list(distinct.values())
    return sorted(sound, key=lambda beam: beam.score(weight), reverse=True)[:width]


def done(beams: Sequence[Beam]) -> bool:
    """Nothing is left to be written."""
    return all(beam.ended for beam in beams)
