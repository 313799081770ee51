"""The `pad-ray` command: parse, call, print.

    app.py         the application and the arguments that several commands take
    session.py     settings checked, directory opened, cluster joined, tables printed
    run.py         distill, synthesize, train, refine, evaluate, experiment
    judging.py     verify, regrade
    exporting.py   export, export-student
    looking.py     steps, compare, doctor
    explain.py     an error as one line

What is imported before a command is chosen is light.
"""

from __future__ import annotations

import sys

import typer

from pad_ray.cli import app as _app
from pad_ray.cli.explain import explain
from pad_ray.cli.exporting import export, export_student
from pad_ray.cli.judging import regrade, verify
from pad_ray.cli.looking import compare, doctor, steps
from pad_ray.cli.run import distill, evaluate, experiment, refine, synthesize, train

__all__ = ["explain", "main"]

INTERRUPTED = 130
"""Exit code of a command stopped with Ctrl-C, as shells have it."""

for command in (
    distill,
    synthesize,
    train,
    steps,
    refine,
    evaluate,
    experiment,
    compare,
    verify,
    regrade,
    export,
    export_student,
    doctor,
):
    _app.app.command()(command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; errors become one line on standard error and an exit code (2: the user's, 1: ours)."""
    try:
        _app.app(arguments)
    except SystemExit as end:
        if end.code == INTERRUPTED:  # what typer makes of Ctrl-C
            typer.secho(
                "stopped; nothing that was committed is lost: the run goes on from there with on_existing=resume",
                err=True,
            )
        raise
    except Exception as error:
        if _app.debugging:
            raise
        message, code = explain(error)
        typer.secho(f"pad-ray: {message}", err=True, fg="red")
        sys.exit(code)
