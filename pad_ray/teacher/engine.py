"""What an engine is, and how one is chosen from the config.

An engine turns a prompt into completions. It lives inside an actor, loads its model when it is made, and is asked by
one event loop; many `sample` calls may be awaited at once, which is how a batch fills.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from pad_ray.config import EMBEDDED, EngineConfig, SamplingConfig
from pad_ray.errors import ConfigError
from pad_ray.records import Completion, Question


@dataclass(frozen=True, slots=True)
class Prompt:
    """The text given to a model, and the question it came from (engines without a model look that up)."""

    text: str
    question: Question


class Engine(Protocol):
    """Something that completes prompts."""

    name: str
    """The model's name, recorded with every program."""

    async def sample(self, prompt: Prompt, sampling: SamplingConfig, *, n: int, seed: int) -> list[Completion]:
        """Draw `n` completions; with the same seed an engine on the same hardware draws the same, batch permitting.

        Raises:
            TeacherError: if the engine failed. An empty list is not a failure: there is nothing to say.
        """
        ...

    async def close(self) -> None:
        """Free the model."""
        ...


def make_engine(config: EngineConfig) -> Engine:
    """Load the engine that `config` names.

    Raises:
        ConfigError: if the model is no checkpoint, or not one that the engine can serve.
        TeacherError: if loading fails.
    """
    match config.engine:
        case "vllm":
            from pad_ray.teacher.vllm import VllmEngine

            return VllmEngine(config)
        case "huggingface":
            from pad_ray.teacher.huggingface import HuggingFaceEngine

            return HuggingFaceEngine(config)
        case "recorded":
            from pad_ray.teacher.recorded import RecordedEngine

            return RecordedEngine(Path(config.model), skip_bad=config.on_bad_row == "skip")
        case "reference":
            from pad_ray.teacher.reference import ReferenceEngine

            return ReferenceEngine()


def resolve_model(model: str) -> str:
    """`embedded:NAME` -> the folder that ships; a path or a hub name stays as it is."""
    if model in EMBEDDED:
        return str(EMBEDDED[model])
    if model.startswith("embedded:"):
        raise ConfigError(f"model {model!r}: the embedded models are {', '.join(EMBEDDED)}")
    return model


def draw_seed(seed: int, question_id: str) -> int:
    """The seed of a question's first draw: a pure function, so that a redone block is drawn alike. 31 bits."""
    return int.from_bytes(sha256(f"{seed}/{question_id}".encode()).digest()[:4], "big") >> 1
