"""The `pad-ray` command: parse, call, print. What it imports before a command is chosen is light."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pad_ray.errors import PadRayError

if TYPE_CHECKING:
    from pad_ray.config import RunConfig
    from pad_ray.pipeline import Pipeline

INTERRUPTED = 130
"""Exit code of a command stopped with Ctrl-C, as shells have it."""

app = typer.Typer(
    help="Program-aided distillation at scale. A run is a YAML file; any setting can be overridden: key.sub=value.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Config = Annotated[Path, typer.Argument(help="YAML file of the run, e.g. configs/quickstart.yaml")]
Run = Annotated[
    str, typer.Argument(metavar="RUN", help="run directory, or the folder of a synthesis: a path or s3://BUCKET/FOLDER")
]
Overrides = Annotated[list[str] | None, typer.Argument(metavar="[KEY.SUB=VALUE]...", help="settings to override")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="print the settings, the first prompt and the first verdict; start nothing")
]

AllowChanged = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY",
        help="go on in a run directory although this setting (teacher.temperature) or section (teacher) changed; "
        "may be given several times",
    ),
]


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="show tracebacks")] = False,
) -> None:
    """Remember what holds for every command."""
    global _debug
    _debug = debug


_debug = False


@app.command()
def distill(
    config: Config, overrides: Overrides = None, dry_run: DryRun = False, allow_changed: AllowChanged = None
) -> None:
    """The whole method: synthesize, train, refine, evaluate. Resumes where a killed run stopped."""
    if dry_run:
        return _dry_run(config, overrides)
    from pad_ray.report.tables import distillation_table

    with _pipeline(config, overrides, trains=True, samples=True, allow_changed=allow_changed) as pipeline:
        summary = pipeline.distill()
    _print(distillation_table(summary, pipeline.folder))


@app.command()
def synthesize(
    config: Config, overrides: Overrides = None, dry_run: DryRun = False, allow_changed: AllowChanged = None
) -> None:
    """The teacher writes programs, they are run and judged, every verdict is kept."""
    if dry_run:
        return _dry_run(config, overrides)
    from pad_ray.report.tables import synthesis_table

    with _pipeline(config, overrides, allow_changed=allow_changed) as pipeline:
        totals = pipeline.synthesize()
    _print(synthesis_table(totals, pipeline.synthesis, pipeline.screening()))


@app.command()
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
        return _plan_training(config, overrides, on)
    if on is not None:
        raise typer.BadParameter("plans for other machines: only with --dry-run", param_hint="--on")
    with _pipeline(config, overrides, trains=True, allow_changed=allow_changed) as pipeline:
        model = pipeline.train()
    typer.echo(f"student: {model}")


@app.command()
def steps(
    folder: Annotated[Path, typer.Argument(help="folder of a training, such as RUN/student")],
    step: Annotated[int | None, typer.Option(help="print the programs that entered this optimizer step")] = None,
    program: Annotated[str | None, typer.Option(help="print the steps that this program or repair entered")] = None,
) -> None:
    """Which verified programs entered which optimizer step of a training."""
    from pad_ray.student.cursor import Steps

    if (step is None) == (program is None):
        raise typer.BadParameter("give one of them: --step 17, or --program ID")
    known = Steps(folder)
    if step is not None:
        for rank, ids in enumerate(known.programs(step)):
            for name in ids:
                typer.echo(f"rank {rank}  {name}")
    elif program is not None:
        found = list(known.steps_of(program))
        typer.echo(f"of {len(known)} steps: {', '.join(map(str, found)) or 'none'}")


@app.command()
def refine(
    config: Config, overrides: Overrides = None, dry_run: DryRun = False, allow_changed: AllowChanged = None
) -> None:
    """Rounds in which the trained student learns to repair programs."""
    if dry_run:
        return _dry_run(config, overrides)
    with _pipeline(config, overrides, trains=True, samples=True, allow_changed=allow_changed) as pipeline:
        refined = pipeline.refine()
    typer.echo(f"student: {refined.model}  accuracy {refined.accuracy:.1%}")


@app.command()
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
        return _dry_run(config, overrides)
    from pad_ray.pipeline import evaluated
    from pad_ray.report.tables import evaluation_table

    with _pipeline(config, overrides, samples=True, model=model, allow_changed=allow_changed) as pipeline:
        known, path = (name or Path(model).name.replace(":", "-"), model) if model else pipeline.student()
        pipeline.measure(known, path)
    _print(evaluation_table(evaluated(pipeline.folder / "evaluation" / known), f"{known}: {path}"))


@app.command()
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
        return _rehearse(settings)
    checks.check_set(settings.questions)
    checks.check_engine("teacher", settings.teacher)
    with _progress() as report, _cluster(settings):
        summary = verify_generations(settings, report)
    _print(verification_table(summary, f"{settings.questions.name}: {Path(settings.teacher.model).name}"))
    for line in summary["notes"]:
        typer.echo(line)
    typer.echo(f"shards and summary.json: {settings.run_dir}")


@app.command()
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
    with _progress() as report:
        comparison = judge_again(work, on_the_cluster(work), report)
    _print(regrade_table(comparison, "; ".join(work.changes) or "the same rules once more"))
    typer.echo(f"verdicts: {work.out}")


@app.command()
def export(
    run: Run,
    to: Annotated[str, typer.Option(help="parquet, jsonl, jsonl.gz or hf-dataset (for datasets.load_dataset)")],
    out: Annotated[str, typer.Option(help="new folder for the files: a path or s3://BUCKET/FOLDER")],
    all_programs: Annotated[
        bool, typer.Option("--all", help="every judged program with its verdict, not the kept ones alone")
    ] = False,
    to_hub: Annotated[
        str | None,
        typer.Option("--push", metavar="USER/NAME", help="send it to the Hugging Face hub, private; token in HF_TOKEN"),
    ] = None,
) -> None:
    """Write the kept programs of a run as files for others, with a data card (README.md).

    The same run gives the same files, byte for byte. What `pad-ray regrade` wrote is exported alike.
    """
    from pad_ray.report.export import export as write_files
    from pad_ray.report.ledger import Ledger
    from pad_ray.report.licences import warning
    from pad_ray.report.push import check_push, push
    from pad_ray.shards.place import Place

    place = Place.of(out)
    token = check_push(to_hub, to, place) if to_hub else ""
    ledger = Ledger.of(run)
    with _progress() as report:
        exported = write_files(ledger, to, place, report, all_programs=all_programs)
    there = " (there already)" if exported.already_there else ""
    typer.echo(
        f"{exported.rows:,} programs in {exported.files:,} files, {exported.bytes / 1e6:,.1f} MB: {place}{there}"
    )
    if not ledger.complete:
        typer.secho("the synthesis is not finished: these are the programs that it has by now", fg="yellow")
    if said := warning(ledger.question_set):
        typer.secho(said, fg="yellow")
    if to_hub:
        typer.echo(push(to_hub, place, token))


@app.command()
def doctor(
    config: Annotated[Path | None, typer.Argument(help="YAML file whose cluster (ray.address) is looked at")] = None,
    overrides: Overrides = None,
    address: Annotated[str | None, typer.Option(help="cluster to look at; by default this machine")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON, and nothing else")] = False,
) -> None:
    """What each node of this machine's or another cluster has, whether programs are isolated there, and how fast."""
    from pad_ray.config_file import load_config, without_file
    from pad_ray.doctor import examine, findings
    from pad_ray.report.tables import doctor_table

    address = address or load_config(*without_file(config, overrides)).ray.address
    if as_json:
        surveys = examine(address, lambda _: None)
        typer.echo(json.dumps([node.as_json() for node in surveys], indent=2))
    else:
        with _progress() as report:
            surveys = examine(address, report)
        _print(doctor_table(findings(surveys)))
    if not all(finding.ok for finding in findings(surveys)):
        raise typer.Exit(1)


