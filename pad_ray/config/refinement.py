"""The rounds of refinement."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from pad_ray.config.questions import QuestionsConfig
from pad_ray.config.section import Section

LoudEdit = Literal[
    "undefined_name",
    "misspelt_name",
    "use_before_assignment",
    "missing_return",
    "wrong_arity",
    "type_confusion",
    "division_by_zero",
    "index_error",
    "key_error",
    "infinite_loop",
    "dropped_colon",
    "dropped_bracket",
    "wrong_indentation",
    "doubled_sign",
]
"""Errors of which the interpreter, or the clock, says something."""

SilentEdit = Literal[
    "wrong_operator",
    "swapped_operands",
    "off_by_one",
    "wrong_digit",
    "swapped_numbers",
    "repeated_number",
    "wrong_unit",
    "dropped_step",
    "duplicated_step",
    "wrong_variable",
    "wrong_rounding",
]
"""Errors that only the answer shows."""


class RefinementConfig(Section):
    """Rounds in which the student learns to repair programs."""

    rounds: int = Field(1, ge=0)
    """Most rounds; one that gains less than its noise (half the 95 % interval of the paired difference) is the last."""
    judged_by: tuple[QuestionsConfig, ...] = ()
    """Questions by which a round is kept or not; by default the evaluation sets, whose accuracy is then that of the
    best of several students, and a little too high."""
    questions: int = Field(256, ge=1)
    """Training questions on which the student is sampled each round, for its own failures and its error profile."""
    samples: str | None = None
    """Folder of the first round's samples, which runs that refine the same student may share; by default one in the
    round's own. Samples of another student, or drawn otherwise, are refused."""
    temperature: float = Field(0.7, ge=0, le=2)
    """At which it is sampled: what it gets wrong when hot is not what it gets wrong when asked for its best."""
    injections: tuple[LoudEdit | SilentEdit, ...] = (*get_args(LoudEdit), *get_args(SilentEdit))
    """Kinds of error put into right programs."""
    profile_floor: float = Field(0.3, ge=0, le=1)
    """Of the injected errors, the share that is spread evenly over all kinds; the others follow what the student gets
    wrong itself. 1: all kinds alike."""
    injected_share: float = Field(0.5, ge=0)
    """Injected repair examples per synthesis example in a round's mixture."""
    confirmed_share: float = Field(0.0, ge=0, le=1)
    """Right programs that the student is told the answer of, and leaves as they are, per synthesis example."""
    own_failures: int = Field(1, ge=0)
    """Times that each failure of the student's own is in the mixture."""
    synthesis_share: float = Field(1.0, gt=0, le=1)
    """Share of the synthesis examples that is in the mixture."""
    epochs: float = Field(1.0, gt=0)
    """Passes over a round's mixture."""
    learning_rate: float | None = Field(None, gt=0)
    """Peak learning rate in a round; by default the student's."""
