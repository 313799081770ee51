"""The questions that a student is asked during its training: that they are new to it, and by what a training with them
is known."""

from __future__ import annotations

from typing import Any

from pad_ray.config import ExecutorConfig, QuestionsConfig, RunConfig, ValidationConfig
from pad_ray.errors import ConfigError
from pad_ray.questions import open_questions
from pad_ray.records import Question
from pad_ray.student.templates import template_fingerprint
from pad_ray.synthesis.parts import asked, file_of


def held_out(validation: ValidationConfig | None) -> tuple[Question, ...]:
    """All of them; none where there are no validations.

    Raises:
        QuestionsError: as `open_questions`.
    """
    return tuple(open_questions(validation.questions)) if validation else ()


def validation_content(validation: ValidationConfig | None, executor: ExecutorConfig, template: str) -> dict[str, Any]:
    """What of a validation decides which weights come out: by what is asked, and not by where it lies or how many
    questions are answered at a time.

    Raises:
        QuestionsError: the file with the questions is not there.
    """
    if validation is None:
        return {}
    questions = {**asked(validation.questions), "file": file_of(validation.questions)}
    decided = validation.model_dump(mode="json", exclude={"questions", "batch_size"})
    limits = executor.model_dump(mode="json", exclude={"workers"})
    words = template_fingerprint(template)
    return {"validation": decided | {"questions": questions, "executor": limits, "template": words}}


def check_held_out(config: RunConfig) -> None:
    """No question by which a student is chosen is trained on: the best would be the one that has learnt most by heart.
    And none is in an evaluation set: it would be chosen by what it is measured on.

    Raises:
        ConfigError: naming the keys.
    """
    held = {f"refinement.judged_by.{place}": chosen for place, chosen in enumerate(config.refinement.judged_by)}
    if config.student.validation is not None:
        held["student.validation.questions"] = config.student.validation.questions
    sets = {"questions": config.questions}
    sets |= {f"evaluation.sets.{place}": questions for place, questions in enumerate(config.evaluation.sets)}
    for name, chosen in held.items():
        for key, questions in sets.items():
            if chosen.shares_with(questions):
                raise ConfigError(
                    f"{name}: {_range(chosen)} of {chosen.name} overlap with {key} ({_range(questions)}); choose "
                    f"{name}.start and limit, and {key}.start and limit, so that no question is in both"
                )


def _range(questions: QuestionsConfig) -> str:
    if questions.limit is None:
        return f"{questions.start} to the end" if questions.start else "all"
    return f"{questions.start} to {questions.start + questions.limit - 1}"
