"""The question's own reference program, or its rationale, as if a teacher had written it."""

from __future__ import annotations

from pad_ray.records import Completion
from pad_ray.teacher.engine import Draw, Prompt


class ReferenceEngine:
    """Says the reference program, or the rationale where a chain of thought is asked for, as the first draw and nothing
    after it; says nothing where a question has none."""

    name = "reference"
    aborted_tokens = 0

    async def draw(self, prompt: Prompt, draw: Draw) -> Completion | None:
        question = prompt.question
        reference = question.rationale if prompt.version.startswith("rationale") else question.reference
        return Completion(text=reference) if reference and draw.index == 0 else None

    async def close(self) -> None:
        return None