@contextmanager
def _pipeline(
    path: Path,
    overrides: list[str] | None,
    *,
    trains: bool = False,
    samples: bool = False,
    model: str | None = None,
    allow_changed: list[str] | None = None,
) -> Iterator[Pipeline]:
    """The steps of a run: settings, models and questions checked, directory opened, cluster joined.

    `trains`, `samples`: a student is trained, or sampled; `model`: another than the run's is measured.
    """
    from pad_ray import checks
    from pad_ray.config_file import load_config

    config = load_config(path, overrides)
    checks.check_places(config)
    checks.check_questions(config)
    checks.check_engine("teacher", config.teacher)
    base = checks.student_checkpoint(config) if trains or samples else None
    if base:
        checks.check_student_engine(config, base)
    if model is not None:
        checks.check_engine("--model", config.engine_of(model))
    checks.checked_demonstrations(config)
    if trains:
        checks.check_trainable(config)
    if samples and model is None:
        checks.check_sampled(config)

    from pad_ray.pipeline import Pipeline
    from pad_ray.rundir import open_run

    keys = tuple(allow_changed or ())
    with open_run(config, keys) as run, _progress() as report, _cluster(config):
        checks.check_cluster(config, base)
        yield Pipeline(config, run.folder, report, run.attempt, keys)


@contextmanager
def _progress() -> Iterator[Callable[[Any], None]]:
    from pad_ray.progress import ProgressDisplay

    with ProgressDisplay() as display:
        yield display


@contextmanager
def _cluster(config: RunConfig) -> Iterator[None]:
    from pad_ray.runtime import ray_cluster

    with ray_cluster(config.ray):
        yield


def _dry_run(path: Path, overrides: list[str] | None) -> None:
    from pad_ray.config_file import load_config

    _rehearse(load_config(path, overrides))


def _plan_training(path: Path, overrides: list[str] | None, on: str | None) -> None:
    import yaml

    from pad_ray.checks import student_checkpoint
    from pad_ray.config_file import load_config
    from pad_ray.report.sizes import sizes_table
    from pad_ray.student.estimate import estimate

    config = load_config(path, overrides)
    known = estimate(config, student_checkpoint(config), on)
    typer.echo(yaml.safe_dump({"student": config.student.model_dump(mode="json")}, sort_keys=False), nl=False)
    _print(sizes_table(known))


def _rehearse(config: RunConfig) -> None:
    from pad_ray.rehearsal import rehearse

    for title, text in rehearse(config):
        typer.secho(title, bold=True)
        typer.echo(text)


def _print(renderable: Any) -> None:
    from rich.console import Console

    # A log file has no width; a table cut to 80 columns says less than it knows.
    Console(width=None if sys.stdout.isatty() else 120).print(renderable)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; errors become one line on standard error and an exit code (2: the user's, 1: ours)."""
    try:
        app(arguments)
    except SystemExit as end:
        if end.code == INTERRUPTED:  # what typer makes of Ctrl-C
            typer.secho(
                "stopped; nothing that was committed is lost: the run goes on from there with on_existing=resume",
                err=True,
            )
        raise
    except Exception as error:
        if _debug:
            raise
        message, code = explain(error)
        typer.secho(f"pad-ray: {message}", err=True, fg="red")
        sys.exit(code)


def explain(error: BaseException) -> tuple[str, int]:
    """One line on an error, and the exit code; what an actor raised is found inside what Ray made of it."""
    import pad_ray.errors

    link: BaseException | None = error
    while link is not None:
        cause = getattr(link, "cause", None)
        for candidate in (cause, link):
            if isinstance(candidate, PadRayError) and not hasattr(candidate, "cause"):
                return " ".join(str(candidate).split()), candidate.exit_code
        link = link.__cause__ or link.__context__
    # An error in an actor's constructor reaches us only as text.
    found = re.findall(r"pad_ray\.errors\.(\w+): (.*)", str(error))
    if found:
        name, text = found[-1]
        return text, getattr(pad_ray.errors, name).exit_code
    return f"{type(error).__name__}: {' '.join(str(error).split())[:500]} (--debug shows where)", 1


if __name__ == "__main__":
    main()
