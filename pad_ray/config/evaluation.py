"""What students are measured on."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from pad_ray.config.drawing import SamplingConfig
from pad_ray.config.questions import QuestionsConfig
from pad_ray.config.verification import VerificationConfig


class EvaluationConfig(SamplingConfig):
    """What the student is measured on."""

    sets: tuple[QuestionsConfig, ...] = Field((QuestionsConfig(set="wordsums", split="test", limit=200),), min_length=1)
    """The question sets."""
    prompt: Literal["program-v1", "rationale-v1"] = "program-v1"
    """Ask for a program, which is run, or for a chain of thought, whose stated answer counts."""
    samples: int = Field(1, ge=1)
    """Completions per question; more than 1 gives pass@k and majority@k."""
    temperature: float = Field(0.0, ge=0, le=2)
    """0 is greedy."""
    verification: VerificationConfig | None = None
    """Besides, have programs verified step by step while they are written; reported as `verified`."""
    repair_attempts: int = Field(0, ge=0)
    """Besides, have the student repair a program up to so many times when it is told what came of it; reported as
    `repaired`."""
    repair: Literal["loud", "all"] = "loud"
    """What is repaired. loud: programs that give no answer; all: those that give one too, once, as nobody knows whether
    it is right (a student that was refined with `confirmed_share` learnt to leave right ones alone)."""

    @model_validator(mode="after")
    def _draws_differ(self) -> EvaluationConfig:
        if self.samples > 1 and self.temperature == 0:
            raise ValueError(
                f"samples {self.samples} at temperature 0 are {self.samples} times the same program; set "
                "evaluation.temperature=0.8, for example"
            )
        return self
