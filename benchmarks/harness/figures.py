"""A figure, and the file of figures that a benchmark leaves."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from harness.machine import Facts
from harness.rounds import Rates

DIGITS = 4
"""Significant digits that are recorded: the machine gives no more than two or three."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One published number."""

    figure: str
    """What it is, peer included, e.g. `sandbox, 1 slot / no-op fork`."""
    value: float
    unit: str
    """Ratios have the unit `x`: more is better for us."""
    target: float | None = None
    """What we set out to reach; None where nothing was set."""
    met: bool | None = None
    """Whether it was reached; None where there is no target."""

    def __post_init__(self) -> None:
        if (self.target is None) != (self.met is None):
            raise ValueError(f"{self.figure}: a target is either met or not, and without a target neither")


def against(rates: Rates, ours: Sequence[str], peers: Sequence[str], *, of: str) -> list[Figure]:
    """Every rate, then each of ours as a ratio to each peer; `of` says on what work, e.g. `wordsums`."""
    figures = [Figure(f"{of}: {name}", _rounded(rates.median(name)), rates.unit) for name in (*ours, *peers)]
    for name in ours:
        figures += [Figure(f"{of}: {name} / {peer}", _rounded(rates.ratio(name, peer)), "x") for peer in peers]
    return figures


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def write_results(path: Path, machine: Facts, commit: str, figures: Sequence[Figure]) -> None:
    """Write the results file; it is there whole or as it was before."""
    content = {"machine": machine, "commit": commit, "figures": [asdict(figure) for figure in figures]}
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
