"""The refinement-loop actor: rounds in which the student learns to repair programs.

A round: sample the student on training questions; inject errors into right programs and run them for the real
message; add the student's own failures; train on repairs and synthesis examples together; evaluate. A round that gains
nothing is the last, and its student is not kept. Each step leaves its result in the round's folder: an actor that is
killed goes on inside the round when it is made again.
"""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pad_ray.config import QuestionsConfig, RunConfig, SamplingConfig
from pad_ray.executor.pool import ExecutorPool
from pad_ray.progress import Event, Report
from pad_ray.records import REPAIR_SCHEMA, Repair, to_table
from pad_ray.refinement.repairs import in_round, injected, own_failures, repair_examples
from pad_ray.shards.damage import whole_records
from pad_ray.shards.files import commit_json
from pad_ray.shards.place import Place
from pad_ray.shards.reader import read_shards
from pad_ray.shards.writer import ShardRecord, write_shard
from pad_ray.student.baselines import Lessons
from pad_ray.student.examples import Source
from pad_ray.student.lesson import selected_rows, shard_source, synthesis_source, teach
from pad_ray.student.templates import REPAIR, template_fingerprint
from pad_ray.synthesis.flow import fixed_flow
from pad_ray.synthesis.runner import Attempt, run_flow

INJECTION_CHUNK = 2_000
"""Right programs whose faulty versions are made and judged together: some MB in memory."""

Evaluate = Callable[[str, Path, str, Report], float]
"""(model, folder, stage, report) -> accuracy. Given by the caller: evaluation is a room to the right of this one."""


@dataclass(frozen=True, slots=True)
class RoundResult:
    """What a round did."""

    number: int
    repairs: dict[str, int]
    """Repair examples by origin."""
    accuracy: float
    kept: bool


@dataclass(frozen=True, slots=True)
class Refined:
    """What the loop ends with."""

    model: str
    accuracy: float
    rounds: tuple[RoundResult, ...]


class RefinementLoop:
    """Runs the rounds. `ray.remote` makes it an actor; `events` may be called while `run` works."""

    def __init__(
        self, config: RunConfig, folder: Path, synthesis: Place, evaluate: Evaluate, *, allow_changed: bool = False
    ) -> None:
        """`allow_changed`: samples drawn under other settings are gone on with."""
        self._config = config
        self._allow_changed = allow_changed
        self._folder = folder
        self._synthesis = synthesis
        self._evaluate = evaluate
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()

    def events(self) -> list[Event]:
        """What happened since the last call."""
        events = []
        while not self._events.empty():
            events.append(self._events.get())
        return events

    def run(self, model: str, accuracy: float) -> Refined:
        """Refine the student at `model`, whose accuracy is known, for at most the configured rounds.

        Raises:
            the errors of `run_flow` and `teach`.
        """
        rounds: list[RoundResult] = []
        for number in range(1, self._config.refinement.rounds + 1):
            result, candidate = self._round(number, model, accuracy)
            rounds.append(result)
            if not result.kept:
                break
            model, accuracy = candidate, result.accuracy
        return Refined(model, accuracy, tuple(rounds))

    def _round(self, number: int, model: str, best: float) -> tuple[RoundResult, str]:
        folder = self._folder / f"round-{number}"
        stage = f"refine {number}"
        self._sample(number, model, folder / "samples", f"{stage}: sample the student")
        repairs = self._write_repairs(number, folder, f"{stage}: inject errors")
        lesson = teach(
            self._mixture(folder),
            model=model,
            folder=folder / "student",
            # The keys of other trackers are in the environment of the one who started the run, and not in an actor's.
            config=self._config.student.model_copy(update={"log_to": ("tensorboard",)}),
            seed=self._config.seed + number,
            stage=f"{stage}: train",
            report=self._events.put,
            executor=self._config.executor,
            epochs=self._config.refinement.epochs,
            learning_rate=self._config.refinement.learning_rate,
        )
        candidate = str(lesson.model_path)
        accuracy = self._evaluate(candidate, folder / "evaluation", f"{stage}: evaluate", self._events.put)
        result = RoundResult(number, repairs, accuracy, kept=accuracy > best)
        commit_json(
            folder / "round.json", {"accuracy": accuracy, "before": best, "kept": result.kept, "repairs": repairs}
        )
        return result, candidate

    def _sample(self, number: int, model: str, folder: Path, stage: str) -> None:
        config = self._config
        asked: QuestionsConfig = config.questions.model_copy(
            update={"limit": min(config.refinement.questions, config.questions.limit or config.refinement.questions)}
        )
        flow = fixed_flow(
            config,
            asked,
            config.engine_of(model),
            SamplingConfig(
                samples=1, temperature=config.teacher.temperature, max_tokens=config.student.max_target_tokens
            ),
            seed=config.seed + number,
        )
        run_flow(flow, folder, Attempt(stage, self._events.put, allow_changed=self._allow_changed))

    def _write_repairs(self, number: int, folder: Path, stage: str) -> dict[str, int]:
        """One shard per chunk of right programs, then one of the student's own failures; whole shards are kept."""
        target = folder / "repairs"
        done = {record.index: record for record in whole_records(target)[0]}
        refinement = self._config.refinement
        rows = selected_rows(self._synthesis, self._config.synthesis.keep)
        seed = f"{self._config.seed}/{number}"
        with ExecutorPool(self._config.executor) as pool:
            index = 0
            while chunk := list(islice(rows, INJECTION_CHUNK)):
                if index not in done:
                    repairs = injected(chunk, refinement.injections, refinement.injected_share, seed, pool.judge)
                    done[index] = self._write(target, index, in_round(repairs, number))
                index += 1
                self._events.put(Event(stage, detail=f"{sum(r.rows for r in done.values()):,} repairs"))
        if index not in done:
            right = {row["question_id"]: row["code"] for row in selected_rows(self._synthesis, keep=1)}
            failed = (row for table in read_shards(folder / "samples" / "shards") for row in table.to_pylist())
            done[index] = self._write(target, index, in_round(own_failures(failed, right), number))
        origins: dict[str, int] = {}
        for table in read_shards(target):
            for origin in table["origin"].to_pylist():
                origins[origin] = origins.get(origin, 0) + 1
        return origins

    def _write(self, target: Path, index: int, repairs: list[Repair]) -> ShardRecord:
        return write_shard(target, index, to_table(repairs, REPAIR_SCHEMA))

    def _mixture(self, folder: Path) -> Source:
        """Both tasks side by side: question -> program, and question + faulty program + feedback -> program."""
        repairs = shard_source(folder / "repairs", repair_examples, template_fingerprint(REPAIR))
        return synthesis_source(self._synthesis, Lessons.of(self._config)) + repairs
