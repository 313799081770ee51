"""Programs so far, run in a sandbox: what raises by now raises in the end."""

from __future__ import annotations

import re
from typing import Protocol

from pad_ray.config import ExecutorConfig
from pad_ray.executor.outcome import ANSWERED, Outcome
from pad_ray.executor.steady import SteadySandbox
from pad_ray.gather import Gather
from pad_ray.records import Status
from pad_ray.teacher.extract import extract_program

BATCH = 128
"""Prefixes that are run together: milliseconds."""

CALLED_LATER = re.compile(r"name '(\w+)' is not defined")
"""A function that is called before it is defined below."""


class Prefixes(Protocol):
    """Runs programs so far."""

    async def fail(self, texts: list[tuple[str, bool]]) -> list[bool]:
        """Whether each of the completions so far fails already; with each, whether it has ended."""
        ...


class SandboxedPrefixes:
    """In a sandbox of this process's own: a line is drawn in less time than a verdict takes over the network."""

    def __init__(self, config: ExecutorConfig) -> None:
        """
        Raises:
            SandboxError: the sandbox does not start.
        """
        self._sandbox = SteadySandbox(config)
        self._outcomes: Gather[str, Outcome] = Gather(self._sandbox.run, BATCH)

    async def fail(self, texts: list[tuple[str, bool]]) -> list[bool]:
        """
        Raises:
            SandboxError: the machinery fails.
        """
        codes = [extract_program(text) for text, _ in texts]
        outcomes = await self._outcomes.of(codes)
        return [
            outcome.status != ANSWERED if ended else fatal(outcome, code)
            for outcome, code, (_, ended) in zip(outcomes, codes, texts, strict=True)
        ]

    def close(self) -> None:
        self._sandbox.close()


def fatal(outcome: Outcome, code: str) -> bool:
    """Whether no further line can mend what a program so far came to. One without an answer may still get one."""
    if outcome.status in (ANSWERED, Status.NO_ANSWER):
        return False
    missing = CALLED_LATER.search(outcome.error_message) if outcome.error_type == "NameError" else None
    return missing is None or re.search(rf"\b{missing[1]}\s*\(", code) is None
