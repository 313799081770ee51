"""The system calls that a program may make: an allow-list, as a seccomp filter. Standard library only, through ctypes.

What is not listed fails with EPERM: sockets, processes, threads, exec, signals to others, ptrace, io_uring, memfd,
renaming and deleting. Calls that are listed only with harmless arguments: `fcntl` and `ioctl` (no signal ownership)
and `prlimit64` (reading one's own). Where Landlock does not guard files, none may be opened. Another ABI (32-bit, x32)
is killed.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

_X86_64 = {
    "read": 0, "write": 1, "open": 2, "close": 3, "stat": 4, "fstat": 5, "lstat": 6, "poll": 7, "lseek": 8, "mmap": 9,
    "mprotect": 10, "munmap": 11, "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15,
    "ioctl": 16, "pread64": 17, "readv": 19, "writev": 20, "access": 21, "select": 23, "sched_yield": 24,
    "mremap": 25, "madvise": 28, "dup": 32, "dup2": 33, "pause": 34, "nanosleep": 35, "getpid": 39, "exit": 60,
    "uname": 63, "fcntl": 72, "getcwd": 79, "readlink": 89, "gettimeofday": 96, "getrlimit": 97, "getrusage": 98,
    "sysinfo": 99, "times": 100, "getuid": 102, "getgid": 104, "geteuid": 107, "getegid": 108, "getppid": 110,
    "getpgrp": 111, "sigaltstack": 131, "gettid": 186, "time": 201, "futex": 202, "sched_getaffinity": 204,
    "getdents64": 217, "restart_syscall": 219, "fadvise64": 221, "clock_gettime": 228, "clock_getres": 229,
    "clock_nanosleep": 230, "exit_group": 231, "openat": 257, "newfstatat": 262, "readlinkat": 267, "faccessat": 269,
    "pselect6": 270, "ppoll": 271, "set_robust_list": 273, "dup3": 292, "prlimit64": 302, "getrandom": 318,
    "membarrier": 324, "statx": 332, "rseq": 334, "faccessat2": 439,
}  # fmt: skip
"""What CPython, numpy and sympy call while they compute and import. Numbers: arch/x86/entry/syscalls/syscall_64.tbl."""

_AARCH64 = {
    "getcwd": 17, "dup": 23, "dup3": 24, "fcntl": 25, "ioctl": 29, "faccessat": 48, "openat": 56, "close": 57,
    "getdents64": 61, "lseek": 62, "read": 63, "write": 64, "readv": 65, "writev": 66, "pread64": 67, "pselect6": 72,
    "ppoll": 73, "readlinkat": 78, "newfstatat": 79, "fstat": 80, "exit": 93, "exit_group": 94, "futex": 98,
    "set_robust_list": 99, "nanosleep": 101, "clock_gettime": 113, "clock_getres": 114, "clock_nanosleep": 115,
    "sched_getaffinity": 123, "sched_yield": 124, "restart_syscall": 128, "sigaltstack": 132, "rt_sigaction": 134,
    "rt_sigprocmask": 135, "rt_sigreturn": 139, "times": 153, "uname": 160, "getrlimit": 163, "getrusage": 165,
    "gettimeofday": 169, "getpid": 172, "getppid": 173, "getuid": 174, "geteuid": 175, "getgid": 176, "getegid": 177,
    "gettid": 178, "sysinfo": 179, "brk": 214, "munmap": 215, "mremap": 216, "mmap": 222, "fadvise64": 223,
    "mprotect": 226, "madvise": 233, "prlimit64": 261, "getrandom": 278, "membarrier": 283, "statx": 291, "rseq": 293,
    "faccessat2": 439,
}  # fmt: skip
"""The same calls where the architecture has them. Numbers: include/uapi/asm-generic/unistd.h. Not run by us so far."""

_ARCHITECTURES = {"x86_64": (0xC000003E, _X86_64), "aarch64": (0xC00000B7, _AARCH64)}
"""`os.uname().machine` -> AUDIT_ARCH value and table. Others are refused."""

X32_BIT = 0x40000000
"""Set in the number of every x32 call, which would otherwise slip past the table on x86-64."""

_FCNTL_COMMANDS = (0, 1, 2, 3, 1030)
"""F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC. Not F_SETOWN and F_SETSIG: they signal other processes."""

_IOCTL_REQUESTS = (0x5401, 0x5413, 0x5450, 0x5451)
"""TCGETS (is it a terminal?), TIOCGWINSZ, FIONCLEX, FIOCLEX. Not FIOASYNC and FIOSETOWN, for the same reason."""

_FILES = ("open", "openat", "getdents64", "readlink", "readlinkat")
"""Refused where Landlock does not say which files may be read: then none may."""

_ALLOW, _KILL, _EPERM = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EPERM
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_JUMP = 0x05
_FARTHEST_JUMP = 255
"""Instructions that a comparison can skip; an unconditional jump has no such limit."""

_Instruction = tuple[int, int, int, int]
_NR, _ARCH, _ARGS = 0, 4, 16
"""Offsets in `struct seccomp_data`; arguments are eight bytes each, low word first on both architectures."""

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2


class Filter:
    """A compiled filter, built once in the zygote and installed by each child.

    Raises:
        OSError: for an architecture without a table.
    """

    def __init__(self, *, files_guarded: bool) -> None:
        """`files_guarded`: Landlock decides which files may be opened; without it opening any is refused here."""
        machine = os.uname().machine
        if machine not in _ARCHITECTURES:
            raise OSError(errno.ENOSYS, f"no system call table for {machine}")
        audit, table = _ARCHITECTURES[machine]
        code = _instructions(audit, table, files_guarded=files_guarded)
        self._code = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *i) for i in code))
        program = struct.pack("<HxxxxxxQ", len(code), ctypes.addressof(self._code))
        self._program = ctypes.create_string_buffer(program)
        self._prctl = ctypes.CDLL(None).prctl

    def install(self) -> int:
        """For this process, for good; `no_new_privs` must be set. Not 0 where the kernel has no seccomp filters."""
        return int(self._prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, self._program, 0, 0))


def _instructions(audit: int, table: dict[str, int], *, files_guarded: bool) -> list[_Instruction]:
    """Classic BPF: (code, jump if true, jump if false, constant).

    A decision tree over runs of numbers that are treated alike: the kernel tries every number that there is when a
    filter is installed, which happens once for each program, so a chain of comparisons would cost a tenth of the rate.
    """
    guarded = {"fcntl": _only(1, _FCNTL_COMMANDS), "ioctl": _only(1, _IOCTL_REQUESTS), "prlimit64": _own_limits()}
    if not files_guarded:
        table = {name: number for name, number in table.items() if name not in _FILES}
    allow, refuse = [(_RETURN, 0, 0, _ALLOW)], [(_RETURN, 0, 0, _EPERM)]
    treated = {number: guarded.get(name, allow) for name, number in table.items()}
    runs: list[tuple[int, list[_Instruction]]] = [(0, treated.get(0, refuse))]
    for number in range(1, max(treated) + 2):
        if treated.get(number, refuse) is not runs[-1][1]:
            runs.append((number, treated.get(number, refuse)))
    code: list[_Instruction] = [(_LOAD, 0, 0, _ARCH), (_EQUAL, 1, 0, audit), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, _NR)]
    if audit == _ARCHITECTURES["x86_64"][0]:
        code += [(_AT_LEAST, 0, 1, X32_BIT), (_RETURN, 0, 0, _KILL)]
    return code + _tree(runs)


def _tree(runs: list[tuple[int, list[_Instruction]]]) -> list[_Instruction]:
    """Each run begins at its number and lasts until the next one begins; the first begins anywhere below."""
    if len(runs) == 1:
        return runs[0][1]
    middle = len(runs) // 2
    below, above = _tree(runs[:middle]), _tree(runs[middle:])
    number = runs[middle][0]
    if len(below) <= _FARTHEST_JUMP:
        return [(_AT_LEAST, len(below), 0, number), *below, *above]
    return [(_AT_LEAST, 0, 1, number), (_JUMP, 0, 0, len(below)), *below, *above]


def _only(argument: int, values: tuple[int, ...]) -> list[_Instruction]:
    code = [(_LOAD, 0, 0, _ARGS + 8 * argument)]
    for value in values:
        code += [(_EQUAL, 0, 1, value), (_RETURN, 0, 0, _ALLOW)]
    return [*code, (_RETURN, 0, 0, _EPERM)]


def _own_limits() -> list[_Instruction]:
    """prlimit64(0, resource, NULL, old): process 0 is oneself, NULL sets nothing."""
    code = []
    for offset in (_ARGS, _ARGS + 16, _ARGS + 20):
        code += [(_LOAD, 0, 0, offset), (_EQUAL, 1, 0, 0), (_RETURN, 0, 0, _EPERM)]
    return [*code, (_RETURN, 0, 0, _ALLOW)]
