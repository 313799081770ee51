"""The flow: Ray Data carries parts of questions through the engine actors and the executor actors into shards.

The same flow serves the teacher (synthesis), the student (evaluation, its failures for refinement) and recorded
completions (`pad-ray verify`). A flow that is killed anywhere and started again does the parts that have no whole
shard, and no other: every question ends in exactly one shard.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pad_ray.config import EngineConfig, ExecutorConfig, QuestionsConfig, SamplingConfig
from pad_ray.questions import local_file
from pad_ray.shards import manifest
from pad_ray.shards.files import content_hash, sweep
from pad_ray.shards.reader import is_whole, records
from pad_ray.shards.writer import ShardRecord
from pad_ray.synthesis.parts import Parts, cut
from pad_ray.teacher.engine import resolve_model
from pad_ray.teacher.prompt import Demonstration

ENGINE_CPUS = 0.5
"""CPUs that Ray books for an engine actor without a GPU. Fractions, so that on two CPUs no stage waits for another."""
EXECUTOR_CPUS = 0.25
"""CPUs that Ray books for an executor actor."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a flow is."""

    questions: int
    of_questions: int
    programs: int
    right: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Flow:
    """Everything that decides the content of a flow."""

    questions: QuestionsConfig
    engine: EngineConfig
    sampling: SamplingConfig
    executor: ExecutorConfig
    prompt_version: str = "program-v1"
    demonstrations: tuple[Demonstration, ...] = ()
    block_size: int = 64
    seed: int = 0

    def identity(self) -> dict[str, Any]:
        """What must agree for shards to be kept: where things run is left out.

        Files on this machine are known by what is in them: another file under the same name makes another flow, and a
        run directory or a checkout that has moved makes none.
        """
        asked = local_file(self.questions)
        return {
            "questions": self.questions.model_dump(mode="json", exclude={"path", "on_bad_row"}),
            "questions_file": _known_by_content(asked) if asked else None,
            "engine": self.engine.engine,
            "model": "" if self.engine.engine == "reference" else _known_by_content(resolve_model(self.engine.model)),
            "sampling": {name: getattr(self.sampling, name) for name in SamplingConfig.model_fields},
            "executor": self.executor.model_dump(mode="json", exclude={"workers"}),
            "prompt": self.prompt_version,
            "demonstrations": [asdict(d) for d in self.demonstrations],
            "block_size": self.block_size,
            "seed": self.seed,
        }


def _known_by_content(path: str | Path) -> str:
    """`name (hash of the content)` of what is on this machine; a name on the hub stays as it is."""
    local = Path(path)
    return f"{local.name} ({content_hash(local)})" if local.exists() else str(path)


def run_flow(flow: Flow, folder: Path, on_progress: Callable[[Progress], None] | None = None) -> manifest.Totals:
    """Judge programs for every question of the flow, into `folder`; returns at once what is already there.

    Ray must be running. `on_progress` is called after each part.

    Raises:
        RunDirectoryError: if the folder holds other work.
        QuestionsError: if the question set cannot be read.
        TeacherError, SandboxError, ShardError: if a stage failed. A dead actor is no failure: Ray Data makes another
            and gives it the part again.
    """
    identity = flow.identity()
    if not manifest.claim(folder, identity):
        shutil.rmtree(folder / "questions", ignore_errors=True)  # cut by a start that came to nothing
    parts = cut(flow.questions, flow.block_size, folder / "questions")
    shards = folder / "shards"
    shards.mkdir(exist_ok=True)
    sweep(shards)
    done = {record.index: record for record in records(shards) if is_whole(shards, record)}
    missing = [index for index in range(parts.count) if index not in done]
    if missing:
        _run_parts(flow, parts, missing, shards, _Tally(parts, list(done.values()), on_progress))
    finished = records(shards)
    manifest.close(folder, identity, finished)
    return manifest.total(finished)


class _Tally:
    """Adds up what the shards report."""

    def __init__(self, parts: Parts, done: list[ShardRecord], report: Callable[[Progress], None] | None) -> None:
        self._of = parts.questions
        self._report = report
        self._sums = {
            "questions": sum(r.questions for r in done),
            "programs": sum(r.rows for r in done),
            "right": sum(r.statuses.get("right", 0) for r in done),
            "tokens": sum(r.tokens for r in done),
        }
        self.add({})

    def add(self, row: dict[str, Any]) -> None:
        for name in self._sums:
            self._sums[name] += int(row.get(name, 0))
        if self._report:
            self._report(Progress(of_questions=self._of, **self._sums))


def _run_parts(flow: Flow, parts: Parts, missing: list[int], shards: Path, tally: _Tally) -> None:
    import ray
    from ray.data import ActorPoolStrategy

    from pad_ray.synthesis.stages import DrawPrograms, JudgeAndCommit

    rows = [{"part": index, "path": str(parts.path(index).resolve())} for index in missing]
    gpus = ray.cluster_resources().get("GPU", 0)
    on_gpu = gpus > 0 and flow.engine.engine in ("vllm", "huggingface")
    engine_resources: dict[str, Any] = (
        {"num_gpus": flow.engine.tensor_parallel_size} if on_gpu else {"num_cpus": ENGINE_CPUS}
    )
    dataset = (
        ray.data.from_items(rows, override_num_blocks=len(rows))
        .map(
            DrawPrograms,
            fn_constructor_args=(
                flow.engine, flow.sampling, flow.prompt_version, flow.demonstrations, flow.seed,
            ),
            compute=ActorPoolStrategy(
                size=min(flow.engine.workers, len(rows)),
                max_tasks_in_flight_per_actor=2 * flow.engine.blocks_in_flight,
                max_concurrent_calls_per_actor=flow.engine.blocks_in_flight,
            ),
            **engine_resources,
        )
        .map(
            JudgeAndCommit,
            fn_constructor_args=(flow.executor, str(shards.resolve()), flow.prompt_version),
            compute=ActorPoolStrategy(size=min(flow.executor.workers, len(rows))),
            num_cpus=EXECUTOR_CPUS,
        )
    )  # fmt: skip
    for row in dataset.iter_rows():
        tally.add(row)
