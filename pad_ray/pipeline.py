"""The whole method in order: synthesize, train, refine, evaluate. Each step keeps its result in the run directory and
is passed over when it is there, so that a run that was killed goes on where it was.

    run/synthesis/            judged programs of the teacher (or where synthesis.folder says)
    run/student/              the distilled student
    run/refinement/round-N/   the rounds
    run/evaluation/NAME/      the base, distilled and refined student on every evaluation set
    run/summary.json          the figures
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from pad_ray.capacity import check_side_by_side
from pad_ray.checks import checked_demonstrations, student_checkpoint
from pad_ray.config import RunConfig
from pad_ray.config.elsewhere import from_here
from pad_ray.errors import RunDirectoryError
from pad_ray.evaluation.measuring import measure_model
from pad_ray.progress import Event, Report
from pad_ray.refinement.loop import Evaluate, Refined, RefinementLoop, RoundResult
from pad_ray.scores import Scores
from pad_ray.shards.files import commit_json, read_json, sync
from pad_ray.shards.manifest import Totals
from pad_ray.shards.place import Place
from pad_ray.shards.writer import ShardRecord
from pad_ray.side_by_side import SideBySide, Together
from pad_ray.student.arrivals import Arrivals
from pad_ray.student.baselines import Lessons, student_prompt
from pad_ray.student.cutting import Cutter
from pad_ray.student.examples import Source
from pad_ray.student.follow import Follower
from pad_ray.student.lesson import synthesis_source, teach
from pad_ray.synthesis.flow import teacher_flow
from pad_ray.synthesis.parts import LISTING, known_by_content
from pad_ray.synthesis.runner import Attempt, run_flow

REFINED = Path("refinement", "refined.json")
"""What the refinement ended with, below the run directory."""

OF_SYNTHESIS = ("seed", "questions", "teacher", "executor", "synthesis", "evaluation")
"""Sections of a config that decide what a synthesis makes."""

OF_STUDENT = ("summary.json", "refinement", "evaluation/refined", "evaluation/distilled", "student")
"""What belongs to one student of a run, below the run directory. The student is the last to be moved: a kill before
leaves what is still there to be found, and moved, again."""

POLL_SECONDS = 0.5
"""How often the refinement actor is asked for its events."""

RESTARTS = 3
"""Times that the refinement actor is made again after its process died: it goes on inside its round. A fourth death is
no accident."""


@dataclass(frozen=True)
class Pipeline:
    """The steps of one run. Ray must be running; every step is idempotent."""

    config: RunConfig
    folder: Path
    report: Report
    attempt: int = 1
    allow_changed: tuple[str, ...] = ()
    """Settings and sections that may be others than before, as the run directory has let through."""

    def synthesize(self, stop: Callable[[], str] | None = None) -> Totals:
        """Draw and judge the teacher's programs. `stop` as in `Attempt`."""
        config = self.config
        flow = teacher_flow(config, checked_demonstrations(config))
        attempt = Attempt(
            "synthesize",
            self.report,
            guard=config.synthesis.guard,
            number=self.attempt,
            allow_changed=any(key.partition(".")[0] in OF_SYNTHESIS for key in self.allow_changed),
            stop=stop,
        )
        return run_flow(flow, self.synthesis, attempt)

    @property
    def synthesis(self) -> Place:
        """Where the judged programs are."""
        return synthesis_place(self.config, self.folder)

    def screening(self) -> dict[str, Any]:
        """Which questions were dropped before anything was drawn, and why."""
        return dict((self.synthesis / "questions").read_json(LISTING)["screening"])

    def train(self) -> Path:
        """Distil: train the student base on the right programs. Returns the student's checkpoint."""
        if not self.synthesis.exists("manifest.json"):
            self._miss(self.synthesis, "synthesize")
        if not self.config.student.stream and not Arrivals(self.synthesis).ended():
            note = "the synthesis has not ended: what is learnt from is what it has committed so far"
            self.report(Event("train", note=f"{note} (student.stream=true would follow it)"))
        return self._train(self._follower() if self.config.student.stream else self._source())

    def _source(self, ledger: Sequence[ShardRecord] | None = None) -> Source:
        """What the student learns from, of some shards or all."""
        return synthesis_source(self.synthesis, Lessons.of(self.config), ledger)

    def _follower(self) -> Follower:
        return Follower(Cutter(self.synthesis, self._source, self.config.student, self.config.seed))

    def _train(self, examples: Source | Follower) -> Path:
        config = self.config
        lesson = teach(
            examples,
            model=str(student_checkpoint(config)),
            folder=self.folder / "student",
            config=config.student,
            seed=config.seed,
            stage="train",
            report=self.report,
            executor=config.executor,
            template=student_prompt(config),
            set_aside=self._set_aside,
        )
        return lesson.model_path

    def synthesize_and_train(self) -> tuple[Totals, Path]:
        """Both, one after the other; with `student.stream`, and a synthesis that has not ended, at the same time."""
        if not self._side_by_side:
            return self.synthesize(), self.train()
        together, follower = Together(self.report), self._follower()
        synthesizing, training = replace(self, report=together.first), replace(self, report=together.second)

        def synthesize(stop: Callable[[], str]) -> Totals:
            totals = synthesizing.synthesize(stop)
            together.end_first()
            return totals

        return SideBySide(synthesize, lambda: training._train(follower), follower.halt)()

    @property
    def _side_by_side(self) -> bool:
        return self.config.student.stream and not Arrivals(self.synthesis).ended()

    def _set_aside(self, names: list[str]) -> None:
        """Move a student that was trained otherwise, and what came of it, into a folder of their own.

        Raises:
            RunDirectoryError: if no setting may have changed.
        """
        if not self.allow_changed:
            raise RunDirectoryError(
                f"run_dir {self.folder}: its student was trained otherwise (differs in: {', '.join(names)}); take "
                "another run_dir, or go on with --allow-changed student, which sets that student aside and keeps it"
            )
        aside = next(free for i in count(1) if not (free := self.folder / f"old-{i}").exists())
        for name in OF_STUDENT:
            if (self.folder / name).exists():
                (aside / name).parent.mkdir(parents=True, exist_ok=True)
                (self.folder / name).rename(aside / name)
        sync(self.folder)
        self.report(Event("train", note=f"a student trained otherwise is set aside ({', '.join(names)}): {aside}"))

    def refine(self, start: str | None = None, before: Scores | None = None) -> Refined:
        """Run the refinement rounds on the distilled student, or on the one at `start`.

        `before`: what that scores on the questions by which rounds are judged, where it is known.
        """
        import ray

        if start is None and not (self.folder / "student" / "model" / "config.json").exists():
            self._miss(self.folder / "student", "train")
        done = self.folder / REFINED
        distilled = start or str(self.folder / "student" / "model")
        began = known_by_content(distilled)
        known = self._known(done)
        # What was refined from another student is gone on with by nobody: its flows refuse this one.
        if known is not None and known.get("began") in (None, began):
            rounds = tuple(RoundResult(**known_round) for known_round in known["rounds"])
            return Refined(str(self.folder / known["model"]), known["accuracy"], rounds)
        judge = self._judge()
        if before is not None:
            scores = before
        elif start is None and not self.config.refinement.judged_by:
            scores = self.measure("distilled", distilled)
        else:
            scores = judge(distilled, self.folder / "refinement" / "before", "refine: evaluate", self.report)
        # The actor itself works little: the flows and the ranks that it starts book their own CPUs.
        loop = (
            ray.remote(RefinementLoop)
            .options(
                name=f"refinement of {self.folder.resolve()}",
                num_cpus=0,
                max_concurrency=2,
                max_restarts=RESTARTS,
                max_task_retries=RESTARTS,
            )
            .remote(
                from_here(self.config),
                (self.folder / "refinement").resolve(),
                self.synthesis,
                judge,
                allow_changed=bool(self.allow_changed),
            )
        )
        answer = loop.run.remote(str(Path(distilled).resolve()), scores)
        while not ray.wait([answer], timeout=POLL_SECONDS)[0]:
            self._relay(loop)
        self._relay(loop)
        refined: Refined = ray.get(answer)
        ray.kill(loop)
        # A run directory may be moved: what lies in it is named from it.
        inside = Path(refined.model).is_relative_to(self.folder.resolve())
        model = str(Path(refined.model).relative_to(self.folder.resolve()) if inside else refined.model)
        commit_json(done, asdict(refined) | {"model": model, "began": began, "settings": self.config.fingerprint()})
        return refined

    def _judge(self) -> Evaluate:
        """What says how good a round's student is."""
        config = from_here(self.config)
        by = config.refinement.judged_by
        if by:
            config = config.model_copy(update={"evaluation": config.evaluation.model_copy(update={"sets": by})})
        return partial(measure_model, config, allow_changed=bool(self.allow_changed), only="")

    def _relay(self, loop: Any) -> None:
        import ray

        for event in ray.get(loop.events.remote()):
            self.report(event)

    def measure(self, name: str, model: str, only: str | None = None) -> Scores:
        """Evaluate a model on every set, into `evaluation/NAME`; returns what it scored on the questions of all.

        `only`: one of the ways in which it is measured (`evaluation.assisted`), and no other.
        """
        folder, stage = self.folder / "evaluation" / name, f"evaluate {name}"
        return measure_model(
            self.config, model, folder, stage, self.report, allow_changed=bool(self.allow_changed), only=only
        )

    def student(self) -> tuple[str, str]:
        """(name, checkpoint) of the best student that the run has so far: refined, distilled or base."""
        refined = self.folder / REFINED
        if refined.exists():
            return "refined", str(self.folder / read_json(refined)["model"])
        if (self.folder / "student" / "model").exists():
            return "distilled", str(self.folder / "student" / "model")
        return "base", str(student_checkpoint(self.config))

    def distill(self) -> dict[str, Any]:
        """Everything. Returns the summary, which is also written to `summary.json`; a finished run's is returned as it
        is."""
        done = self.folder / "summary.json"
        if (known := self._known(done)) is not None:
            self.report(Event("distill", 1, 1, "all of it was done before"))
            return known
        started = time.time()
        if self._side_by_side:
            check_side_by_side(self.config)
        base = self.measure("base", str(student_checkpoint(self.config)))
        totals, student = self.synthesize_and_train()
        distilled = self.measure("distilled", str(student))
        refined = self.refine()
        # A round's figure is single-shot; here, as of the others, all that the config asks for.
        kept = Path(refined.model).resolve() != student.resolve()
        last = self.measure("refined", refined.model) if kept else distilled
        summary = {
            "questions": totals.questions,
            "programs": totals.programs,
            "right": totals.right,
            "yield": totals.yield_,
            "statuses": totals.statuses,
            "kept": totals.kept,
            "tokens": totals.tokens + totals.wasted_tokens,
            "verified_programs_per_second": totals.right / totals.seconds if totals.seconds else 0.0,
            "synthesis_seconds": totals.seconds,
            "accuracy": {"base": base.accuracy, "distilled": distilled.accuracy, "refined": last.accuracy},
            "rounds": [asdict(result) for result in refined.rounds],
            "student": str(Path(refined.model).relative_to(self.folder.resolve())),
            "seconds": time.time() - started,
            "settings": self.config.fingerprint(),
        }
        commit_json(done, summary)
        return summary

    def _known(self, path: Path) -> dict[str, Any] | None:
        """A result that was written before, if it is of these settings; an earlier version did not note of which."""
        if not path.exists():
            return None
        result = dict(read_json(path))
        return result if result.get("settings") in (None, self.config.fingerprint()) else None

    def _miss(self, where: Path | Place, command: str) -> None:
        raise RunDirectoryError(
            f"run_dir {self.folder}: nothing of a {command} in {where}; run `pad-ray {command}` first"
        )


def synthesis_place(config: RunConfig, folder: Path) -> Place:
    """Where the judged programs of the run in `folder` are."""
    return Place.of(config.synthesis.folder or folder / "synthesis")
