"""Programs so far, run in a sandbox: what raises by now raises in the end."""

from __future__ import annotations

from typing import Protocol

from pad_ray.config import ExecutorConfig
from pad_ray.executor.steady import SteadySandbox
from pad_ray.gather import Gather
from pad_ray.records import Status
from pad_ray.teacher.extract import extract_program

BATCH = 128
"""Prefixes that are run together: milliseconds."""

FATAL = frozenset({Status.RAISED, Status.SYNTAX, Status.TIMEOUT, Status.MEMORY, Status.OUTPUT_LIMIT, Status.KILLED})
"""Ends that no further line can mend. A program without an answer may still get one."""


class Prefixes(Protocol):
    """Runs programs so far."""

    async def fail(self, texts: list[str]) -> list[bool]:
        """Whether each of the completions so far fails already."""
        ...


class SandboxedPrefixes:
    """In a sandbox of this process's own: a line is drawn in less time than a verdict takes over the network."""

    def __init__(self, config: ExecutorConfig) -> None:
        """
        Raises:
            SandboxError: the sandbox does not start.
        """
        self._sandbox = SteadySandbox(config)
        self._outcomes: Gather[str, bool] = Gather(self._run, BATCH)

    async def fail(self, texts: list[str]) -> list[bool]:
        """
        Raises:
            SandboxError: the machinery fails.
        """
        return await self._outcomes.of([extract_program(text) for text in texts])

    def _run(self, codes: list[str]) -> list[bool]:
        return [outcome.status in FATAL for outcome in self._sandbox.run(codes)]

    def close(self) -> None:
        self._sandbox.close()
