"""The words around a question: versioned templates, with or without demonstrations.

A prompt version is part of every program's id: a template that changes gets a new version, never a new text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import yaml

from pad_ray.config import PromptConfig
from pad_ray.errors import ConfigError

TEMPLATES = {
    "program-v1": (
        "{% for d in demonstrations %}Question: {{ d.question }}\nProgram:\n{{ d.program }}\n\n{% endfor %}"
        "Question: {{ question }}\nProgram:\n"
    ),
    "rationale-v1": (
        "{% for d in demonstrations %}Question: {{ d.question }}\nReasoning:\n{{ d.rationale }}\n\n{% endfor %}"
        "Question: {{ question }}\nReasoning:\n"
    ),
    "repair-v1": "Question: {{ question }}\nFaulty program:\n{{ faulty }}\nFeedback: {{ feedback }}\nProgram:\n",
}
"""The paper's order: demonstrations, then "Question: ...", then what is asked for (PaD, section 3.1)."""

STOP = ("\nQuestion:",)
"""A model that goes on to invent the next question is stopped there."""


@dataclass(frozen=True, slots=True)
class Demonstration:
    """One worked example shown before the question."""

    question: str
    program: str = ""
    rationale: str = ""


@cache
def _template(version: str) -> jinja2.Template:
    # No autoescape: the text goes to a model, not to a browser. Questions are values, never part of the template.
    return jinja2.Environment(keep_trailing_newline=True, undefined=jinja2.StrictUndefined).from_string(
        TEMPLATES[version]
    )


def render(version: str, *, demonstrations: Sequence[Demonstration] = (), **texts: str) -> str:
    """The prompt of `version` (a key of `TEMPLATES`), e.g. `render("program-v1", question="...")`."""
    return _template(version).render(demonstrations=demonstrations, **texts)


def load_demonstrations(config: PromptConfig) -> tuple[tuple[Demonstration, ...], ...]:
    """Read the YAML lists of demonstrations that the config names, one per file.

    Raises:
        ConfigError: if a file cannot be read, is no such list, or lacks what the template shows.
    """
    return tuple(_load(path, config.version) for path in config.demonstrations)


def _load(path: Path, version: str) -> tuple[Demonstration, ...]:
    where = f"teacher.prompt.demonstrations {path}"
    try:
        rows: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{where}: cannot be read ({error.strerror})") from None
    except (yaml.YAMLError, ValueError):  # ValueError: not UTF-8, or a date like 2024-13-45
        raise ConfigError(f"{where}: not YAML") from None
    shown = "rationale" if version.startswith("rationale") else "program"
    try:
        demonstrations = tuple(Demonstration(**row) for row in rows)
        all_text = all(isinstance(text, str) for row in rows for text in row.values())
    except TypeError:
        all_text = False
    if not all_text:
        raise ConfigError(f"{where}: a list of {{question, {shown}}} is wanted") from None
    for position, demonstration in enumerate(demonstrations):
        if not getattr(demonstration, shown):
            raise ConfigError(f"{where}: demonstration {position} has no {shown}, which {version} shows")
    return demonstrations


def refuse_evaluation_questions(demonstrations: Iterable[Demonstration], evaluation: Iterable[str], name: str) -> None:
    """Refuse a demonstration whose question is in an evaluation set (the original's demonstrations came from one).

    Raises:
        ConfigError: naming the demonstration and the set.
    """
    from pad_ray.questions.decontaminate import normalise

    shown = {normalise(d.question): position for position, d in enumerate(demonstrations)}
    if not shown:
        return
    for text in evaluation:
        position = shown.get(normalise(text))
        if position is not None:
            raise ConfigError(
                f"teacher.prompt.demonstrations: demonstration {position} is a question of the evaluation set {name}; "
                "choose demonstrations from training questions"
            )
