"""The memory of this host, or of the container that this process is in: its limit is what an allocation meets first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

NO_LIMIT = 1 << 60
"""Bytes; cgroups of version 1 that have no limit give a number beyond this one."""


@dataclass(frozen=True, slots=True)
class HostMemory:
    """In bytes."""

    total: int
    available: int
    """What may be allocated now; caches of files give way to it."""


@dataclass(frozen=True, slots=True)
class _Version:
    """Where a version of cgroups has its figures."""

    mount: str
    limit: str
    used: str
    cache: str
    """In `memory.stat`: the part of the use that gives way."""


V1 = _Version("sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
V2 = _Version("sys/fs/cgroup", "memory.max", "memory.current", "inactive_file")


def host_memory(root: Path = Path("/")) -> HostMemory:
    """What there is here. `root`: that of the file system, where tests have another."""
    import psutil

    whole = psutil.virtual_memory()
    found = [HostMemory(whole.total, whole.available), *_of_groups(root)]
    return HostMemory(min(group.total for group in found), min(group.available for group in found))


def _of_groups(root: Path) -> Iterator[HostMemory]:
    """Of every control group that this process is in and that has a limit."""
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers in ("", "memory"):
            version = V1 if controllers else V2
            # Inside a container the path may be the host's, and what is mounted the container's own group: its parents.
            inner = PurePosixPath(path.lstrip("/"))
            for group in (inner, *inner.parents):
                if (memory := _of_group(root / version.mount / group, version)) is not None:
                    yield memory


def _of_group(folder: Path, version: _Version) -> HostMemory | None:
    try:
        limit = (folder / version.limit).read_text(encoding="utf-8").strip()
        if limit == "max" or int(limit) > NO_LIMIT:
            return None
        used = int((folder / version.used).read_text(encoding="utf-8"))
        stat = dict(line.split() for line in (folder / "memory.stat").read_text(encoding="utf-8").splitlines())
        return HostMemory(int(limit), max(0, int(limit) - used + int(stat.get(version.cache, 0))))
    except (OSError, ValueError):
        return None  # no such group, or a kernel that says it in another way
