"""What a program's process may not do: limits, capabilities, seccomp and Landlock, and a probe of what holds.

`Jail.close_zygote` is inherited by every child; `Jail.close_child` is what a child does after the fork. Neither trusts
itself: `Jail.probe` confines a child, lets it try what must fail, and names the levels that held. Standard library
only; loaded by path into the zygote.
"""

from __future__ import annotations

import ctypes
import errno
import os
from _signal import SIGKILL

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing typing would make every fork of the zygote dearer
    from collections.abc import Callable
    from types import ModuleType

MAX_FILES = 64
"""Open files of a process. Imports need a handful; keeps `closerange` short where the kernel has no close_range."""

CPU_SLACK_SECONDS = 1
"""RLIMIT_CPU has whole seconds and must not be faster than the zygote's own deadline."""

RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_CORE, RLIMIT_NPROC, RLIMIT_NOFILE, RLIMIT_AS = 0, 1, 4, 6, 7, 9
"""The same on x86-64 and aarch64. Set through ctypes, as all else here: a second extension module would cost every
fork."""

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38
CAPABILITY_VERSION_3 = 0x20080522

CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWNET = 0x04000000, 0x08000000, 0x10000000, 0x40000000

SECCOMP_HELD, LANDLOCK_HELD = 1, 2
"""Bits of the probe's exit code."""


class Jail:
    """One zygote's jail: made and closed once, then entered by each child."""

    def __init__(
        self,
        seccomp: ModuleType,
        landlock: ModuleType | None,
        *,
        memory_mb: int,
        readable: list[str],
        without: frozenset[str],
    ) -> None:
        """`seccomp` and `landlock` are the sibling modules (the latter None where it does not hold), `readable` what
        programs import from; `without` names levels to leave out (for tests)."""
        self._zygote = os.getpid()
        libc = ctypes.CDLL(None)
        self._prctl, self._setrlimit = libc.prctl, libc.setrlimit
        self._most_cpu_seconds = _hard_limit(RLIMIT_CPU)
        self._cpu_limit, self._nothing = (ctypes.c_uint64 * 2)(), (ctypes.c_uint64 * 2)(0, 0)
        self._memory_limit = memory_mb * 2**20 + _address_space()
        self._landlock = landlock
        self._readable = readable
        self._try_namespaces = "namespaces" not in without
        self._namespaces = False
        try:
            self._filter = None if "seccomp" in without else seccomp.Filter(files_guarded=landlock is not None)
        except OSError:
            self._filter = None

    @property
    def lonely(self) -> bool:
        """Whether a child cannot start processes: the filter that refuses it was installed, or the child not run."""
        return self._filter is not None

    def close_zygote(self) -> None:
        """In the zygote, for it and its children: whatever a fork hands down need not be done by each child.

        Raises:
            OSError: where the kernel refuses what every supported kernel has.
        """
        if self._try_namespaces:
            self._namespaces = _enter_namespaces()
        _limit(RLIMIT_CORE, 0)
        _limit(RLIMIT_FSIZE, 0)
        _limit(RLIMIT_NOFILE, MAX_FILES)
        _limit(RLIMIT_AS, self._memory_limit)
        _prctl(PR_SET_NO_NEW_PRIVS, 1)
        _prctl(PR_SET_CHILD_SUBREAPER, 1)
        _prctl(PR_SET_DUMPABLE, 0)
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
        _checked(ctypes.CDLL(None, use_errno=True).capset(header, (ctypes.c_uint32 * 6)()), "capset")
        if self._landlock is not None:
            self._landlock.read_only([*self._readable, *self._landlock.SYSTEM_LIBRARIES])

    def close_child(self, cpu_ns: int) -> bool:
        """In a child that may use `cpu_ns` in all: no file stays open but the null ones -> whether all of it holds.

        The calls are bare: types of arguments, or errno, would have a child touch, and so copy, a dozen pages more.
        """
        refused = self._prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
        os.closerange(3, MAX_FILES)
        limit = self._cpu_limit
        limit[0] = limit[1] = min(-(-cpu_ns // 10**9) + CPU_SLACK_SECONDS, self._most_cpu_seconds)
        refused |= self._setrlimit(RLIMIT_CPU, limit) | self._setrlimit(RLIMIT_NPROC, self._nothing)
        if self._filter is None:
            os.setsid()  # so that all it starts can be ended with it
        else:
            refused |= self._filter.install()
        return bool(refused == 0 and os.getppid() == self._zygote)

    def probe(self) -> str:
        """The levels that held when a confined child tried a socket, a fork and a file: `process+rlimits+...`.

        Namespaces are a second wall behind these, named where the kernel granted them.
        """
        pid = os.fork()
        if pid == 0:
            held = 0
            try:
                if not self.close_child(0):
                    os._exit(0)
                if _denied(_socket) and _denied(_fork):
                    held |= SECCOMP_HELD
                if _denied(lambda: os.close(os.open("/proc/self/status", os.O_RDONLY))):
                    held |= LANDLOCK_HELD
            finally:
                os._exit(held)
        held = max(0, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        levels = ["process", "rlimits"]
        levels += ["seccomp"] if held & SECCOMP_HELD else []
        levels += ["landlock"] if self._landlock is not None and held & LANDLOCK_HELD else []
        levels += ["namespaces"] if self._namespaces else []
        return "+".join(levels)


def _enter_namespaces() -> bool:
    """A user namespace of our own, in it an empty network and no one else's shared memory -> whether it was granted.

    Once for the zygote, which its children share: for each of them they would cost a third of the rate. Containers
    often refuse them; they stand behind the filter, which refuses sockets and shared memory anyway.
    """
    user, group = os.getuid(), os.getgid()
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) != 0:
        return False
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        try:
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
        except OSError:
            pass  # then we are nobody in there, which is as good
    return True


def _denied(attempt: Callable[[], None]) -> bool:
    try:
        attempt()
    except OSError as error:
        return error.errno in (errno.EPERM, errno.EACCES)
    return False


def _socket() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.socket(1, 1, 0) < 0:
        raise OSError(ctypes.get_errno(), "socket")


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _address_space() -> int:
    """Bytes of address space of this process, which its children start with."""
    with open("/proc/self/statm", "rb") as statm:
        return int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def _limit(kind: int, value: int) -> None:
    """Set a limit for good, clamped to the hard limit we were given."""
    value = min(value, _hard_limit(kind))
    limits = (ctypes.c_uint64 * 2)(value, value)
    _checked(ctypes.CDLL(None, use_errno=True).setrlimit(kind, limits), f"setrlimit {kind}")


def _hard_limit(kind: int) -> int:
    """No limit is the largest number."""
    limits = (ctypes.c_uint64 * 2)()
    _checked(ctypes.CDLL(None, use_errno=True).getrlimit(kind, limits), f"getrlimit {kind}")
    return int(limits[1])


_libc_prctl = ctypes.CDLL(None, use_errno=True).prctl
_libc_prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4


def _prctl(option: int, value: int) -> None:
    _checked(_libc_prctl(option, value, 0, 0, 0), f"prctl {option}")


def _checked(result: int, what: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), what)
