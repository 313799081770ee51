"""The commands of a run: each does the steps that are still missing in the run directory."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pad_ray.cli.app import AllowChanged, Config, DryRun, Overrides
from pad_ray.cli.session import checked, cluster, opened, plan_training, progress, rehearse, show


def distill(
    config: Config, overrides: Overrides = None, dry_run: DryRun = False, allow_changed: AllowChanged = None
) -> None:
    """The whole method: synthesize, train, refine, evaluate. Resumes where a killed run stopped."""
    if dry_run:
        return rehearse(config, overrides, trains=True, samples=True)
    from pad_ray.report.tables import distillation_table

    with opened(config, overrides, trains=True, samples=True, allow_changed=allow_changed) as pipeline:
        summary = pipeline.distill()
    show(distillation_table(summary, pipeline.folder))


def synthesize(
    config: Config, overrides: Overrides = None, dry_run: DryRun = False, allow_changed: AllowChanged = None
) -> None:
    """The teacher writes programs, they are run and judged, every verdict is kept."""
    if dry_run:
        return rehearse(config, overrides)
    from pad_ray.report.tables import synthesis_table

    with opened(config, overrides, allow_changed=allow_changed) as pipeline:
        totals = pipeline.synthesize()
    show(synthesis_table(totals, pipeline.synthesis, pipeline.screening()))


def train(
    config: Config,
    overrides: Overrides = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="print settings, memory per rank, tokens and steps; start nothing")
    ] = False,
    on: Annotated[
        str | None,
        typer.Option(
            metavar="GPUSxGIB[/GIB]", help="with --dry-run: nodes to plan for, e.g. 8x80/1024, not this machine"
        ),
    ] = None,
    allow_changed: AllowChanged = None,
) -> None:
    """Train the student on the right programs of a synthesis."""
    if dry_run:
        return plan_training(config, overrides, on)
    if on is not None:
        raise typer.BadParameter("plans for other machines: only with --dry-run", param_hint="--on")
    with opened(config, overrides, trains=True, allow_changed=allow_changed) as pipeline:
        model = pipeline.train()
    typer.echo(f"student: {model}")


def refine(
    config: Config, overrides: Overrides = None, dry_run: DryRun = False, allow_changed: AllowChanged = None
) -> None:
    """Rounds in which the trained student learns to repair programs."""
    if dry_run:
        return rehearse(config, overrides, trains=True, samples=True)
    with opened(config, overrides, trains=True, samples=True, allow_changed=allow_changed) as pipeline:
        refined = pipeline.refine()
    typer.echo(f"student: {refined.model}  accuracy {refined.accuracy:.1%}")


def experiment(
    config: Annotated[Path, typer.Argument(help="YAML file of the experiment, e.g. configs/experiment/wordsums.yaml")],
    overrides: Overrides = None,
    out: Annotated[
        Path | None, typer.Option(help="folder for experiment.json, .md and pictures; by default the run directory")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would be done, and what has been begun")] = False,
) -> None:
    """Students that are made in different ways, side by side, with several seeds. Resumes where it was stopped.

    Settings of all runs: base.student.epochs=3. The results are written anew after every student, once all that was
    written before is there again.
    """
    from pad_ray.capacity import check_cluster
    from pad_ray.config.experiment import ExperimentConfig
    from pad_ray.config_file import load
    from pad_ray.experiment.book import Book
    from pad_ray.experiment.cells import cells
    from pad_ray.experiment.plan import plan
    from pad_ray.experiment.runner import run

    settings = load(ExperimentConfig, config, overrides)
    book, folder = Book(settings), out or settings.base.run_dir
    base = None
    for cell in cells(settings):
        if cell.seed == settings.seeds[0] and cell.share is None:
            # One after the other: that a round would go beyond the budget of the training before it is meant here.
            base = checked(cell.config, trains=True)
            checked(cell.config, samples=True)
    if dry_run:
        for table in plan(settings):
            show(table)
        return
    with progress() as report, cluster(settings.base):
        check_cluster(settings.base, base)
        for done in run(settings, report):
            book.add(done)
            book.write(folder)
    for table in book.tables():
        show(table)
    typer.echo(f"written: {folder}")


def evaluate(
    config: Config,
    overrides: Overrides = None,
    model: Annotated[str | None, typer.Option(help="checkpoint to measure; by default the run's best student")] = None,
    name: Annotated[str | None, typer.Option(help="name of the result; by default the model's")] = None,
    dry_run: DryRun = False,
    allow_changed: AllowChanged = None,
) -> None:
    """Accuracy of a model on the evaluation sets."""
    if dry_run:
        return rehearse(config, overrides, samples=True, model=model)
    from pad_ray.evaluation.assisted import ways
    from pad_ray.evaluation.measuring import evaluated
    from pad_ray.report.tables import evaluation_table

    with opened(config, overrides, samples=True, model=model, allow_changed=allow_changed) as pipeline:
        known, path = (name or Path(model).name.replace(":", "-"), model) if model else pipeline.student()
        pipeline.measure(known, path)
    folder, asked = pipeline.folder / "evaluation" / known, pipeline.config.evaluation
    for way in ways(asked):
        show(evaluation_table(evaluated(folder / way, asked.sets), f"{known}, {way}" if way else f"{known}: {path}"))
