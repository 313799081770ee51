"""A whole run."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from pad_ray.changes import material
from pad_ray.config.engine import EngineConfig
from pad_ray.config.evaluation import EvaluationConfig
from pad_ray.config.executor import ExecutorConfig
from pad_ray.config.questions import QuestionsConfig
from pad_ray.config.refinement import RefinementConfig
from pad_ray.config.section import Section
from pad_ray.config.student import StudentConfig
from pad_ray.config.synthesis import SynthesisConfig
from pad_ray.config.teacher import TeacherConfig


class RayConfig(Section):
    """Where the actors run."""

    address: str | None = None
    """`auto` joins the running cluster; without it a job joins its cluster and anything else starts its own."""
    num_cpus: int | None = Field(None, ge=1)
    """CPUs of a cluster that we start; by default all."""
    object_store_gib: float = Field(0.5, gt=0)
    """Shared memory of a cluster that we start, in GiB."""


class RunConfig(Section):
    """A whole run."""

    run_dir: Path = Path("runs/run")
    """Where everything the run makes is kept."""
    on_existing: Literal["refuse", "resume", "new"] = "resume"
    """The run directory exists: refuse; resume it if it is the same run; or take the next free name beside it."""
    seed: int = 7
    """Seed of sampling, injection and training."""
    questions: QuestionsConfig = QuestionsConfig(limit=1000)
    """The training questions."""
    teacher: TeacherConfig = TeacherConfig()
    """The large model that is distilled."""
    executor: ExecutorConfig = ExecutorConfig()
    """Limits on each untrusted program."""
    synthesis: SynthesisConfig = SynthesisConfig()
    """How judged programs become training data."""
    student: StudentConfig = StudentConfig()
    """The small model and how it is trained."""
    student_engine: EngineConfig = EngineConfig(model="student")
    """What runs the student when it is sampled and evaluated; its `model` and `form` are filled in by the
    run."""
    refinement: RefinementConfig = RefinementConfig()
    """Rounds in which the student learns to repair programs."""
    evaluation: EvaluationConfig = EvaluationConfig()
    """What the student is measured on."""
    ray: RayConfig = RayConfig()
    """Where the actors run."""

    @model_validator(mode="after")
    def _possible(self) -> RunConfig:
        sets = {"questions": self.questions}
        sets |= {f"evaluation.sets.{place}": questions for place, questions in enumerate(self.evaluation.sets)}
        sets |= {f"refinement.judged_by.{place}": asked for place, asked in enumerate(self.refinement.judged_by)}
        if self.student.validation:
            sets["student.validation.questions"] = self.student.validation.questions
        for where, questions in sets.items():
            if questions.set == "wordsums" and questions.limit is None:
                raise ValueError(f"{where}.limit: wordsums has no end; say how many questions, e.g. limit: 1000")
            if questions.set == "jsonl" and questions.path is None:
                raise ValueError(f"{where}.path: the jsonl set needs the path of a JSON Lines file")
            if questions.set == "bbh" and questions.path is None:
                raise ValueError(f"{where}.path: the bbh set needs the path of a task's JSON file")
        return self

    def engine_of(self, model: str) -> EngineConfig:
        """What runs the student whose checkpoint is at `model`: it is asked in the form that it is trained in."""
        return self.student_engine.model_copy(update={"model": model, "form": self.student.form})

    def fingerprint(self) -> str:
        """Hash of what decides the run's content: `changes.material` says what does."""
        content = material(self.model_dump(mode="json"))
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
