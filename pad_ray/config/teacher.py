"""The large model that is distilled, and the words that it reads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from pad_ray.config.drawing import DrawConfig
from pad_ray.config.engine import EngineConfig
from pad_ray.config.section import Section


class PromptConfig(Section):
    """The words around a question."""

    version: Literal["program-v1", "rationale-v1"] = "program-v1"
    """Template: ask for a program or for a chain of thought. Part of every program's id."""
    demonstrations: tuple[Path, ...] = ()
    """YAML files of question/program pairs shown before the question, one file after the other by draw: other examples,
    other programs (the paper's way to diversity). A pair that is in an evaluation set is refused."""

    @field_validator("demonstrations", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str | Path) else () if value is None else value


class TeacherConfig(EngineConfig, DrawConfig):
    """The large model that is distilled."""

    temperatures: tuple[Annotated[float, Field(ge=0, le=2)], ...] = ()
    """Temperatures by draw, one after the other and again from the first; without them every draw has `temperature`."""

    prompt: PromptConfig = PromptConfig()
    """The words around a question."""
