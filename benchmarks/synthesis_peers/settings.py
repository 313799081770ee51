"""The settings of the runs that are measured, as `pad-ray synthesize` takes them."""

from __future__ import annotations

from pathlib import Path

CONFIG = "configs/quickstart.yaml"

CORES = 2
"""Of every contender; the targets are set for two."""

COMMON = (
    # Screening is done once, when the questions are cut: before the first draw, and in no rate here.
    "synthesis.near_duplicates=null",
    "synthesis.decontaminate=false",
    # The number of draws follows from `keep` and `max_samples` alone.
    "synthesis.give_up_below=0",
    "synthesis.guard.least_yield=0",
    f"ray.num_cpus={CORES}",
)

POOL = (f"teacher.workers={CORES}", "teacher.stagger_seconds=0", "synthesis.block_size=16")
"""An engine a core, of one thread each. They load at the same time: an engine's start is in no rate. A block is short
beside the run: the engine that has the last one works alone for that long."""

DUMMY = ("teacher.engine=dummy",)
"""The teacher without a model: what is left is ours."""


def closed_loop(run_dir: Path, questions: int, keep: int, most: int, *others: str) -> list[str]:
    """`keep` distinct right programs wanted, at most `most` draws."""
    return [
        *COMMON,
        f"run_dir={run_dir}",
        f"questions.limit={questions}",
        f"synthesis.keep={keep}",
        f"synthesis.max_samples={most}",
        *others,
    ]


def fixed(run_dir: Path, questions: int, draws: int, *others: str) -> list[str]:
    """Always `draws` draws: as many programs are wanted as may be drawn, so no question has enough before its last, and
    none is given up."""
    return closed_loop(run_dir, questions, draws, draws, "synthesis.least_variety=0", *others)
