"""What an experiment would do, for `--dry-run`. Pure but for a look at which folders are there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

from pad_ray.config.experiment import ExperimentConfig
from pad_ray.experiment.cells import MEASURES, REFINES, TRAINS, Cell, cells
from pad_ray.rundir import CONFIG

WAYS = {TRAINS: "trains on", REFINES: "refines", MEASURES: "measures"}


def plan(experiment: ExperimentConfig) -> list[Table]:
    """The syntheses, then the arms of one seed, each with what is other than in the base."""
    made = Table(title="syntheses, once for all seeds", title_justify="left")
    for name in ("synthesis", "other than in the base"):
        made.add_column(name)
    for name, settings in experiment.data.items():
        made.add_row(name, "\n".join(flat(settings)))
    every = list(cells(experiment))
    begun = sum(_begun(cell) for cell in every)
    arms = Table(
        title=f"cells: {len(every)}, begun or done: {begun}; seeds: {', '.join(map(str, experiment.seeds))}",
        title_justify="left",
    )
    for name in ("arm", "what it does", "other than in the base"):
        arms.add_column(name)
    for cell in every:
        if cell.seed == experiment.seeds[0]:
            share = "" if cell.share is None else f", {cell.share:.0%} of the data"
            result = f", {cell.result}" if cell.result else ""
            settings = experiment.arms[cell.arm].settings if cell.share is None else {}
            arms.add_row(f"{cell.arm}{share}", f"{WAYS[cell.way]} {cell.of}{result}", "\n".join(flat(settings)))
    return [made, arms]


def flat(settings: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """`section.key=value` of each setting, as on the command line."""
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}={', '.join(map(str, value)) if isinstance(value, list) else json.dumps(value)}"


def _begun(cell: Cell) -> bool:
    return (cell.config.run_dir / CONFIG).exists()
