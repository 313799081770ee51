"""The question's own reference program, as if a teacher had written it."""

from __future__ import annotations

from pad_ray.config import SamplingConfig
from pad_ray.records import Completion
from pad_ray.teacher.engine import Prompt


class ReferenceEngine:
    """Says the reference program once, whatever `n` is; says nothing where a question has none."""

    name = "reference"

    async def sample(self, prompt: Prompt, sampling: SamplingConfig, *, n: int, seed: int) -> list[Completion]:
        return [Completion(text=prompt.question.reference)] if prompt.question.reference else []

    async def close(self) -> None:
        return None
