"""The rounds of refinement."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pad_ray.config.section import Section


class RefinementConfig(Section):
    """Rounds in which the student learns to repair programs."""

    rounds: int = Field(1, ge=0)
    """Most rounds; a round that gains nothing is the last."""
    questions: int = Field(256, ge=1)
    """Training questions on which the student is sampled each round, for its own failures."""
    injections: tuple[Literal["name_error", "syntax_error", "wrong_operator"], ...] = (
        "name_error",
        "syntax_error",
        "wrong_operator",
    )
    """Kinds of error put into right programs."""
    injected_share: float = Field(0.5, ge=0)
    """Injected repair examples per synthesis example in a round's mixture."""
    epochs: float = Field(1.0, gt=0)
    """Passes over a round's mixture."""
    learning_rate: float | None = Field(None, gt=0)
    """Peak learning rate in a round; by default the student's."""
