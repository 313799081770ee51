"""Programs so far, run in a sandbox: what raises by now raises in the end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from pad_ray.config import ExecutorConfig
from pad_ray.executor.outcome import ANSWERED, Outcome
from pad_ray.executor.steady import SteadySandbox
from pad_ray.gather import Gather
from pad_ray.number import number
from pad_ray.records import Status
from pad_ray.teacher.extract import extract_program

BATCH = 128
"""Prefixes that are run together: milliseconds."""

CALLED_LATER = re.compile(r"name '(\w+)' is not defined")
"""A function that is called before it is defined below."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the run of a program so far shows."""

    failed: bool = False
    """It fails already."""
    below_zero: int = 0
    """Values below zero that it has come to."""


class Prefixes(Protocol):
    """Runs programs so far."""

    async def look(self, texts: list[tuple[str, bool]]) -> list[Seen]:
        """Run each of the completions so far; with each, whether it has ended."""
        ...


class SandboxedPrefixes:
    """In a sandbox of this process's own: a line is drawn in less time than a verdict takes over the network."""

    def __init__(self, config: ExecutorConfig, *, values: bool = False) -> None:
        """
        Args:
            values: look at the values of variables too.

        Raises:
            SandboxError: the sandbox does not start.
        """
        self._sandbox = SteadySandbox(config, trace=values)
        self._outcomes: Gather[str, Outcome] = Gather(self._sandbox.run, BATCH)

    async def look(self, texts: list[tuple[str, bool]]) -> list[Seen]:
        """
        Raises:
            SandboxError: the machinery fails.
        """
        codes = [extract_program(text) for text, _ in texts]
        outcomes = await self._outcomes.of(codes)
        return [
            Seen(outcome.status != ANSWERED if ended else fatal(outcome, code), below_zero(outcome))
            for outcome, code, (_, ended) in zip(outcomes, codes, texts, strict=True)
        ]

    def close(self) -> None:
        self._sandbox.close()


def below_zero(outcome: Outcome) -> int:
    """Values below zero among those of the program's variables; a value that was only handed on counts once."""
    values = {number(text) for _, text in outcome.trace}
    return sum(value is not None and value < 0 for value in values)


def fatal(outcome: Outcome, code: str) -> bool:
    """Whether no further line can mend what a program so far came to. One without an answer may still get one."""
    if outcome.status in (ANSWERED, Status.NO_ANSWER):
        return False
    missing = CALLED_LATER.search(outcome.error_message) if outcome.error_type == "NameError" else None
    return missing is None or re.search(rf"\b{missing[1]}\s*\(", code) is None
