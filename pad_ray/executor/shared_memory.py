"""Memory that a zygote shares with its children, through ctypes: the `mmap` module would cost every fork."""

from __future__ import annotations

import ctypes
import os

PAGE = os.sysconf("SC_PAGE_SIZE")

PROT_READ_WRITE, MAP_SHARED_ANONYMOUS = 3, 0x21
MAP_FAILED = ctypes.c_void_p(-1).value


class SharedMemory:
    """`bytes` for the records, and behind them a page with the latch: what a child gives up it can never reach again.

    A program may find this memory in its process and write anything into it; so the latch, which says that the child
    was confined, is unmapped before a program runs, and so is all that a program that runs alone has no use for.
    """

    def __init__(self, size: int) -> None:
        """`size` is a multiple of the page.

        Raises:
            OSError: if there is no memory.
        """
        libc = ctypes.CDLL(None, use_errno=True)
        libc.mmap.restype = ctypes.c_void_p
        libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
        self._munmap = libc.munmap
        self._munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
        address = libc.mmap(None, size + PAGE, PROT_READ_WRITE, MAP_SHARED_ANONYMOUS, -1, 0)
        if address == MAP_FAILED:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        self._address, self._size = address, size
        self.bytes = memoryview((ctypes.c_ubyte * size).from_address(address)).cast("B")
        self._latch = ctypes.c_ubyte.from_address(address + size)

    def latch(self, keep: int) -> None:
        """In a child, once confined: say so, and keep no more than the first `keep` bytes (whole pages)."""
        self._latch.value = 1
        if self._munmap(self._address + keep, self._size + PAGE - keep) != 0:
            os._exit(1)

    def unlatch(self) -> bool:
        """In the zygote: whether the child latched; ready for the next one."""
        latched, self._latch.value = bool(self._latch.value), 0
        return latched
