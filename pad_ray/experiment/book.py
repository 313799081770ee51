"""What is written of an experiment: JSON, Markdown and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table

from pad_ray import machine
from pad_ray.config.experiment import ExperimentConfig
from pad_ray.experiment.cells import cells
from pad_ray.experiment.findings import Finding, Shown, found, shown
from pad_ray.experiment.runner import Done
from pad_ray.report.comparing import p_text
from pad_ray.report.markdown import template
from pad_ray.shards.files import commit, commit_json, read_json

JSON_FILE, MARKDOWN_FILE, ARMS_PLOT, CURVE_PLOT = "experiment.json", "experiment.md", "arms.png", "curve.png"


class Book:
    """The cells that are done, and what they show."""

    def __init__(self, experiment: ExperimentConfig) -> None:
        self._experiment = experiment
        self._done: list[Done] = []

    def add(self, done: Done) -> None:
        self._done.append(done)

    def findings(self) -> list[Finding]:
        """Of each arm that has a cell."""
        return [self._found(arm, cells) for arm in self._experiment.arms if (cells := self._of(arm))]

    def claims(self) -> list[Shown]:
        """Of those whose arms have cells with a seed in common."""
        made = []
        for claim in self._experiment.claims:
            better, than = ({d.cell.seed: d.scores for d in self._of(arm)} for arm in (claim.better, claim.than))
            if better.keys() & than.keys():
                made.append(shown(claim, better, than))
        return made

    def curve(self) -> dict[str, list[tuple[float, Finding]]]:
        """By arm: (share of the data, what it came to), the whole last."""
        config = self._experiment.curve
        curves: dict[str, list[tuple[float, Finding]]] = {}
        for arm in config.arms:
            for share in [*sorted(config.shares), None]:
                if cells := self._of(arm, share):
                    curves.setdefault(arm, []).append((share or 1.0, self._found(arm, cells)))
        return curves

    def _found(self, arm: str, cells: Sequence[Done]) -> Finding:
        return found(arm, [d.scores.accuracy for d in cells], [d.examples for d in cells], [d.tokens for d in cells])

    def _of(self, arm: str, share: float | None = None) -> list[Done]:
        return [done for done in self._done if done.cell.arm == arm and done.cell.share == share]

    def as_json(self) -> dict[str, Any]:
        """All figures, with the machine that they are from."""
        return {
            "machine": machine.machine(),
            "seeds": list(self._experiment.seeds),
            "arms": {
                finding.arm: {"mean": finding.mean, "deviation": finding.deviation, **asdict(finding)}
                for finding in self.findings()
            },
            "claims": [
                {
                    "text": one.claim.text,
                    "better": one.claim.better,
                    "than": one.claim.than,
                    "points": one.points,
                    "p": one.paired.p,
                    "only_better": one.paired.second,
                    "only_than": one.paired.first,
                    "target_points": one.claim.points,
                    "target_p": one.claim.p,
                    "holds": one.holds,
                }
                for one in self.claims()
            ],
            "curve": {
                arm: [{"share": share, "mean": finding.mean, **asdict(finding)} for share, finding in points]
                for arm, points in self.curve().items()
            },
            "cells": [
                {
                    "arm": done.cell.arm,
                    "seed": done.cell.seed,
                    "share": done.cell.share,
                    "examples": done.examples,
                    "accuracy": done.scores.accuracy,
                    "sets": {name: asdict(metrics) for name, metrics in done.by_set.items()},
                }
                for done in self._done
            ],
        }

    def _lacks(self, out: Path) -> bool:
        """Whether what was written into `out` before has cells of this experiment that were not added yet."""
        if not (out / JSON_FILE).exists():
            return False
        written = {(one["arm"], one["seed"], one["share"]) for one in read_json(out / JSON_FILE).get("cells", ())}
        planned = {(cell.arm, cell.seed, cell.share) for cell in cells(self._experiment)}
        return bool((written & planned) - {(done.cell.arm, done.cell.seed, done.cell.share) for done in self._done})

    def write(self, out: Path) -> None:
        """Everything, into the folder `out`; nothing while that has cells of this experiment that are not here yet."""
        if self._lacks(out):
            return
        out.mkdir(parents=True, exist_ok=True)
        commit_json(out / JSON_FILE, self.as_json())
        if self.findings():
            plot_arms(self.findings(), out / ARMS_PLOT)
        if curve := self.curve():
            plot_curve(curve, out / CURVE_PLOT)
        text = template("experiment.md.j2").render(
            findings=self.findings(),
            claims=self.claims(),
            curve=self.curve(),
            seeds=self._experiment.seeds,
            arms_plot=ARMS_PLOT,
            curve_plot=CURVE_PLOT,
            p_text=p_text,
        )
        commit(out / MARKDOWN_FILE, lambda file: file.write(text.encode()))

    def tables(self) -> list[Table]:
        """For the screen."""
        arms = Table(title="arms", title_justify="left")
        for name in ("arm", "accuracy", "+-", "seeds", "examples", "tokens/question"):
            arms.add_column(name, justify="left" if name == "arm" else "right")
        for finding in self.findings():
            arms.add_row(
                finding.arm,
                f"{finding.mean:.1%}",
                f"{100 * finding.deviation:.1f}",
                " ".join(f"{accuracy:.1%}" for accuracy in finding.accuracies),
                f"{finding.examples:,}" if finding.examples else "",
                f"{finding.tokens:,.0f}",
            )
        claims = Table(title="claims", title_justify="left")
        for name in ("claim", "points", "target", "p", "holds"):
            claims.add_column(name, justify="left" if name == "claim" else "right")
        for one in self.claims():
            claims.add_row(one.claim.text, f"{one.points:+.1f}", target(one), p_text(one.paired.p), _holds(one))
        return [arms, claims] if claims.row_count else [arms]


def target(one: Shown) -> str:
    """What a claim says, in short."""
    points = f">= {one.claim.points:+g}" if one.claim.points is not None else "> 0"
    return points if one.claim.p is None else f"{points}, p < {one.claim.p:g}"


def _holds(one: Shown) -> str:
    return "[green]yes[/]" if one.holds else "[red]no[/]"


def plot_arms(findings: Sequence[Finding], path: Path) -> None:
    """Accuracy of each arm: its mean, and a point for each seed."""
    pyplot = _pyplot()
    figure, axes = pyplot.subplots(figsize=(7.0, 0.4 * len(findings) + 1.2))
    names = [finding.arm for finding in findings]
    axes.barh(names, [100 * finding.mean for finding in findings], color="#9db4c0")
    for finding in findings:
        axes.plot([100 * a for a in finding.accuracies], [finding.arm] * len(finding.accuracies), "k.", markersize=5)
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_xlabel("accuracy on held-out questions, % (points: seeds)")
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, dpi=150)
    pyplot.close(figure)


def plot_curve(curve: dict[str, list[tuple[float, Finding]]], path: Path) -> None:
    """Accuracy by the share of the data, a line for each arm."""
    pyplot = _pyplot()
    figure, axes = pyplot.subplots(figsize=(6.0, 4.0))
    for arm, points in curve.items():
        axes.errorbar(
            [100 * share for share, _ in points],
            [100 * finding.mean for _, finding in points],
            yerr=[100 * finding.deviation for _, finding in points],
            marker="o",
            capsize=3,
            label=arm,
        )
    axes.set_xlabel("share of the examples, %")
    axes.set_ylabel("accuracy, % (bars: deviation between seeds)")
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, dpi=150)
    pyplot.close(figure)


def _pyplot() -> Any:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    return pyplot
