"""Completions line by line: what an engine writes of one, from where another draw of it stopped.

By tokens and not by text: a text that is cut and encoded again has other tokens than those that a model writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from pad_ray.teacher.engine import Draw, Engine, Prompt

END = "\n"
"""Of a line. The token that completes it may hold more, which is then the beginning of the next."""


@dataclass(frozen=True, slots=True)
class Line:
    """A completion with one line more."""

    tokens: tuple[int, ...]
    """All of it, from its beginning."""
    text: str
    """Of these tokens."""
    logprob: float
    """Sum over the new tokens of the natural log of their probability."""
    ended: bool
    """The completion is over: the model ended it, or the line became too long."""


@runtime_checkable
class LineEngine(Engine, Protocol):
    """An engine that can also go on with a completion."""

    async def line(self, prompt: Prompt, written: Sequence[int], draw: Draw) -> Line:
        """The next line after the tokens `written`, of `draw.max_tokens` at most.

        Raises:
            the errors of `draw`.
        """
        ...
