"""What a program's process may not do: limits, capabilities, seccomp and Landlock, and a probe of what holds.

`Jail.close_zygote` is inherited by every child; `Jail.close_child` is what a child does after the fork. Neither trusts
itself: `Jail.probe` confines a child, lets it try what must fail, and names the levels that held. Standard library
only; loaded by path into the zygote.
"""

from __future__ import annotations

import ctypes
import errno
import math
import os
import resource
import signal
import socket
import sysconfig
from collections.abc import Callable
from types import ModuleType

MAX_FILES = 64
"""Open files of a process. Imports need a handful; keeps `closerange` short where the kernel has no close_range."""

RESULT_FD = 3
"""Where a child finds its pipe, after 0 to 2 (/dev/null)."""

CPU_SLACK_SECONDS = 1
"""RLIMIT_CPU has whole seconds and must not be faster than the zygote's own deadline."""

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38
CAPABILITY_VERSION_3 = 0x20080522

SECCOMP_HELD, LANDLOCK_HELD = 1, 2
"""Bits of the probe's exit code."""


class Jail:
    """One zygote's jail: made and closed once, then entered by each child."""

    def __init__(
        self,
        seccomp: ModuleType,
        landlock: ModuleType,
        *,
        cpu_seconds: float,
        memory_mb: int,
        readable: list[str],
        without: frozenset[str],
    ) -> None:
        """`seccomp` and `landlock` are the sibling modules; `without` names levels to leave out (for tests)."""
        self._zygote = os.getpid()
        self._cpu_limit = math.ceil(cpu_seconds) + CPU_SLACK_SECONDS
        self._memory_limit = memory_mb * 2**20 + _address_space()
        self._landlock = landlock
        self._files_guarded = "landlock" not in without and landlock.version() > 0
        self._readable = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), *readable]
        try:
            self._filter = None if "seccomp" in without else seccomp.Filter(files_guarded=self._files_guarded)
        except OSError:
            self._filter = None

    def close_zygote(self) -> None:
        """In the zygote, for it and its children.

        Raises:
            OSError: where the kernel refuses what every supported kernel has.
        """
        _limit(resource.RLIMIT_CORE, 0)
        _limit(resource.RLIMIT_FSIZE, 0)
        _limit(resource.RLIMIT_NOFILE, MAX_FILES)
        _prctl(PR_SET_NO_NEW_PRIVS, 1)
        _prctl(PR_SET_CHILD_SUBREAPER, 1)
        _prctl(PR_SET_DUMPABLE, 0)
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
        _checked(ctypes.CDLL(None, use_errno=True).capset(header, (ctypes.c_uint32 * 6)()), "capset")
        if self._files_guarded:
            self._landlock.read_only([*self._readable, *self._landlock.SYSTEM_LIBRARIES])

    def close_child(self, pipe: int) -> None:
        """In a child: only `pipe` stays open, as `RESULT_FD`.

        Raises:
            OSError: where the kernel refuses; the program must not be run then.
        """
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != self._zygote:
            os._exit(0)
        os.setsid()
        if pipe != RESULT_FD:
            os.dup2(pipe, RESULT_FD, inheritable=False)
        os.closerange(RESULT_FD + 1, MAX_FILES)
        _limit(resource.RLIMIT_CPU, self._cpu_limit)
        _limit(resource.RLIMIT_AS, self._memory_limit)
        _limit(resource.RLIMIT_NPROC, 0)
        if self._filter is not None:
            self._filter.install()

    def probe(self) -> str:
        """The levels that held when a confined child tried a socket, a fork and a file: `process+rlimits+...`."""
        pid = os.fork()
        if pid == 0:
            held = 0
            try:
                self.close_child(os.dup(0))
                if _denied(lambda: socket.socket().close()) and _denied(_fork):
                    held |= SECCOMP_HELD
                if _denied(lambda: os.close(os.open("/proc/self/status", os.O_RDONLY))):
                    held |= LANDLOCK_HELD
            finally:
                os._exit(held)
        held = max(0, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        levels = ["process", "rlimits"]
        levels += ["seccomp"] if held & SECCOMP_HELD else []
        levels += ["landlock"] if held & LANDLOCK_HELD else []
        return "+".join(levels)


def _denied(attempt: Callable[[], None]) -> bool:
    try:
        attempt()
    except OSError as error:
        return error.errno in (errno.EPERM, errno.EACCES)
    return False


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _address_space() -> int:
    """Bytes of address space of this process, which its children start with."""
    with open("/proc/self/statm", "rb") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()


def _limit(kind: int, value: int) -> None:
    """Set a limit for good, clamped to the hard limit we were given."""
    hard = resource.getrlimit(kind)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))


_libc_prctl = ctypes.CDLL(None, use_errno=True).prctl
_libc_prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4


def _prctl(option: int, value: int) -> None:
    _checked(_libc_prctl(option, value, 0, 0, 0), f"prctl {option}")


def _checked(result: int, what: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), what)
