"""Cores: what is compared per core gets the same number of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def on_cores(count: int) -> Iterator[None]:
    """This thread, and the processes that it starts meanwhile, on the first `count` of its cores.

    Raises:
        ValueError: if it has fewer.
    """
    cores = os.sched_getaffinity(0)
    if count > len(cores):
        raise ValueError(f"{count} cores asked for, {len(cores)} are there")
    os.sched_setaffinity(0, sorted(cores)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
