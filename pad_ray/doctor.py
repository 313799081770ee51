"""`pad-ray doctor`: every node of a cluster is surveyed, by a task that runs on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from pad_ray.config import RayConfig
from pad_ray.executor.survey import Survey, survey
from pad_ray.progress import Event, Report

Look = Callable[[str, str], Survey]
"""(address of a node, its id) -> what is found there, where it is called."""

PYTHONS = ("3.11", "3.12")
"""The versions that pad_ray runs on."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    node: str
    what: str
    value: str
    ok: bool = True


def examine(address: str | None, report: Report, look: Look = survey) -> list[Survey]:
    """Survey every node of the cluster at `address`, or this machine, all at a time.

    A node that dies meanwhile is in the list, with the problem.

    Raises:
        ConfigError: if no cluster answers at `address`.
    """
    from pad_ray.runtime import ray_cluster

    report(Event("doctor", detail="joining the cluster" if address else "starting Ray"))
    with ray_cluster(RayConfig(address=address)):
        import ray

        nodes = [(node["NodeManagerAddress"], node["NodeID"]) for node in ray.nodes() if node["Alive"]]
        tasks = {_sent_to(*node, look): node for node in nodes}
        tell = partial(Event, "doctor", total=len(nodes), detail="attacking the sandboxes, running programs")
        report(tell(done=0))
        found: dict[tuple[str, str], Survey] = {}
        while len(found) < len(nodes):
            (task,), _ = ray.wait([task for task, node in tasks.items() if node not in found])
            found[tasks[task]] = _answer(task, *tasks[task])
            report(tell(done=len(found)))
        return [found[node] for node in sorted(found)]


def findings(surveys: Iterable[Survey]) -> Iterator[Finding]:
    """What is told of each node, in the order in which it is read."""
    for node in surveys:
        line = partial(Finding, node.node)
        if node.python:
            fits = ".".join(node.python.split(".")[:2]) in PYTHONS
            yield line("python", node.python, ok=fits)
            yield line("packages", ", ".join(f"{name} {version}" for name, version in node.packages.items()))
            yield line("kernel", node.kernel)
            yield line("cores", f"{node.cores}")
            yield line("memory", f"{node.memory_gib:.0f} GiB")
            yield line("GPUs", ", ".join(node.gpus) or "none")
        if node.attacks:
            held = f"{node.attacks - len(node.not_contained)} of {node.attacks} held"
            failed = f"; not contained: {', '.join(node.not_contained)}" if node.not_contained else ""
            yield line("isolation", node.isolation, ok=node.isolated)
            yield line("attacks", held + failed, ok=not node.not_contained)
        if node.programs_per_second:
            yield line("programs/s", f"{node.programs_per_second:,.0f} per core")
        if node.problem:
            yield line("problem", node.problem, ok=False)


def _sent_to(node: str, node_id: str, look: Look) -> Any:
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    there = NodeAffinitySchedulingStrategy(node_id, soft=False)
    # A node whose CPUs are all booked is surveyed too; one that dies is not tried again.
    task = ray.remote(_looked).options(num_cpus=0, max_retries=0, scheduling_strategy=there)
    return task.remote(look, node, node_id)


def _looked(look: Look, node: str, node_id: str) -> Survey:
    return look(node, node_id)


def _answer(task: Any, node: str, node_id: str) -> Survey:
    import ray

    try:
        answer: Survey = ray.get(task)
    except ray.exceptions.RayError as error:
        return Survey(node, node_id, problem=f"the survey failed: {str(error).strip().splitlines()[-1]}")
    return answer
