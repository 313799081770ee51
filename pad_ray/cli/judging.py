"""The commands that judge programs which are written already."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pad_ray.cli.app import DryRun, Overrides, Run
from pad_ray.cli.session import cluster, progress, rehearse_settings, show


def verify(
    config: Annotated[Path | None, typer.Argument(help="YAML file whose questions and executor are used")] = None,
    overrides: Overrides = None,
    dataset: Annotated[str | None, typer.Option(help="gsm8k, svamp, asdiv, multiarith, coin_flip, ...")] = None,
    split: Annotated[str | None, typer.Option(help="train or test")] = None,
    path: Annotated[Path | None, typer.Option(help="file or folder of the question set")] = None,
    generations: Annotated[Path | None, typer.Option(help="JSON Lines of {question_id, model, completion}")] = None,
    out: Annotated[Path | None, typer.Option(help="folder for the shards and summary.json")] = None,
    dry_run: DryRun = False,
) -> None:
    """Judge recorded completions, without any model."""
    from pad_ray import checks
    from pad_ray.report.tables import verification_table
    from pad_ray.verify import verify_generations, verify_settings

    settings = verify_settings(config, overrides or [], dataset, split, path, generations, out)
    if dry_run:
        return rehearse_settings(settings)
    checks.check_set("questions", settings.questions)
    checks.check_engine("teacher", settings.teacher)
    with progress() as report, cluster(settings):
        summary = verify_generations(settings, report)
    show(verification_table(summary, f"{settings.questions.name}: {Path(settings.teacher.model).name}"))
    for line in summary["notes"]:
        typer.echo(line)
    typer.echo(f"shards and summary.json: {settings.run_dir}")


def regrade(
    run: Run,
    overrides: Overrides = None,
    name: Annotated[
        str | None, typer.Option(help="name of the folder below RUN/regrade; by default it says what is changed")
    ] = None,
    out: Annotated[str | None, typer.Option(help="another folder or address for the new verdicts")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would be judged, how, and where to")] = False,
) -> None:
    """Run the programs of a run again under other limits or another answer rule, and say which verdicts change.

    No teacher and no GPU: executor.cpu_seconds=10 shows what a longer limit would have saved,
    executor.answer_from=stdout what another answer rule makes of the same programs. The run is only read; the new
    verdicts go to RUN/regrade/NAME, can be exported like a run's, and a regrade that is stopped goes on where it was.
    """
    from pad_ray.regrade import on_the_cluster, outline, plan
    from pad_ray.regrade import regrade as judge_again
    from pad_ray.report.regrading import regrade_table

    work = plan(run, overrides or [], name, out)
    if dry_run:
        for title, text in outline(work):
            typer.secho(title, bold=True)
            typer.echo(text)
        return
    with progress() as report:
        comparison = judge_again(work, on_the_cluster(work), report)
    show(regrade_table(comparison, "; ".join(work.changes) or "the same rules once more"))
    typer.echo(f"verdicts: {work.out}")
