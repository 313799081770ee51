"""Which lane a program takes next. Pure: what is known of it in, a lane or an outcome's source out.

    shared      with others in one process, under a short limit: what passes the gate ends here
    solo        a process of its own, the full limit: what did not pass, and every second look
    scientific  solo, in a zygote that has numpy and sympy loaded: what imports them and uses them

The lane never changes a verdict: whatever in a shared process might be another program's doing is looked at again
alone.
"""

from __future__ import annotations

from enum import StrEnum

FIRST_LIMIT_SECONDS = 0.3
"""CPU limit in the shared lane: of 3,947 real programs 1 ran longer (sandbox.md, section 2). A loop holds up those
behind it for no longer; under a full limit at or below this one no second look is needed."""

SHARED_SOURCE_BYTES = 16_384
"""Longer programs go alone: compiling them would take a good part of the short limit."""

ELSEWHERE = frozenset(("not_admitted", "scientific", "undecided"))
"""Statuses in a record that send a program to another lane."""

AUDIT_EVERY = 400
"""One in so many programs of the shared lane is run again alone, and compared: the gate is not trusted blindly. A
program costs thirty times as much alone, so this takes 7 % of the rate; 1 % of the programs would take 23 %."""


class Lane(StrEnum):
    """Where a program runs."""

    SHARED = "shared"
    SOLO = "solo"
    SCIENTIFIC = "scientific"


def first_lane(source_bytes: int, *, shared_open: bool) -> Lane:
    """For a program that nothing is known of but its length."""
    return Lane.SHARED if shared_open and source_bytes <= SHARED_SOURCE_BYTES else Lane.SOLO


def lane_after(lane: Lane, status: str) -> Lane | None:
    """Where a program goes whose record says `status`; None if the record is its outcome, or breaks the contract."""
    if status not in ELSEWHERE or lane is Lane.SCIENTIFIC:
        return None
    if status == "scientific":
        return Lane.SCIENTIFIC
    return Lane.SOLO if lane is Lane.SHARED else None


def cpu_limit(lane: Lane, cpu_seconds: float) -> float:
    """CPU seconds that a program may use in `lane`."""
    return min(FIRST_LIMIT_SECONDS, cpu_seconds) if lane is Lane.SHARED else cpu_seconds


def limit_is_final(lane: Lane, cpu_seconds: float) -> bool:
    """Whether a program that ran into the CPU limit of `lane` has used all that it may."""
    return cpu_limit(lane, cpu_seconds) >= cpu_seconds
