"""The tables that commands end with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.table import Table

from pad_ray.evaluation.metrics import Metrics
from pad_ray.shards.manifest import Totals
from pad_ray.shards.place import Place


def distillation_table(summary: Mapping[str, Any], folder: Path) -> Table:
    """The short table at the end of `pad-ray distill`."""
    accuracy = summary["accuracy"]
    return _pairs(
        "distillation",
        {
            "questions": f"{summary['questions']:,}",
            "programs": f"{summary['programs']:,}",
            "yield": f"{summary['yield']:.1%}",
            "kept": f"{summary.get('kept', 0):,}",
            "tokens": f"{summary['tokens']:,}",
            "verified programs/s": f"{summary['verified_programs_per_second']:.1f}",
            "student accuracy": " -> ".join(f"{accuracy[name]:.1%}" for name in ("base", "distilled", "refined")),
            "": "base -> distilled -> refined",
            "took": f"{summary['seconds']:.0f} s",
            "run directory": str(folder),
        },
    )


def synthesis_table(totals: Totals, folder: Path | Place, screening: Mapping[str, Any] | None = None) -> Table:
    """The table of `pad-ray synthesize`; `screening`: what was dropped before anything was drawn."""
    rate = totals.right / totals.seconds if totals.seconds else 0.0
    written = totals.tokens + totals.wasted_tokens
    rows = {
        "questions": f"{totals.questions:,}, {totals.satisfied:,} of them with enough",
        "programs": f"{totals.programs:,}",
        "yield": f"{totals.yield_:.1%}",
        "kept": f"{totals.kept:,} distinct right programs",
        "tokens": f"{written:,}",
        "tokens per kept program": f"{written / totals.kept:,.0f}" if totals.kept else "-",
        "wasted tokens": f"{totals.wasted_tokens / written:.1%}" if written else "-",
        "verified programs/s": f"{rate:.1f}",
        **{f"  {status}": f"{count:,}" for status, count in totals.statuses.items()},
    }
    if screening:
        near, contaminated = screening["near_duplicates"], screening["contaminated"]
        rows["dropped before"] = f"{near:,} near-duplicates, {contaminated:,} shared with an evaluation set"
    if totals.dollars:
        rows["cost"] = f"${totals.dollars:,.2f}"
    if totals.failed:
        rows["could not be done"] = f"{totals.failed:,} questions, see failed.jsonl"
    return _pairs("synthesis", rows | {"folder": str(folder)})


def evaluation_table(by_set: Mapping[str, Metrics], title: str) -> Table:
    """Accuracy with its 95 % interval, per set."""
    table = Table(title=title, title_justify="left")
    table.add_column("set", overflow="fold")
    for name in ("questions", "accuracy", "95 % interval", "ran", "pass@k", "majority@k"):
        table.add_column(name, justify="right")
    for name, metrics in by_set.items():
        table.add_row(
            name,
            f"{metrics.questions:,}",
            f"{metrics.accuracy:.1%}",
            f"{metrics.low:.1%} - {metrics.high:.1%}",
            f"{metrics.ran:.1%}",
            " ".join(f"@{k} {v:.1%}" for k, v in metrics.pass_at.items() if k != "1") or "-",
            " ".join(f"@{k} {v:.1%}" for k, v in metrics.majority_at.items()) or "-",
        )
    return table


def verification_table(summary: Mapping[str, Any], title: str) -> Table:
    """Counts by status of `pad-ray verify`."""
    table = Table(title=title, title_justify="left")
    for name in ("status", "programs", "share"):
        table.add_column(name, justify="left" if name == "status" else "right")
    programs = summary["programs"]
    for status, count in summary["statuses"].items():
        table.add_row(status, f"{count:,}", f"{count / programs:.1%}")
    table.add_section()
    table.add_row("all", f"{programs:,}", f"{summary['programs_per_second']:,.0f} programs/s")
    return table


def _pairs(title: str, rows: Mapping[str, str]) -> Table:
    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column("what")
    table.add_column("value")
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def doctor_table(findings: Iterable[Any]) -> Table:
    """One row per finding; a node is named once."""
    table = Table(title="doctor", title_justify="left")
    for name in ("node", "what", "found", ""):
        table.add_column(name)
    known = ""
    for finding in findings:
        if finding.node != known and known:
            table.add_section()
        table.add_row(
            finding.node if finding.node != known else "",
            finding.what,
            finding.value,
            "[green]ok[/]" if finding.ok else "[red]not ok[/]",
        )
        known = finding.node
    return table
