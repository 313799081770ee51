"""What commands have in common: settings checked, directory opened, cluster joined, tables printed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from pad_ray.config import RunConfig
    from pad_ray.pipeline import Pipeline


def checked(config: RunConfig, *, trains: bool = False, samples: bool = False, model: str | None = None) -> Path | None:
    """Refuse at the door what could not be done in hours. Returns the student's base checkpoint where one is needed.

    `trains`, `samples`: a student is trained, or sampled; `model`: another than the run's is measured.
    """
    from pad_ray import checks

    checks.check_places(config)
    checks.check_questions(config)
    checks.check_engine("teacher", config.teacher)
    base = checks.student_checkpoint(config) if trains or samples else None
    if base:
        checks.check_student_engine(config, base)
    if model is not None:
        checks.check_engine("--model", config.engine_of(model))
    checks.checked_demonstrations(config)
    if trains and base:
        checks.check_trainable(config, base)
    if trains and samples:
        checks.check_refined(config)
    if samples and model is None:
        checks.check_sampled(config)
    if samples:
        checks.check_verification(config)
    return base


@contextmanager
def opened(
    path: Path,
    overrides: list[str] | None,
    *,
    trains: bool = False,
    samples: bool = False,
    model: str | None = None,
    allow_changed: list[str] | None = None,
) -> Iterator[Pipeline]:
    """The steps of a run: settings, models and questions checked, directory opened, cluster joined; see `checked`."""
    from pad_ray import capacity
    from pad_ray.config_file import load_config

    config = load_config(path, overrides)
    base = checked(config, trains=trains, samples=samples, model=model)

    from pad_ray.pipeline import Pipeline
    from pad_ray.rundir import open_run

    keys = tuple(allow_changed or ())
    with open_run(config, keys) as run, progress() as report, cluster(config):
        capacity.check_cluster(config, base)
        yield Pipeline(config, run.folder, report, run.attempt, keys)


@contextmanager
def progress() -> Iterator[Callable[[Any], None]]:
    from pad_ray.progress import ProgressDisplay

    with ProgressDisplay() as display:
        yield display


@contextmanager
def cluster(config: RunConfig) -> Iterator[None]:
    from pad_ray.runtime import ray_cluster

    with ray_cluster(config.ray):
        yield


def rehearse(
    path: Path,
    overrides: list[str] | None,
    *,
    trains: bool = False,
    samples: bool = False,
    model: str | None = None,
) -> None:
    """`--dry-run` of a command that does so."""
    from pad_ray.config_file import load_config

    config = load_config(path, overrides)
    checked(config, trains=trains, samples=samples, model=model)
    rehearse_settings(config)


def plan_training(path: Path, overrides: list[str] | None, on: str | None) -> None:
    import yaml

    from pad_ray.checks import check_trainable, student_checkpoint
    from pad_ray.config_file import load_config
    from pad_ray.report.sizes import sizes_table
    from pad_ray.student.estimate import estimate
    from pad_ray.student.held_out import check_held_out

    config = load_config(path, overrides)
    check_held_out(config)  # of the question sets themselves nothing is read: they may be on the cluster alone
    base = student_checkpoint(config)
    check_trainable(config, base)
    known = estimate(config, base, on)
    typer.echo(yaml.safe_dump({"student": config.student.model_dump(mode="json")}, sort_keys=False), nl=False)
    show(sizes_table(known))


def rehearse_settings(config: RunConfig) -> None:
    from pad_ray.rehearsal import rehearse

    for title, text in rehearse(config):
        typer.secho(title, bold=True)
        typer.echo(text)


def show(renderable: Any) -> None:
    from rich.console import Console

    # A log file has no width; a table cut to 80 columns says less than it knows.
    Console(width=None if sys.stdout.isatty() else 120).print(renderable)
