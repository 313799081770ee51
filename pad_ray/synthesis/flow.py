"""A flow: everything that decides what a folder of judged programs contains, and nothing of where it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from pad_ray.config import EngineConfig, ExecutorConfig, QuestionsConfig, RunConfig, SamplingConfig
from pad_ray.synthesis.draws import Demonstrations, DrawPlan
from pad_ray.synthesis.parts import asked, file_of, known_by_content
from pad_ray.synthesis.sampling import Policy
from pad_ray.teacher.engine import Engine, make_engine, resolve_model

MODELS = ("vllm", "huggingface", "openai")
"""Engines whose greedy draws are all alike."""

Maker = Callable[[EngineConfig], Engine]


@dataclass(frozen=True, slots=True)
class Flow:
    """Everything that decides the content of a flow."""

    questions: QuestionsConfig
    engine: EngineConfig
    draws: DrawPlan
    policy: Policy
    executor: ExecutorConfig
    block_size: int = 64
    near_duplicates: float | None = None
    evaluation: tuple[QuestionsConfig, ...] = ()
    """Sets whose questions must not be among those that are drawn for."""
    one_model: bool = False
    """It is to say something of the model: what another one did must not be among it."""
    make: Maker = make_engine
    """Makes the engine, in its actor; can be pickled."""
    made_as: dict[str, Any] = field(default_factory=dict)
    """What of `make` decides what is drawn."""

    def identity(self) -> dict[str, Any]:
        """What must agree for shards to be kept: where things run is left out.

        Files on this machine are known by what is in them: another file under the same name makes another flow, and a
        run directory or a checkout that has moved makes none.
        """
        content = {
            "questions": asked(self.questions),
            "questions_file": file_of(self.questions),
            "engine": self.engine.engine,
            "model": "" if self.engine.engine == "reference" else known_by_content(resolve_model(self.engine.model)),
            "draws": self.draws.identity(),
            "policy": asdict(self.policy),
            "executor": self.executor.model_dump(mode="json", exclude={"workers"}),
            "block_size": self.block_size,
            "near_duplicates": self.near_duplicates,
            "evaluation": [asked(questions) | {"file": file_of(questions)} for questions in self.evaluation],
        }
        # Only where there is something to say: a flow that was begun before there was this setting is gone on with.
        if self.engine.engine == "dummy":
            content["dummy"] = self.engine.dummy.model_dump()
        if self.engine.form != "plain":
            content["form"] = self.engine.form
        if self.made_as:
            content["made_as"] = self.made_as
        return content


def teacher_flow(config: RunConfig, demonstrations: tuple[Demonstrations, ...]) -> Flow:
    """The teacher's programs for the training questions, by the closed loop."""
    teacher, synthesis = config.teacher, config.synthesis
    plan = DrawPlan(
        prompt_version=teacher.prompt.version,
        temperatures=teacher.temperatures or (teacher.temperature,),
        top_p=teacher.top_p,
        max_tokens=teacher.max_tokens,
        demonstrations=demonstrations or ((),),
        seed=config.seed,
    )
    most = synthesis.max_samples
    if teacher.engine in MODELS and plan.different is not None:
        most = min(most, plan.different)
    return Flow(
        questions=config.questions,
        engine=config.teacher,
        draws=plan,
        policy=Policy(synthesis.keep, most, synthesis.give_up_below, synthesis.least_variety),
        executor=config.executor,
        block_size=synthesis.block_size,
        near_duplicates=synthesis.near_duplicates,
        evaluation=config.evaluation.sets if synthesis.decontaminate else (),
    )


def fixed_flow(
    config: RunConfig,
    questions: QuestionsConfig,
    engine: EngineConfig,
    sampling: SamplingConfig,
    *,
    prompt_version: str = "program-v1",
    seed: int | None = None,
) -> Flow:
    """A fixed number of draws for each question: an evaluation, or a student's failures."""
    return Flow(
        questions=questions,
        engine=engine,
        draws=DrawPlan(
            prompt_version, (sampling.temperature,), sampling.top_p, sampling.max_tokens,
            seed=config.seed if seed is None else seed,
        ),
        policy=Policy(keep=1, max_samples=sampling.samples, stops_early=False),
        executor=config.executor,
        block_size=config.synthesis.block_size,
        one_model=True,
    )  # fmt: skip
