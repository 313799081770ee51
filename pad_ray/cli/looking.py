"""The commands that only look: at a training, at machines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from pad_ray.cli.app import Overrides
from pad_ray.cli.session import progress, show


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
        planned = " planned" if known.taken is None else ""
        typer.echo(f"of {len(known)}{planned} steps: {', '.join(map(str, found)) or 'none'}")


def compare(
    results: Annotated[
        list[str],
        typer.Argument(
            metavar="[NAME=]FOLDER...",
            help="measured models, the first of which the others are compared with: RUN/evaluation/distilled, "
            "refined=RUN/evaluation/refined, RUN/evaluation/refined/repaired, ...",
        ),
    ],
    out: Annotated[Path | None, typer.Option(help="folder for comparison.json, .md and .png")] = None,
    intersect: Annotated[
        bool, typer.Option("--intersect", help="compare only what all were asked, where that is not the same")
    ] = False,
) -> None:
    """Measured models side by side: accuracy with its interval, and whether one is better than chance explains."""
    from pad_ray.report.comparing import Comparison, comparison_table, named, write

    comparison = Comparison.of(named(results), intersect=intersect)
    show(comparison_table(comparison))
    if out is not None:
        write(comparison, out)
        typer.echo(f"written: {out}")


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
        with progress() as report:
            surveys = examine(address, report)
        show(doctor_table(findings(surveys)))
    if not all(finding.ok for finding in findings(surveys)):
        raise typer.Exit(1)
