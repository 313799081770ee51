"""Which files a program may open: Landlock, through ctypes. Standard library only.

Reading only, and only the interpreter's library, the site-packages directories given, and the system's shared libraries
and time zones. Everything else (write, create, delete, list, TCP, signals out of the sandbox) is refused as far as the
kernel's Landlock version goes. Paths are fixed when the ruleset is made; there is no way back.
"""

from __future__ import annotations

import ctypes
import os
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing it would make every fork of the zygote dearer
    from collections.abc import Iterable

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
"""System call numbers, the same on every architecture."""

_GET_VERSION = 1
_RULE_PATH_BENEATH = 1
_READ_FILE, _READ_DIR, _WRITE_FILE = 1 << 2, 1 << 3, 1 << 1

_FS_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
"""Landlock version -> every right on files that it knows (execute ... make_sym, refer, truncate, ioctl_dev)."""

_TCP_SINCE, _SCOPES_SINCE = 4, 6
"""Versions that can refuse TCP bind and connect, and signals and abstract sockets to processes outside."""

SYSTEM_LIBRARIES = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/etc/ld.so.cache",
    "/usr/share/zoneinfo",
)
"""Read by the dynamic loader when a program imports numpy, and by `zoneinfo`. Nothing private lives there."""


def version() -> int:
    """The kernel's Landlock ABI version; 0 where it has none."""
    return max(0, int(_libc().syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint(_GET_VERSION))))


def read_only(paths: Iterable[str]) -> None:
    """From now on this process and its children may only read below `paths`; `/dev/null` may be written too.

    `no_new_privs` must be set. Paths that do not exist are passed over.

    Raises:
        OSError: where the kernel has no Landlock or refuses.
    """
    libc, abi = _libc(), version()
    rights = _FS_RIGHTS[min(abi, 5)] if abi else 0
    attributes = struct.pack("<QQQ", rights, 3 if abi >= _TCP_SINCE else 0, 3 if abi >= _SCOPES_SINCE else 0)
    size = 8 if abi < _TCP_SINCE else 16 if abi < _SCOPES_SINCE else 24
    ruleset = _checked(libc.syscall(_CREATE, attributes, ctypes.c_size_t(size), ctypes.c_uint(0)))
    try:
        for path in paths:
            _allow(libc, ruleset, path, _READ_FILE | (_READ_DIR if os.path.isdir(path) else 0))
        _allow(libc, ruleset, os.devnull, _READ_FILE | _WRITE_FILE)
        _checked(libc.syscall(_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint(0)))
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        rule = struct.pack("<Qi", rights, place)
        _checked(
            libc.syscall(_ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(_RULE_PATH_BENEATH), rule, ctypes.c_uint(0))
        )
    finally:
        os.close(place)


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "landlock refused")
    return int(result)


def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc
