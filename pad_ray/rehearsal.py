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
from pad_ray.config import EngineConfig, RunConfig
from pad_ray.executor import Sandbox
from pad_ray.executor.judge import judge
from pad_ray.questions import open_questions
from pad_ray.records import Completion, Program, program_id
from pad_ray.student.baselines import student_prompt
from pad_ray.synthesis.flow import teacher_flow
from pad_ray.synthesis.stated import stated_verdict
from pad_ray.teacher.engine import Draw, Prompt, make_engine, resolve_model
from pad_ray.teacher.extract import extract_program
from pad_ray.teacher.form import in_form
from pad_ray.teacher.prompt import render


def rehearse(config: RunConfig) -> Iterator[tuple[str, str]]:
    """(title, text) of each thing that a newcomer wants to see before hours are spent.

    Raises:
        the errors that the run itself would end with at its start.
    """
    yield "settings", yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    check_questions(config)
    check_engine("teacher", config.teacher)
    base = student_checkpoint(config)
    check_student_engine(config, base)
    plan = teacher_flow(config, checked_demonstrations(config)).draws
    question = next(iter(open_questions(config.questions)))
    prompt = plan.prompt(question, 0)
    yield "first prompt", _read(config.teacher, prompt.text)
    if config.student.form != "plain":
        words = render(student_prompt(config), question=question.text)
        yield "first prompt of the student", _read(config.engine_of(str(base)), words)
    completion = asyncio.run(_draw(config, prompt, plan.draw(question, 0)))
    if completion is None:
        yield "first completion", "(none: the engine has nothing to say to this question)"
        return
    yield "first completion", completion.text
    version = plan.prompt_version
    code = extract_program(completion.text)
    program = Program(
        program_id(question.question_id, version, 0),
        question.question_id,
        0,
        code,
        completion.text,
        config.teacher.model,
        version,
    )
    if version.startswith("rationale"):
        verdict = stated_verdict(question, program)
    else:
        with Sandbox.from_config(config.executor) as sandbox:
            verdict = judge(sandbox, [(question, program)])[0]
    yield "first verdict", json.dumps(asdict(verdict) | {"gold": question.answer}, indent=1)


def _read(engine: EngineConfig, text: str) -> str:
    """What the engine's model reads of a prompt."""
    if engine.form == "plain":
        return text
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(resolve_model(engine.model), trust_remote_code=False)
    return in_form(tokenizer, engine.form, [text])[0]


async def _draw(config: RunConfig, prompt: Prompt, draw: Draw) -> Completion | None:
    engine = make_engine(config.teacher)
    try:
        return await engine.draw(prompt, draw)
    finally:
        await engine.close()
