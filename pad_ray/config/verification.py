"""How programs are verified while they are written."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from pad_ray.config.section import Section


class VerificationConfig(Section):
    """Step-by-step verification: a beam search over the lines of a program (PaD, section 3.4)."""

    scorer: Literal["none", "numbers", "paper", "embedded"] = "none"
    """What says how faithful a step is to the question. none: the model's probability alone counts; numbers: steps with
    numbers that the question does not give count less; paper: similarity by a sentence encoder; embedded: the same by
    the small encoder of the extra `verify`."""
    encoder: str = "facebook/roscoe-512-roberta-base"
    """paper only: a folder or a hub name."""
    pooling: Literal["pooler", "mean"] = "pooler"
    """paper only: what a sentence's vector is. pooler: what the encoder's own pooler makes of its first token, which is
    SimCSE's way and so the paper's; mean: the mean over the last layer, for encoders of sentence-transformers."""
    beams: int = Field(4, ge=1)
    """Unfinished programs that are gone on with (the paper: 2 to 10)."""
    candidates: int = Field(3, ge=1)
    """Next lines that are drawn for each of them; the first is greedy."""
    temperature: float = Field(0.7, gt=0, le=2)
    """Of the other lines."""
    weight: float = Field(1.0, ge=0)
    """Of the faithfulness beside the model's probability (the paper: 1)."""
    execute: bool = True
    """Run each program so far after every line, and drop those that fail."""
    below_zero: float = Field(1.0, gt=0, le=1)
    """With `execute`: faithfulness of a value below zero that a program so far comes to. Quantities have none.
    1: as good as any."""
    line_tokens: int = Field(64, ge=4)
    """Longest line; a longer one is the program's last."""

    @model_validator(mode="after")
    def _values_come_of_running(self) -> Self:
        if self.below_zero < 1 and not self.execute:
            raise ValueError("below_zero looks at values, which programs have when they are run: set execute to true")
        return self
