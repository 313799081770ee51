"""Engines end with the process that started them, and what of a run is left over all the same is found.

A process that is killed with SIGKILL ends nothing itself: vLLM's engine processes would go on, and keep their GPUs'
memory. So each of them asks the kernel for the same end (Linux's parent-death signal). It can fail to: between its
start and its asking, or where a thread of vLLM's is in the way of the signal; so the processes of a run also carry a
mark in their environment, by which those whose owner is gone are found.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

RUN = "PAD_RAY_RUN"
"""Environment variable: the run that a process belongs to."""

OWNER = "PAD_RAY_OWNER"
"""Environment variable: the process that marked its children, as `PID@START`."""

KEEP_ENVIRONMENT = "SPT_NOENV"
"""Set, it keeps setproctitle, by which vLLM names its processes, from writing the name over what others read as their
environment."""

PR_SET_PDEATHSIG = 1
"""prctl(2)."""

COMMAND_LENGTH = 200
"""Characters of a command that are reported: enough to know it, and no whole command line of somebody's."""

END_SECONDS = 10.0
"""Longest wait for killed processes: a driver takes its time to free a GPU's memory."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """A process of a run that outlived its owner."""

    pid: int
    command: str
    started: float
    """Seconds since 1970."""
    why: str
    """What makes it one."""


def plugin() -> None:
    """For vLLM, which calls it in each of its processes (entry point group `vllm.general_plugins`).

    It does nothing in processes without our mark, and nothing in the one that made the engine: how that one ends is not
    for a plugin to say.
    """
    parent = multiprocessing.parent_process()
    if RUN in os.environ and parent is not None and parent.pid is not None:
        die_with_parent(parent.pid)


def die_with_parent(parent: int) -> None:
    """Be killed as soon as `parent` ends, or the thread of it that started this process; at once if it already has.

    Raises:
        OSError: if the kernel refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    # A parent that ended before was not noticed: whoever adopted this process is its parent now.
    if os.getppid() != parent and not _lives(parent):
        os.kill(os.getpid(), signal.SIGKILL)


def mark(run: str) -> None:
    """Have all processes that this one starts from now on carry `run` and its owner, which is this one."""
    os.environ[RUN] = run
    os.environ[OWNER] = f"{os.getpid()}@{_start(os.getpid())}"
    os.environ[KEEP_ENVIRONMENT] = "1"


def leftovers(run: str) -> list[Leftover]:
    """This user's processes on this machine that carry the mark of `run` and whose owner is gone, by process id."""
    own = psutil.Process()
    spared = {own.pid, *(parent.pid for parent in own.parents())}
    found = []
    for process in psutil.process_iter():
        if process.pid in spared:
            continue
        try:
            if process.uids().real != os.getuid() or process.status() == psutil.STATUS_ZOMBIE:
                continue
            environment = process.environ()
            owner = environment.get(OWNER, "")
            if environment.get(RUN) != run or _is_alive(owner):
                continue
            command = " ".join(process.cmdline()).strip() or process.name()
            found.append(
                Leftover(
                    pid=process.pid,
                    command=command[:COMMAND_LENGTH],
                    started=process.create_time(),
                    why=f"process {owner.partition('@')[0] or 'unknown'}, which started it for run {run}, is gone",
                )
            )
        except (psutil.Error, OSError):  # ended meanwhile, or not ours to read
            continue
    return sorted(found, key=lambda leftover: leftover.pid)


def end(found: Iterable[Leftover]) -> list[Leftover]:
    """Kill them and wait until they are gone; those that are not are returned. Report them first: nothing else will."""
    killed: dict[psutil.Process, Leftover] = {}
    for leftover in found:
        try:
            process = psutil.Process(leftover.pid)
            if process.create_time() == leftover.started:  # else the id is another's by now
                process.kill()
                killed[process] = leftover
        except psutil.NoSuchProcess:
            continue
    _, stay = psutil.wait_procs(list(killed), timeout=END_SECONDS)
    return [killed[process] for process in stay if _lives(process.pid)]


def _is_alive(owner: str) -> bool:
    pid, _, start = owner.partition("@")
    return pid.isdecimal() and _lives(int(pid)) and str(_start(int(pid))) == start


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _start(pid: int) -> int:
    """When it started, in clock ticks after boot (proc(5), field 22), -1 if it is gone.

    Unlike a time of day it is the same after the clock was set.
    """
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    except FileNotFoundError:
        return -1
    return int(after_name.split()[19])
