"""Every setting of a run, frozen and trusted inside the house. The text under a field is its help.

`config_file.py` reads a config at the door and says in one line what is wrong with it.
"""

from __future__ import annotations

from pathlib import Path

from pad_ray.config.drawing import DrawConfig, SamplingConfig
from pad_ray.config.engine import DummyConfig, EndpointConfig, EngineConfig
from pad_ray.config.evaluation import EvaluationConfig
from pad_ray.config.executor import ExecutorConfig
from pad_ray.config.questions import QuestionsConfig
from pad_ray.config.refinement import RefinementConfig
from pad_ray.config.run import RayConfig, RunConfig
from pad_ray.config.section import Section
from pad_ray.config.student import BudgetConfig, LoraConfig, StudentConfig, ValidationConfig
from pad_ray.config.synthesis import GuardConfig, SynthesisConfig
from pad_ray.config.teacher import PromptConfig, TeacherConfig

EMBEDDED = {
    "embedded:teacher": Path(__file__).parent.parent / "embedded" / "teacher",
    "embedded:student": Path(__file__).parent.parent / "embedded" / "student_base",
}
"""Model names that stand for the checkpoints that ship with the package."""

SETS = (
    "wordsums", "gsm8k", "svamp", "asdiv", "multiarith", "coin_flip", "last_letters", "gsm_hard", "bbh", "jsonl",
)  # fmt: skip

__all__ = [
    "EMBEDDED",
    "SETS",
    "BudgetConfig",
    "DrawConfig",
    "DummyConfig",
    "EndpointConfig",
    "EngineConfig",
    "EvaluationConfig",
    "ExecutorConfig",
    "GuardConfig",
    "LoraConfig",
    "PromptConfig",
    "QuestionsConfig",
    "RayConfig",
    "RefinementConfig",
    "RunConfig",
    "SamplingConfig",
    "Section",
    "StudentConfig",
    "SynthesisConfig",
    "TeacherConfig",
    "ValidationConfig",
]
