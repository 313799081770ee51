"""The closed loop."""

from __future__ import annotations

from pydantic import Field

from pad_ray.config.section import Section


class GuardConfig(Section):
    """When a synthesis halts by itself. What is committed stays, and the run can be resumed with other limits."""

    least_yield: float = Field(0.01, ge=0, le=1)
    """Halts when fewer of the last `yield_programs` programs were right: a wrong template, a broken model."""
    yield_programs: int = Field(2000, ge=1)
    """Programs over which `least_yield` is taken."""
    max_tokens: int | None = Field(None, ge=1)
    """Completion tokens of the whole run, all attempts together."""
    max_hours: float | None = Field(None, gt=0)
    """Hours of one attempt."""
    max_dollars: float | None = Field(None, gt=0)
    """Cost of the whole run, by the prices under `teacher.endpoint`."""


class SynthesisConfig(Section):
    """The closed loop: how judged programs become training data, and when enough is enough."""

    folder: str | None = None
    """Where the judged programs are kept: a path or an s3:// or gs:// address; by default `synthesis` in the run
    directory."""
    block_size: int = Field(64, ge=1)
    """Questions per block: the unit that is written, counted and redone after a crash."""
    keep: int = Field(2, ge=1)
    """Distinct right programs wanted per question: the drawing stops there, and no more are trained on."""
    max_samples: int = Field(8, ge=1)
    """Most completions per question."""
    give_up_below: float = Field(0.02, ge=0, lt=1)
    """A question is given up when its share of draws with a new right program is below this with 90 % certainty; 0:
    never before `max_samples`."""
    least_variety: float = Field(0.5, ge=0, lt=1)
    """A question is given up when the share of new ones among its right programs is below this with 90 % certainty
    (0.5: after three in a row that were there before); 0: never."""
    near_duplicates: float | None = Field(0.8, gt=0, le=1)
    """Questions this similar to an earlier one (Jaccard similarity of word 5-grams) are dropped; null keeps them."""
    decontaminate: bool = True
    """Drop questions that share 13 words in a row with a question of an evaluation set."""
    guard: GuardConfig = GuardConfig()
    """When to halt."""
