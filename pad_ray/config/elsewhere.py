"""A config in a process that was started in another folder: an actor of a cluster that was there before."""

from __future__ import annotations

from pathlib import Path

from pad_ray.config.questions import QuestionsConfig
from pad_ray.config.run import RunConfig


def from_here(config: RunConfig) -> RunConfig:
    """The config with paths of questions and samples that mean the same there."""
    refinement, evaluation = config.refinement, config.evaluation
    rounds = {
        "samples": refinement.samples and str(Path(refinement.samples).resolve()),
        "judged_by": tuple(map(_asked, refinement.judged_by)),
    }
    return config.model_copy(
        update={
            "questions": _asked(config.questions),
            "refinement": refinement.model_copy(update=rounds),
            "evaluation": evaluation.model_copy(update={"sets": tuple(map(_asked, evaluation.sets))}),
        }
    )


def _asked(questions: QuestionsConfig) -> QuestionsConfig:
    return questions.model_copy(update={"path": questions.path and questions.path.resolve()})
