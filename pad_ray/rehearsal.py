"""`--dry-run`: the resolved settings, the first prompt and the first verdict, without a cluster or a training."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import asdict

import yaml

from pad_ray.checks import (
    check_engine,
    check_questions,
    check_student_engine,
    checked_demonstrations,
    student_checkpoint,
)
from pad_ray.config import RunConfig
from pad_ray.executor import Sandbox
from pad_ray.executor.judge import judge
from pad_ray.questions import open_questions
from pad_ray.records import Program, program_id
from pad_ray.synthesis.stages import stated_verdict
from pad_ray.teacher.engine import Prompt, draw_seed, make_engine
from pad_ray.teacher.extract import extract_program
from pad_ray.teacher.prompt import render


def rehearse(config: RunConfig) -> Iterator[tuple[str, str]]:
    """(title, text) of each thing that a newcomer wants to see before hours are spent.

    Raises:
        the errors that the run itself would end with at its start.
    """
    yield "settings", yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    check_questions(config)
    check_engine("teacher", config.teacher)
    check_student_engine(config, student_checkpoint(config))
    demonstrations = checked_demonstrations(config)
    question = next(iter(open_questions(config.questions)))
    version = config.teacher.prompt.version
    prompt = Prompt(render(version, demonstrations=demonstrations, question=question.text), question)
    yield "first prompt", prompt.text
    completions = asyncio.run(_draw(config, prompt))
    if not completions:
        yield "first completion", "(none: the engine has nothing to say to this question)"
        return
    yield "first completion", completions[0]
    code = extract_program(completions[0])
    program = Program(
        program_id(question.question_id, version, 0),
        question.question_id,
        0,
        code,
        completions[0],
        config.teacher.model,
        version,
    )
    if version.startswith("rationale"):
        verdict = stated_verdict(question, program)
    else:
        with Sandbox.from_config(config.executor) as sandbox:
            verdict = judge(sandbox, [(question, program)])[0]
    yield "first verdict", json.dumps(asdict(verdict) | {"gold": question.answer}, indent=1)


async def _draw(config: RunConfig, prompt: Prompt) -> list[str]:
    engine = make_engine(config.teacher)
    try:
        seed = draw_seed(config.seed, prompt.question.question_id)
        return [c.text for c in await engine.sample(prompt, config.teacher, n=1, seed=seed)]
    finally:
        await engine.close()
