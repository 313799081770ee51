"""Run a command as in a container with Docker's usual filter: `containerlike.py COMMAND...`.

No namespaces, no mounts: the calls that make them fail with EPERM, `clone3` with ENOSYS so that C libraries fall back to
`clone`, whose flags a filter can see. A plain script, since a filter cannot be taken off again.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys

# unshare, setns, mount, umount2, pivot_root, open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr
REFUSED = {
    "x86_64": (272, 308, 165, 166, 155, 428, 429, 430, 431, 432, 433, 442),
    "aarch64": (97, 268, 40, 39, 41, 428, 429, 430, 431, 432, 433, 442),
}
CLONE = {"x86_64": 56, "aarch64": 220}
CLONE3 = 435
NEW_NAMESPACES = 0x7E020000
LOAD, EQUAL, ANY_BIT, RETURN = 0x20, 0x15, 0x45, 0x06
NUMBER, FIRST_ARGUMENT = 0, 16
ALLOW, FAIL = 0x7FFF0000, 0x00050000
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2


def main(command: list[str]) -> None:
    """Does not return.

    Raises:
        OSError: where the kernel has no filters.
    """
    machine = platform.machine()
    code = [(LOAD, 0, 0, NUMBER)]
    for number in REFUSED[machine]:
        code += [(EQUAL, 0, 1, number), (RETURN, 0, 0, FAIL | errno.EPERM)]
    code += [(EQUAL, 0, 1, CLONE3), (RETURN, 0, 0, FAIL | errno.ENOSYS)]
    code += [(EQUAL, 0, 3, CLONE[machine]), (LOAD, 0, 0, FIRST_ARGUMENT)]
    code += [(ANY_BIT, 0, 1, NEW_NAMESPACES), (RETURN, 0, 0, FAIL | errno.EPERM), (RETURN, 0, 0, ALLOW)]
    instructions = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *each) for each in code))
    program = struct.pack("<HxxxxxxQ", len(code), ctypes.addressof(instructions))
    libc = ctypes.CDLL(None, use_errno=True)
    long = ctypes.c_ulong
    for option, mode, what in ((PR_SET_NO_NEW_PRIVS, 1, None), (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program)):
        if libc.prctl(option, long(mode), what, long(0), long(0)) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
