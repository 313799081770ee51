"""The refinement-loop actor: rounds in which the student learns to repair programs.

A round: sample the student on training questions; see what it gets wrong; inject such errors into right programs and
run them for the real message; add the student's own failures; train on repairs and synthesis examples together;
evaluate. A round that gains less than its noise is the last, and one that gains nothing is not kept. Each step leaves
its result in the round's folder: an actor that is killed goes on inside the round when it is made again.

round-N/samples/        what the student wrote for training questions, judged (or where refinement.samples says)
round-N/profile.json    the errors that it made
round-N/repairs/shards/ repair examples; the first shard is of its own failures
round-N/student/        the training
round-N/evaluation/     what came of it
round-N/round.json      the same in short, and whether it is kept
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from pad_ray.config import QuestionsConfig, RunConfig, SamplingConfig
from pad_ray.executor.pool import ExecutorPool
from pad_ray.progress import Event, Report
from pad_ray.records import REPAIR_SCHEMA, Repair, Status, to_table
from pad_ray.refinement.diagnosis import diagnose
from pad_ray.refinement.feedback import VERSION
from pad_ray.refinement.profile import profile, weights
from pad_ray.refinement.repairs import confirmed, in_round, injected, own_failures, repair_examples
from pad_ray.scores import Scores
from pad_ray.shards.damage import whole_records
from pad_ray.shards.files import commit_json, fingerprint_of
from pad_ray.shards.manifest import SHARDS, claim
from pad_ray.shards.place import Place
from pad_ray.shards.reader import read_shards, records
from pad_ray.shards.writer import ShardRecord, write_shard
from pad_ray.student.baselines import Lessons
from pad_ray.student.examples import Source
from pad_ray.student.lesson import selected_rows, shard_source, synthesis_source, teach
from pad_ray.student.templates import REPAIR, template_fingerprint
from pad_ray.synthesis.flow import fixed_flow
from pad_ray.synthesis.runner import Attempt, run_flow

INJECTION_CHUNK = 2_000
"""Right programs whose faulty versions are made and judged together: some MB in memory."""

DECIDES_REPAIRS = {"injections", "profile_floor", "injected_share", "confirmed_share"}
"""Settings of the refinement that decide which repairs there are."""

FAULTY_CPU_SECONDS = 1.0
"""For a faulty program, at most: an executor would spend minutes on the loops among a thousand of them."""

OWN = 0
"""Number of the shard that holds the student's own failures."""

Evaluate = Callable[[str, Path, str, Report], Scores]
"""(model, folder, stage, report) -> what it scores. Given by the caller: evaluation is a room to the right of this."""


