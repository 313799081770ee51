"""What an engine is, and how one is chosen from the config.

An engine turns a prompt into completions. It lives inside an actor, loads its model when it is made, and is asked by
one event loop; many `sample` calls may be awaited at once, which is how a batch fills.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from pad_ray.config import EMBEDDED, EngineConfig
from pad_ray.errors import ConfigError
from pad_ray.records import Completion, Question


@dataclass(frozen=True, slots=True)
class Prompt:
    """The text given to a model, and the question it came from (engines without a model look that up)."""

    text: str
    question: Question
    version: str = ""
    """Of its template, where an engine without a model must know what is asked for."""


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw of a question: which one it is, and how."""

    index: int
    """0 for the question's first."""
    seed: int
    """31 bits; the same seed gives the same completion on the same hardware, batch permitting."""
    temperature: float
    """0 is greedy."""
    top_p: float
    max_tokens: int


class Engine(Protocol):
    """Something that completes prompts."""

    name: str
    """The model's name, recorded with every program."""

    @property
    def aborted_tokens(self) -> int:
        """Written for requests that were aborted, as far as the engine knows."""
        ...

    async def draw(self, prompt: Prompt, draw: Draw) -> Completion | None:
        """One completion; None where there is no such draw (recorded completions, references).

        A caller that is cancelled while it waits aborts the request in the engine: nothing more is paid for it.

        Raises:
            RefusedPrompt: if no attempt at this prompt can succeed. The engine goes on.
            EngineDied: if the engine is gone; what is asked afterwards raises it at once.
            DrawFailed: if this draw failed as often as it may be tried; the engine goes on.
            TeacherError: if it failed otherwise, and would again.
        """
        ...

    async def close(self) -> None:
        """Free the model; what is still waited for raises `EngineDied`. Safe to call twice."""
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

            return VllmEngine(config, logprobs=config.logprobs)
        case "huggingface":
            from pad_ray.teacher.huggingface import HuggingFaceEngine

            return HuggingFaceEngine(config)
        case "recorded":
            from pad_ray.teacher.recorded import RecordedEngine

            return RecordedEngine(Path(config.model), skip_bad=config.on_bad_row == "skip")
        case "openai":
            from pad_ray.teacher.openai import OpenAIEngine

            return OpenAIEngine(config)
        case "dummy":
            from pad_ray.teacher.dummy import DummyEngine

            return DummyEngine(config.dummy)
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


def draw_seed(seed: int, question_id: str, index: int) -> int:
    """The seed of a draw: a pure function, so that a redone block is drawn alike. 31 bits."""
    return int.from_bytes(sha256(f"{seed}/{question_id}#{index}".encode()).digest()[:4], "big") >> 1
