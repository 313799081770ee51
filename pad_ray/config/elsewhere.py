"""A config in a process that was started in another folder: an actor of a cluster that was there before."""

from __future__ import annotations

from pathlib import Path

from pad_ray.config.questions import QuestionsConfig
from pad_ray.config.run import RunConfig
from pad_ray.config.verification import VerificationConfig


def from_here(config: RunConfig) -> RunConfig:
    """The config with paths of questions and samples that mean the same there."""
    refinement, evaluation, validation = config.refinement, config.evaluation, config.student.validation
    rounds = {
        "samples": refinement.samples and str(Path(refinement.samples).resolve()),
        "judged_by": tuple(map(_asked, refinement.judged_by)),
    }
    return config.model_copy(
        update={
            "questions": _asked(config.questions),
            "refinement": refinement.model_copy(update=rounds),
            "evaluation": evaluation.model_copy(update={"sets": tuple(map(_asked, evaluation.sets))}),
            "student": config.student.model_copy(
                update={
                    "validation": validation
                    and validation.model_copy(update={"questions": _asked(validation.questions)})
                }
            ),
        }
    )


def encoder_from_here(verification: VerificationConfig) -> VerificationConfig:
    """The same of an encoder; a name on the hub stays as it is."""
    folder = Path(verification.encoder)
    return verification.model_copy(update={"encoder": str(folder.resolve())}) if folder.exists() else verification


def _asked(questions: QuestionsConfig) -> QuestionsConfig:
    return questions.model_copy(update={"path": questions.path and questions.path.resolve()})
