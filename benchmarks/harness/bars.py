"""Rates as horizontal bars on one logarithmic axis."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = {"ours": "#1b6ca8", "peer": "#b0b0b0", "bound": "#e0a030"}
"""By the kind of a bar; a bound is what no design of its kind can exceed."""

WIDTH, BAR_HEIGHT, MARGIN = 9.0, 0.34, 1.1
"""Inches: of the plot, of a bar with the space to the next, and of title and axis around a panel's bars."""

LABEL_ROOM = 4.0
"""How far beyond the longest bar the axis goes, as a factor: the numbers are written there."""


@dataclass(frozen=True, slots=True)
class Bar:
    """The rates of one contender, one per round."""

    name: str
    kind: str
    """One of `COLOURS`."""
    rates: Sequence[float]


@dataclass(frozen=True, slots=True)
class Panel:
    """The contenders on one piece of work."""

    title: str
    bars: Sequence[Bar]


def draw_bars(path: Path, panels: Sequence[Panel], *, axis: str) -> None:
    """Write a PNG with one panel below the other; a bar is the median, its line goes from the least to the most."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    heights = [len(panel.bars) * BAR_HEIGHT + MARGIN for panel in panels]
    # Not through pyplot: it would look for a display.
    figure = Figure(figsize=(WIDTH, sum(heights)), layout="constrained")
    FigureCanvasAgg(figure)
    all_axes = figure.subplots(len(panels), 1, squeeze=False, sharex=True, height_ratios=heights)[:, 0]
    for axes, panel in zip(all_axes, panels, strict=True):
        _draw_panel(axes, panel)
    rates = [rate for panel in panels for bar in panel.bars for rate in bar.rates]
    all_axes[-1].set_xlim(min(rates) / 2, max(rates) * LABEL_ROOM)
    all_axes[-1].set_xlabel(axis)
    kinds = [kind for kind in COLOURS if any(bar.kind == kind for panel in panels for bar in panel.bars)]
    patches = [Patch(color=COLOURS[kind], label=kind) for kind in kinds]
    all_axes[0].legend(handles=patches, loc="lower right", frameon=False, fontsize=9)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)


def _draw_panel(axes: Axes, panel: Panel) -> None:
    bars = sorted(panel.bars, key=lambda bar: statistics.median(bar.rates))
    medians = [statistics.median(bar.rates) for bar in bars]
    axes.set_xscale("log")
    axes.barh([bar.name for bar in bars], medians, color=[COLOURS[bar.kind] for bar in bars], height=0.7)
    for place, (bar, median) in enumerate(zip(bars, medians, strict=True)):
        least, most = min(bar.rates), max(bar.rates)
        axes.plot([least, most], [place, place], color="black", linewidth=1)
        axes.annotate(f"{median:,.0f}", (most, place), (5, 0), textcoords="offset points", va="center", fontsize=9)
    axes.set_title(panel.title, loc="left", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="x", alpha=0.3)
    axes.set_axisbelow(True)
    axes.tick_params(labelbottom=True)
