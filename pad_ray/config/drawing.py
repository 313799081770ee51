"""How completions are drawn."""

from __future__ import annotations

from pydantic import Field

from pad_ray.config.section import Section


class DrawConfig(Section):
    """How one completion is drawn."""

    temperature: float = Field(0.8, ge=0, le=2)
    """0 is greedy."""
    top_p: float = Field(1.0, gt=0, le=1)
    """Nucleus sampling: the smallest set of tokens with this probability."""
    max_tokens: int = Field(256, ge=1)
    """Longest completion, in tokens."""


class SamplingConfig(DrawConfig):
    """How a fixed number of completions is drawn."""

    samples: int = Field(1, ge=1)
    """Completions per question."""
