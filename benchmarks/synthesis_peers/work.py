"""What the workers of others' engines are given: the prompts, parameters and seeds of one of our runs."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pad_ray.config import RunConfig

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Work:
    """Every draw of a run with a fixed number of draws, in the order of the questions."""

    config: RunConfig
    texts: list[str]
    parameters: list[dict[str, Any]]
    """Keywords of vLLM's `SamplingParams`: what `VllmEngine.draw` asks for."""
    arguments: dict[str, Any]
    """What our engine is made with."""


def read_work() -> tuple[dict[str, Any], Work]:
    """The worker's own options (a JSON object), and the work that the settings behind it amount to."""
    from pad_ray.config_file import load_config
    from pad_ray.questions import open_questions
    from pad_ray.synthesis.flow import teacher_flow
    from pad_ray.teacher.engine import resolve_model
    from pad_ray.teacher.prompt import STOP
    from pad_ray.teacher.vllm import _engine_args, _on_gpu

    options, config_name, *settings = sys.argv[1:]
    config = load_config(ROOT / config_name, settings)
    plan = teacher_flow(config, ()).draws
    chosen = json.loads(options)
    texts, parameters = [], []
    for question in open_questions(config.questions):
        for index in range(config.synthesis.max_samples):
            draw = plan.draw(question, index)
            texts.append(plan.prompt(question, index).text)
            parameters.append(
                {
                    "temperature": draw.temperature,
                    "top_p": draw.top_p,
                    "max_tokens": draw.max_tokens,
                    "seed": draw.seed,
                    "stop": list(STOP),
                }
                | ({"logprobs": 0} if config.teacher.logprobs else {})
            )
    arguments = _engine_args(config.teacher, resolve_model(config.teacher.model), gpu=_on_gpu())
    return chosen, Work(config, texts, parameters, arguments)


def reply(**answer: Any) -> None:
    """The worker's last line."""
    print(json.dumps(answer), file=sys.__stdout__, flush=True)
