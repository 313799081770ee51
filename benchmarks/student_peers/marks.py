"""Marks of a training: after which step which tokens were through, and when. For all workers: nothing is imported."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

Mark = tuple[int, float, int]
"""(optimizer steps done, seconds since some moment, useful tokens until then)."""


def steady_rate(marks: Sequence[Mark], warm_up: int) -> float:
    """Useful tokens per second from the first mark at or after `warm_up` steps to the last.

    Raises:
        RuntimeError: there are no two such marks.
    """
    steady = [mark for mark in marks if mark[0] >= warm_up]
    if len(steady) < 2:
        raise RuntimeError(f"{len(marks)} marks, and no two of them after {warm_up} steps; take more steps")
    (_, began, before), (_, ended, after) = steady[0], steady[-1]
    return (after - before) / (ended - began)


def reply(**answer: Any) -> None:
    """The worker's last line."""
    print(json.dumps(answer), file=sys.__stdout__, flush=True)
