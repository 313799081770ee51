"""The machine and the code that a figure was taken on. No host names, no paths: the results are published."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
"""The project."""

RESULTS = ROOT / "benchmarks" / "results"

ALWAYS = ("numpy", "pyarrow")
"""Packages whose versions are recorded with every figure."""

GIB = 1 << 30

Facts = dict[str, str | int | float]


def describe_machine(packages: Sequence[str] = ()) -> Facts:
    """CPU, memory, versions, and how busy the machine already was: a figure taken beside other work is a low one."""
    facts: Facts = {
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(psutil.virtual_memory().total / GIB, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }
    for package in (*ALWAYS, *packages):
        facts[package] = _version(package)
    return facts


def _cpu_model() -> str:
    """`platform.processor()` is empty on most Linux systems."""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def commit() -> str:
    """The commit that was measured, with ` dirty` where the tree differed from it; results written do not count."""
    try:
        head = _git("rev-parse", "HEAD")
        changed = _git("status", "--porcelain", "--", ".", ":(exclude)benchmarks/results")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{head} dirty" if changed else head


def _git(*arguments: str) -> str:
    # Without the optional locks a look at the status writes nothing into the repository.
    command = ["git", "--no-optional-locks", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
