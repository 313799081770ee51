"""The command's application, what holds for every command, and the arguments that several of them take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
    global debugging
    debugging = debug


debugging = False
