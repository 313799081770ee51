"""Memory that a process shares with those it forks, through ctypes: the `mmap` module would cost every fork."""

from __future__ import annotations

import ctypes
import os

PROT_READ_WRITE, MAP_SHARED_ANONYMOUS = 3, 0x21
MAP_FAILED = ctypes.c_void_p(-1).value


def anonymous(size: int) -> memoryview:
    """`size` bytes of nothing, for as long as the process lives.

    Raises:
        OSError: if there is no memory.
    """
    mmap = ctypes.CDLL(None, use_errno=True).mmap
    mmap.restype = ctypes.c_void_p
    mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
    address = mmap(None, size, PROT_READ_WRITE, MAP_SHARED_ANONYMOUS, -1, 0)
    if address == MAP_FAILED:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return memoryview((ctypes.c_ubyte * size).from_address(address)).cast("B")
