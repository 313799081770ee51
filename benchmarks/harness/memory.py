"""The memory of a process and of all that it has started."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import psutil

KIB = 1024
"""The kernel's `kB`."""

MEGABYTE = 1e6


@dataclass(frozen=True, slots=True)
class TreeMemory:
    """What a process and its descendants hold."""

    megabytes: float
    processes: int
    unshared: int
    """Processes of which only the RSS could be read, in which pages shared with others count in full."""

    def __str__(self) -> str:
        measured = f"PSS of {self.processes - self.unshared}, RSS of {self.unshared}" if self.unshared else "PSS"
        return f"{self.megabytes:.1f} MB in {self.processes} processes ({measured})"


def tree_memory(pid: int) -> TreeMemory:
    """PSS where the kernel lets us read it (not of other users' or non-dumpable processes), else RSS."""
    pids = [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    shares = [proportional_bytes(each) for each in pids]
    total = sum(resident_bytes(each) if share is None else share for each, share in zip(pids, shares, strict=True))
    return TreeMemory(total / MEGABYTE, len(pids), shares.count(None))


def proportional_bytes(pid: int) -> int | None:
    """The PSS: pages shared by n processes count 1/n. None where it may not be read."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    except PermissionError:
        return None
    return sum(int(line.split()[1]) * KIB for line in rollup.splitlines() if line.startswith("Pss:"))


def resident_bytes(pid: int) -> int:
    """The RSS, which anybody may read."""
    return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
