"""The figures that are published of the student, and the targets that were set."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from harness.figures import Figure, against
from harness.rounds import Rates
from harness.targets import Target, with_targets

from student_peers import settings
from student_peers.models import SMALL

PARTS = ("trl", "bare", "packing", "wait", "ranks", "corpus", "resume", "savepoint")
"""What `--only` names, in the order in which they are measured."""

TUNE = "tune"
"""Looks for the best settings of ours and of TRL; not among what is published."""

OURS = "train_student"
OURS_ALONE = "train_student's ranks without Ray"
TRL = "TRL SFTTrainer"
DEEPSPEED = "bare DeepSpeed loop"
TORCH = "bare torch loop of one process"

PACKED = "packed"
PACKED_WHOLE = "packed, head applied to all tokens"
BUCKETS = "padded, similar lengths together"
PADDED = "padded, shuffled"
WIDEST = "padded to the limits"
"""Layouts of a training's batches. Ours are packed, and the head applied to those tokens alone that a target follows;
the second leaves the layout alone as the difference to what is padded."""

TWO_RANKS = "2 ranks on 2 cores"
ONE_CORE = "1 rank on 1 core"
ONE_RANK = "1 rank on 2 cores"
BARE_ONE_CORE = f"{DEEPSPEED}, 1 rank on 1 core"
APART = f"two {DEEPSPEED}s apart, 1 core each"
"""What the machine gives two trainings that share nothing but its memory."""

NONE, SELDOM, OFTEN = "no savepoints", "savepoints every 100 steps", "savepoints every 10 steps"
INTERVALS = {NONE: settings.NEVER, SELDOM: 100, OFTEN: 10}
"""100 is the default."""

STARTS = ("a new training", "a resumed training")
START_STEPS = 3
"""Of the training that is begun, and resumed from its second step's savepoint."""

TRL_TARGET, BARE_TARGET = Target(1.10), Target(0.97)
PACKING_TARGET, RANKS_TARGET = Target(1.5), Target(1.7)
WAIT_TARGET, SAVEPOINT_TARGET = Target(0.01, at_most=True), Target(0.05, at_most=True)
CORPUS_TARGET, START_TARGET = Target(5000), Target(15, at_most=True)


def chosen_parts(text: str) -> list[str]:
    """`--only`: names with commas between.

    Raises:
        ValueError: naming the one that is none.
    """
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in (*PARTS, TUNE):
            raise ValueError(f"{name!r} is no part; they are {', '.join((*PARTS, TUNE))}")
    return [part for part in (*PARTS, TUNE) if part in names]


def results_name(parts: Sequence[str], models: Sequence[str], usual: Sequence[str]) -> str:
    """The results file: one that is partial never takes the place of a whole one."""
    which = [] if tuple(models) == tuple(usual) else [short(model) for model in models]
    return "-".join(["student", *([] if tuple(parts) == PARTS else parts), *which])


def short(model: str) -> str:
    """A model's name in a figure: 4M, 60m, 0.5b, or a checkpoint's folder."""
    return "4M" if model == SMALL else model.rpartition(":")[2].rstrip("/").rpartition("/")[2]


def compared(rates: Rates, peers: Sequence[str], target: Target, *, of: str, also: Sequence[str] = ()) -> list[Figure]:
    """Ours against each peer; the target is that of the first. `also`: another form of ours, without a target."""
    figures = against(rates, (OURS, *also), peers, of=of)
    return _targeted(figures, f"{of}: {OURS} / {peers[0]}", target)


def layout_figures(rates: Rates, of: str) -> list[Figure]:
    """Packed against padded; the target is that of ours over batches in random order."""
    figures = against(rates, (PACKED, PACKED_WHOLE, BUCKETS), (PADDED, WIDEST), of=of)
    return _targeted(figures, f"{of}: {PACKED} / {PADDED}", PACKING_TARGET)


def rank_figures(rates: Rates, of: str) -> list[Figure]:
    """Two ranks against one, on a core and on two; and what sharing a machine's memory leaves of two cores."""
    figures = against(rates, (TWO_RANKS,), (ONE_CORE, ONE_RANK), of=of)
    figures += against(rates, (APART,), (BARE_ONE_CORE,), of=of)
    return _targeted(figures, f"{of}: {TWO_RANKS} / {ONE_CORE}", RANKS_TARGET)


def corpus_figures(name: str, answers: Sequence[Mapping[str, float]]) -> list[Figure]:
    """Of the replies of run_corpus.py."""
    wall = median_figure(f"corpus: {name}", [a["examples"] / a["wall"] for a in answers], "examples/s", CORPUS_TARGET)
    cpu = median_figure(f"corpus: {name}, CPU time", [a["examples"] / a["cpu"] for a in answers], "examples/CPU-s")
    return [wall, cpu]


def start_figures(examples: int, seconds: Mapping[str, Sequence[float]], *, targeted: bool) -> list[Figure]:
    """Of the seconds until the next step."""
    target = START_TARGET if targeted else None
    return [
        median_figure(f"resume: {examples:,} examples, {name}: to its next step", values, "s", target)
        for name, values in seconds.items()
    ]


def savepoint_figures(rates: Rates, of: str, *, steps: int, warm_up: int) -> list[Figure]:
    """The share of the time that savepoints take, measured at each interval and worked out for the default one."""
    figures = against(rates, tuple(rates.by_contender), (), of=of)
    for name in rates.by_contender:
        if name != NONE:
            share = 1 - rates.ratio(name, NONE)
            figures.append(Figure(f"{of}: {name}: share of the time", rounded(share), "of the time"))
    cost = savepoint_cost(rates.ratio(OFTEN, NONE), INTERVALS[OFTEN], steps=steps, warm_up=warm_up)
    at_default = cost / (cost + INTERVALS[SELDOM])
    name = f"{of}: {SELDOM}, worked out: share of the time"
    return [*figures, median_figure(name, [at_default], "of the time", SAVEPOINT_TARGET)]


def savepoint_cost(ratio: float, every: int, *, steps: int, warm_up: int) -> float:
    """What one savepoint costs, in optimizer steps, when those every `every` steps leave `ratio` of the rate.

    There is none after the last step, and those before the mark after `warm_up` steps are not in the rate.
    """
    made = sum(1 for step in range(every, steps, every) if step >= warm_up)
    return (steps - warm_up) * (1 / ratio - 1) / made


def check_start(name: str, step: int) -> None:
    """A training that did not do what is measured is no figure.

    Raises:
        RuntimeError: says at which step it began.
    """
    wanted = dict(zip(STARTS, (1, START_STEPS), strict=True))[name]
    if step != wanted:
        raise RuntimeError(f"{name} began with step {step}, not {wanted}")


def imbalance(tokens: Sequence[Sequence[float]]) -> float:
    """How much longer the slowest rank of a step computes than the mean, over all steps: 0 where they are alike.

    Args:
        tokens: [steps][ranks], that each computes on.
    """
    return sum(max(step) for step in tokens) / sum(sum(step) / len(step) for step in tokens) - 1


def median_figure(name: str, values: Iterable[float], unit: str, target: Target | None = None) -> Figure:
    figure = Figure(name, rounded(statistics.median(values)), unit)
    return _targeted([figure], name, target)[0] if target else figure


def rounded(value: float) -> float:
    return float(f"{value:.4g}")


def _targeted(figures: Iterable[Figure], name: str, target: Target) -> list[Figure]:
    return with_targets(figures, {name: target})


def text(values: Mapping[str, Any]) -> str:
    """Settings in a line."""
    return " ".join(f"{key}={value}" for key, value in values.items())
