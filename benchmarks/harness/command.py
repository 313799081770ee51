"""The command line of a benchmark: its options, what it says on the way, the tables at its end."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.table import Table

from harness.figures import Figure, write_results
from harness.machine import RESULTS, commit, describe_machine
from harness.rounds import Rates

ROUNDS = 5
"""Enough for a median that one disturbed round does not move."""

WIDTH = 140
"""Columns of the tables in a file or a log."""

say = Console(stderr=True, highlight=False, markup=False).print
"""Progress goes to stderr; stdout has the tables alone."""


def parser(about: str) -> argparse.ArgumentParser:
    """The options that every benchmark has: --quick and --rounds."""
    options = argparse.ArgumentParser(description=about, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    options.add_argument("--quick", action="store_true", help="a smoke run: one small round, no results file")
    options.add_argument("--rounds", type=_rounds, default=ROUNDS, help="interleaved rounds, 3 or more")
    return options


def _rounds(text: str) -> int:
    rounds = int(text)
    if rounds < 3:
        raise argparse.ArgumentTypeError("a median of less than 3 rounds says nothing (--quick is for smoke runs)")
    return rounds


def run(
    name: str,
    options: argparse.Namespace,
    measure: Callable[[argparse.Namespace], tuple[list[Rates], list[Figure], dict[str, str]]],
    *,
    packages: Sequence[str] = (),
) -> None:
    """Measure, show the tables, and write `results/NAME.json` unless it was a smoke run.

    `measure` returns the rates, the figures made of them, and facts that belong beside the machine's.
    """
    machine = describe_machine(packages)
    if options.quick:
        options.rounds = 1
    rates, figures, facts = measure(options)
    # Where there is no terminal rich takes 80 columns, which breaks the names of the figures.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    for measured in rates:
        console.print(rates_table(measured))
    console.print(figures_table(figures))
    console.print(", ".join(f"{key} {value}" for key, value in (machine | facts).items()))
    if options.quick:
        say("--quick: nothing written")
        return
    write_results(RESULTS / f"{name}.json", machine | facts, commit(), figures)
    say(f"written: benchmarks/results/{name}.json")


def rates_table(rates: Rates) -> Table:
    """The spread behind the medians."""
    table = Table("contender", title=f"{rates.unit}, {len(next(iter(rates.by_contender.values())))} rounds")
    for column in ("least", "median", "most"):
        table.add_column(column, justify="right")
    for name, values in rates.by_contender.items():
        table.add_row(name, *(f"{value:,.4g}" for value in (min(values), rates.median(name), max(values))))
    return table


def figures_table(figures: Sequence[Figure]) -> Table:
    """What the results file holds."""
    table = Table("figure", title="figures")
    for column in ("value", "unit", "target", "met"):
        table.add_column(column, justify="left" if column == "unit" else "right")
    for figure in figures:
        target = "" if figure.target is None else f"{figure.target:,g}"
        met = "" if figure.met is None else ("yes" if figure.met else "no")
        table.add_row(figure.figure, f"{figure.value:,.10g}", figure.unit, target, met)
    return table
