"""What the runner gives its workers to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pad_ray.config import EngineConfig
from pad_ray.shards.place import Place
from pad_ray.synthesis.draws import DrawPlan
from pad_ray.synthesis.flow import Maker
from pad_ray.synthesis.sampling import Policy


@dataclass(frozen=True, slots=True)
class Job:
    """Everything that a worker must know of a flow. It is pickled."""

    run: str
    """Marks the processes of this run."""
    attempt: int
    engine: EngineConfig
    make: Maker
    draws: DrawPlan
    policy: Policy
    answer_from: str
    """The executor's: with `variable:NAME` that name is part of a program."""
    eager: bool
    """An engine without work is given draws that may turn out unneeded: not where each one is paid for."""
    block_size: int
    sets: Sequence[tuple[Place, Place]]
    """Of each question set the folder of its parts, and that of its shards."""