@dataclass(frozen=True, slots=True)
class RoundResult:
    """What a round did."""

    number: int
    repairs: dict[str, int]
    """Repair examples by origin."""
    accuracy: float
    kept: bool
    noise: float = 0.0
    """Half the width of the 95 % interval of its gain."""


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

    def run(self, model: str, scores: Scores) -> Refined:
        """Refine the student at `model`, whose scores are known, for at most the configured rounds.

        Raises:
            the errors of `run_flow` and `teach`.
        """
        rounds: list[RoundResult] = []
        for number in range(1, self._config.refinement.rounds + 1):
            result, candidate, after = self._round(number, model, scores)
            rounds.append(result)
            gain = after.accuracy - scores.accuracy
            if result.kept:
                model, scores = candidate, after
            if gain <= result.noise:
                break
        return Refined(model, scores.accuracy, tuple(rounds))

    def _round(self, number: int, model: str, before: Scores) -> tuple[RoundResult, str, Scores]:
        folder = self._folder / f"round-{number}"
        stage = f"refine {number}"
        self._sample(number, model, self._samples(number), f"{stage}: sample the student")
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
        after = self._evaluate(candidate, folder / "evaluation", f"{stage}: evaluate", self._events.put)
        kept = after.accuracy > before.accuracy
        result = RoundResult(number, repairs, after.accuracy, kept, after.noise(before))
        commit_json(folder / "round.json", asdict(result) | {"before": before.accuracy})
        return result, candidate, after

    def _samples(self, number: int) -> Path:
        """Where the round's samples are: those of the first are of the student that all rounds begin with."""
        shared = self._config.refinement.samples if number == 1 else None
        return Path(shared) if shared else self._folder / f"round-{number}" / "samples"

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
                samples=1, temperature=config.refinement.temperature, max_tokens=config.student.max_target_tokens
            ),
            seed=config.seed + number,
        )
        run_flow(flow, folder, Attempt(stage, self._events.put, allow_changed=self._allow_changed))

    def _write_repairs(self, number: int, folder: Path, stage: str) -> dict[str, int]:
        """A shard of the student's own failures, then one for each chunk of right programs; whole shards are kept."""
        refinement = self._config.refinement
        seed = f"{self._config.seed}/{number}"
        target = self._claimed(number, folder)
        done = {record.index: record for record in whole_records(target)[0]}
        failed = list(self._failed(number))
        right = self._right({row["question_id"] for row in failed})
        # A right program takes milliseconds: a loop that never ends need not be waited for as long as one that may.
        limit = min(self._config.executor.cpu_seconds, FAULTY_CPU_SECONDS)
        with ExecutorPool(self._config.executor.model_copy(update={"cpu_seconds": limit}), trace=True) as pool:
            if OWN not in done:
                done[OWN] = self._write(target, OWN, in_round(own_failures(failed, right, pool.judge), number))
            chances = self._chances(folder, failed, right)
            rows = selected_rows(self._synthesis, self._config.synthesis.keep)
            index = OWN + 1
            while chunk := list(islice(rows, INJECTION_CHUNK)):
                if index not in done:
                    repairs = injected(chunk, chances, refinement.injected_share, seed, pool.judge)
                    repairs += confirmed(chunk, refinement.confirmed_share, seed, pool.judge)
                    done[index] = self._write(target, index, in_round(repairs, number))
                index += 1
                self._events.put(Event(stage, detail=f"{sum(r.rows for r in done.values()):,} repairs"))
        origins: dict[str, int] = {}
        for table in read_shards(target):
            for origin in table["origin"].to_pylist():
                origins[origin] = origins.get(origin, 0) + 1
        return origins

    def _failed(self, number: int) -> Iterator[dict[str, Any]]:
        """What the student got wrong of the sampled questions."""
        rows = (row for table in read_shards(self._samples(number) / SHARDS) for row in table.to_pylist())
        return (row for row in rows if row["status"] != Status.RIGHT)

    def _right(self, questions: set[str]) -> dict[str, str]:
        """A right program of each of these questions that has one: of all there may be millions."""
        rows = selected_rows(self._synthesis, keep=1)
        return {row["question_id"]: row["code"] for row in rows if row["question_id"] in questions}

    def _claimed(self, number: int, folder: Path) -> Path:
        """The folder of the round's repair shards, which belong to all that they are made of.

        Raises:
            RunDirectoryError: it has those of something else.
        """
        made_of = {
            "round": number,
            "seed": self._config.seed,
            "refinement": self._config.refinement.model_dump(mode="json", include=DECIDES_REPAIRS),
            "executor": self._config.executor.model_dump(mode="json", exclude={"workers"}),
            "keep": self._config.synthesis.keep,
            "words": VERSION,
            "synthesis": _checksums(self._synthesis / SHARDS),
            "samples": _checksums(Place.of(self._samples(number) / SHARDS)),
        }
        target = Place.of(folder / "repairs")
        target.make()
        claim(target, made_of, fixed=list(made_of))
        shards = folder / "repairs" / SHARDS
        shards.mkdir(exist_ok=True)
        return shards

    def _chances(self, folder: Path, failed: list[dict[str, Any]], right: dict[str, str]) -> dict[str, float]:
        """With which each kind of error is injected; both they and the profile are written down."""
        refinement = self._config.refinement
        measured = profile(
            diagnose(row["status"], row["error_type"], row["code"], right[row["question_id"]])
            for row in failed
            if row["question_id"] in right
        )
        chances = weights(refinement.injections, measured, refinement.profile_floor) if refinement.injections else {}
        commit_json(folder / "profile.json", {"profile": measured, "injected": chances})
        return chances

    def _write(self, target: Path, index: int, repairs: list[Repair]) -> ShardRecord:
        return write_shard(target, index, to_table(repairs, REPAIR_SCHEMA))

    def _mixture(self, folder: Path) -> Source:
        """Both tasks side by side: question -> program, and question + faulty program + feedback -> program."""
        config, shards = self._config.refinement, folder / "repairs" / SHARDS
        made_by = f"{template_fingerprint(REPAIR)}/{VERSION}"
        own, others = records(Place.of(shards))[: OWN + 1], records(Place.of(shards))[OWN + 1 :]
        mixture = synthesis_source(self._synthesis, Lessons.of(self._config)).some(
            config.synthesis_share, self._config.seed
        )
        for ledger in ([own] * config.own_failures) + [others]:
            mixture += shard_source(shards, repair_examples, made_by, ledger)
        return mixture


def _checksums(shards: Place) -> str:
    """Is another where any shard is."""
    return fingerprint_of([record.sha256 for record in records(shards)])
