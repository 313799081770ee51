"""Does the cells of an experiment, one after the other; what is done is not done again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pad_ray.config import RunConfig
from pad_ray.config.experiment import ExperimentConfig
from pad_ray.errors import FolderBusy, OtherSettings, RunDirectoryError
from pad_ray.evaluation.measuring import evaluated, measure_model
from pad_ray.evaluation.metrics import Metrics
from pad_ray.experiment.cells import REFINES, TRAINS, Cell, cells, synthesis_of
from pad_ray.pipeline import Pipeline
from pad_ray.progress import Event, Report
from pad_ray.rundir import OpenRun, open_run
from pad_ray.scores import Scores
from pad_ray.student.baselines import Lessons
from pad_ray.student.lesson import synthesis_source

MEASURED = "measured"
"""Name of a cell's evaluation, below its folder."""

BUSY_SECONDS = 2.0
"""Between two looks at a folder in which another process works: one with other seeds of the same experiment."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a cell came to."""

    cell: Cell
    model: Path
    scores: Scores
    """Of the figure that counts."""
    by_set: dict[str, Metrics]
    """The same in short."""
    examples: int | None
    """That its student was trained on; None where it was trained on none of its own."""

    @property
    def tokens(self) -> float:
        """Written for a question."""
        sets = self.by_set.values()
        return sum(known.tokens for known in sets) / max(1, sum(known.questions for known in sets))


def run(experiment: ExperimentConfig, report: Report) -> Iterator[Done]:
    """All cells, as they are done. Ray must be running.

    Raises:
        the errors of `Pipeline`.
    """
    for name in experiment.data:
        config = synthesis_of(experiment, name)
        with _opened(config, _prefixed(report, f"data {name}")) as pipeline:
            pipeline.synthesize()
    done: dict[tuple[str, int], Done] = {}
    every = list(cells(experiment))
    for number, cell in enumerate(every):
        report(Event("experiment", number, len(every), cell.name))
        with _opened(cell.config, _prefixed(report, cell.name)) as pipeline:
            one = _done(cell, pipeline, done)
        if cell.share is None:
            done[cell.arm, cell.seed] = one
        yield one
    report(Event("experiment", len(every), len(every), "all cells are done"))


def _done(cell: Cell, pipeline: Pipeline, done: dict[tuple[str, int], Done]) -> Done:
    examples, where = None, pipeline.folder / "evaluation" / MEASURED
    if cell.way == TRAINS:
        pipeline, examples = _on_share(cell, pipeline)
        model = pipeline.train()
    elif cell.way == REFINES:
        of = done[cell.of, cell.seed]
        known = of.scores if judged_alike(of.cell, cell) else None
        refined = pipeline.refine(str(of.model.resolve()), known)
        # Of the last round, kept or not: to choose by the evaluation would be to choose by the answers.
        last = pipeline.folder / "refinement" / f"round-{len(refined.rounds)}"
        model = last / "student" / "model"
        if not (cell.result or cell.config.refinement.judged_by):
            where = last / "evaluation"  # the round has been judged by the same questions
    else:
        model = done[cell.of, cell.seed].model
    scores = measure_model(cell.config, str(model), where, "evaluate", pipeline.report, only=cell.result)
    return Done(cell, model, scores, evaluated(where / cell.result), examples)


def judged_alike(of: Cell, cell: Cell) -> bool:
    """Whether the figure of `of` is one that the rounds of `cell` are judged by."""
    before, now = ((config.evaluation, config.student_engine, config.executor) for config in (of.config, cell.config))
    return of.result == "" and before == now and not cell.config.refinement.judged_by


def _on_share(cell: Cell, pipeline: Pipeline) -> tuple[Pipeline, int]:
    """The cell's run on its share of the examples, and how many these are."""
    config = cell.config
    source = synthesis_source(pipeline.synthesis, Lessons.of(config))
    there = sum(1 for _ in source)
    budget = config.student.budget
    most = there if budget.examples is None else min(there, budget.examples)
    if cell.share is None:
        return pipeline, most
    examples = max(1, round(cell.share * most))
    student = config.student.model_copy(update={"budget": budget.model_copy(update={"examples": examples})})
    return replace(pipeline, config=config.model_copy(update={"student": student})), examples


@contextmanager
def _opened(config: RunConfig, report: Report) -> Iterator[Pipeline]:
    with ExitStack() as stack:
        opened = in_turn(lambda: stack.enter_context(open_run(config, ())), config.run_dir, report)
        yield Pipeline(config, opened.folder, report, opened.attempt)


def in_turn(
    enter: Callable[[], OpenRun], folder: Path, report: Report, wait: Callable[[float], object] = time.sleep
) -> OpenRun:
    """The folder, when no other process works in it any more: what that one has done is done.

    Raises:
        RunDirectoryError: what is in it was made otherwise, or cannot be gone on with.
    """
    told = False
    while True:
        try:
            return enter()
        except FolderBusy:
            if not told:
                report(Event("wait", note=f"another process works in {folder}: waiting for it"))
            told = True
            wait(BUSY_SECONDS)
        except OtherSettings as error:
            raise RunDirectoryError(
                f"{folder}: was made with other settings ({error.told}); set another base.run_dir, or move this folder "
                "away to have it made anew"
            ) from None


def _prefixed(report: Report, name: str) -> Report:
    return lambda event: report(replace(event, stage=f"{name}: {event.stage}"))
