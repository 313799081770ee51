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

    def __init__(self, size: int, *keeps: int) -> None:
        """`size`, and `keeps` (what a child may keep other than all), are multiples of the page.

        Raises:
            OSError: if there is no memory.
        """
        libc = ctypes.CDLL(None, use_errno=True)
        libc.mmap.restype = ctypes.c_void_p
        libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
        self._munmap = ctypes.CDLL(None).munmap
        address = libc.mmap(None, size + PAGE, PROT_READ_WRITE, MAP_SHARED_ANONYMOUS, -1, 0)
        if address == MAP_FAILED:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        # Ready for the call: converting numbers would have a child touch, and so copy, a dozen pages more.
        self._given_up = {
            keep: (ctypes.c_void_p(address + keep), ctypes.c_size_t(size + PAGE - keep)) for keep in (*keeps, size)
        }
        self._latch = memoryview((ctypes.c_ubyte * (size + PAGE)).from_address(address)).cast("B")
        self._size = size
        self.bytes = self._latch[:size]

    def latch(self, keep: int) -> None:
        """In a child, once confined: say so, and keep no more than the first `keep` bytes."""
        self._latch[self._size] = 1
        if self._munmap(*self._given_up[keep]) != 0:
            os._exit(1)

    def unlatch(self) -> bool:
        """In the zygote: whether the child latched; ready for the next one."""
        latched = self._latch[self._size] == 1
        self._latch[self._size] = 0
        return latched
