"""The figures that are published of the synthesis, and the targets that were set."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.figures import Figure, against
from harness.rounds import Rates
from harness.targets import Target, with_targets

from synthesis_peers.ledger import Ledger
from synthesis_peers.settings import DUMMY

PARTS = ("tokens", "closed-loop", "pipeline", "scale", "shards", "resume", "board", "cut")
"""What `--only` names, in the order in which they are measured."""

TUNE = "tune"
"""Looks for the best settings of ray.data.llm; not among what is published."""

OURS = "pad-ray synthesize"
OURS_ONE = "pad-ray synthesize, one engine of two threads"
BARE = "vllm.LLM.generate"
RAY_LLM = "ray.data.llm"
RAY_LLM_ONE = "ray.data.llm, one engine of two threads"
"""`OURS` and `RAY_LLM` have a pool: an engine of one thread on each core."""

SIZES = (10_000, 100_000, 1_000_000)
"""Questions of the runs that are compared with one another."""

GROWTH = Target(1.10, at_most=True)
"""More than a tenth of time or memory a record is growth."""

KEEP, MOST = 2, 8
"""Distinct right programs wanted, and draws at most."""


@dataclass(frozen=True, slots=True)
class LoopCase:
    """A closed loop that is compared with `MOST` draws for every question, of which as many programs are kept."""

    teacher: str
    keep: int
    others: tuple[str, ...] = ()
    """Settings besides."""

    @property
    def name(self) -> str:
        return f"closed-loop: {self.teacher}, keep {self.keep}: completion tokens per kept program"

    @property
    def closed(self) -> str:
        return f"{self.name}, at most {MOST} draws"

    @property
    def fixed(self) -> str:
        return f"{self.name}, always {MOST} draws"

    @property
    def ratio(self) -> str:
        return f"{self.closed} / always {MOST}"


LOOP_CASES = (
    # It writes one program for a question whatever the temperature: where two are wanted, no loop can end early.
    LoopCase("embedded teacher", KEEP),
    LoopCase("embedded teacher", 1),
    # A yield of 0.7 and four distinct right programs; its tokens are characters.
    LoopCase("dummy teacher", KEEP, DUMMY),
)

PIPELINE = "pipeline, dummy teacher, 2 cores"

LARGE = "shards: large shard, writing: write_shard / pyarrow file + fsync"
SMALL = "shards: default block, writing: write_shard / pyarrow file + fsync"


def per_record(size: int) -> str:
    return f"scale: time per record, {size:,} questions"


def driver_memory(size: int) -> str:
    return f"scale: peak memory of the driver, {size:,} questions"


def resumed(size: int) -> str:
    return f"resume: {size:,} committed questions, process start to first new draw"


TARGETS = {
    f"tokens: {OURS} / {BARE}": Target(0.95),
    f"tokens: {OURS} / {RAY_LLM}": Target(1.10),
    f"tokens: {OURS} / {RAY_LLM_ONE}": Target(1.10),
    **{case.ratio: Target(0.60, at_most=True) for case in LOOP_CASES},
    f"pipeline: {PIPELINE}": Target(3000),
    **{f"{per_record(size)} / {SIZES[0]:,}": GROWTH for size in SIZES[1:]},
    **{f"{driver_memory(size)} / {SIZES[0]:,}": GROWTH for size in SIZES[1:]},
    LARGE: Target(0.6),
    SMALL: Target(0.6),
    resumed(SIZES[-1]): Target(20, at_most=True),
}


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


def results_name(parts: Sequence[str]) -> str:
    """The results file: one that is partial never takes the place of a whole one."""
    return "synthesis" if tuple(parts) == PARTS else "-".join(("synthesis", *parts))


def token_figures(rates: Rates) -> list[Figure]:
    return against(rates, (OURS,), [name for name in rates.by_contender if name != OURS], of="tokens")


def tokens_per_kept(written_tokens: int, kept: int) -> float:
    """Infinite where nothing was kept."""
    return written_tokens / kept if kept else float("inf")


def loop_figures(case: LoopCase, closed: tuple[int, int], fixed: tuple[int, int]) -> list[Figure]:
    """Of (completion tokens written, programs kept) of both."""
    ours, theirs = tokens_per_kept(*closed), tokens_per_kept(*fixed)
    return [
        Figure(case.closed, _rounded(ours), "tokens"),
        Figure(case.fixed, _rounded(theirs), "tokens"),
        Figure(case.ratio, _rounded(ours / theirs), "of the tokens"),
    ]


def pipeline_figures(rates: Rates, ledger: Ledger) -> list[Figure]:
    """The rate, and what capacity is planned with: shards, their bytes."""
    return [
        *against(rates, (PIPELINE,), (), of="pipeline"),
        Figure("pipeline: shards", _rounded(ledger.shards / ledger.seconds), "shards/s"),
        Figure("pipeline: size of a record in a shard", _rounded(ledger.bytes / ledger.programs), "bytes"),
        Figure("pipeline: size of a shard", _rounded(ledger.bytes / ledger.shards / 1e6), "MB"),
    ]


def scale_order(sizes: Sequence[int]) -> list[int]:
    """The largest once, the smaller before and after it, so that a slow hour of the machine meets all."""
    return [*sizes[:-1], sizes[-1], *reversed(sizes[:-1])]


def scale_figures(measured: Mapping[int, Sequence[tuple[float, float]]]) -> list[Figure]:
    """Of (seconds per record, megabytes of the driver) of the runs of every size; the smallest size comes first."""
    sizes = sorted(measured)
    micros = {size: 1e6 * statistics.median(seconds for seconds, _ in measured[size]) for size in sizes}
    memory = {size: statistics.median(megabytes for _, megabytes in measured[size]) for size in sizes}
    figures = [Figure(per_record(size), _rounded(micros[size]), "us") for size in sizes]
    figures += [Figure(driver_memory(size), _rounded(memory[size]), "MB") for size in sizes]
    for names, values in ((per_record, micros), (driver_memory, memory)):
        figures += [
            Figure(f"{names(size)} / {sizes[0]:,}", _rounded(values[size] / values[sizes[0]]), "times")
            for size in sizes[1:]
        ]
    return figures


def shard_figures(measured: Mapping[str, tuple[Rates, str]]) -> list[Figure]:
    """Of rates and the name of ours among them, by the size of the shard."""
    figures: list[Figure] = []
    for name, (rates, ours) in measured.items():
        peers = [peer for peer in rates.by_contender if peer != ours]
        figures += against(rates, (ours,), peers, of=f"shards: {name}, writing")
    return figures


def resume_figures(measured: Mapping[int, Sequence[float]]) -> list[Figure]:
    """Of the seconds by the number of committed questions."""
    return [Figure(resumed(size), _rounded(statistics.median(measured[size])), "s") for size in sorted(measured)]


def published(figures: Iterable[Figure]) -> list[Figure]:
    """All figures, with their targets."""
    return with_targets(figures, TARGETS)


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
