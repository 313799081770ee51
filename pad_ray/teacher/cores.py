"""The cores that a model computes on where there is no GPU."""

from __future__ import annotations

import os

from pad_ray.config import EngineConfig


def threads_of(config: EngineConfig) -> int:
    """Threads of one engine: as configured, or this machine's cores shared among the engines.

    Two engines of one thread each beat one of two wherever anything else runs on the cores: the threads of an engine
    wait for each other after every operation, so who interrupts one holds up both (benchmarks/notes/synthesis.md).
    """
    return config.threads or max(1, len(os.sched_getaffinity(0)) // config.workers)


def compute_on(threads: int) -> None:
    """Let torch use so many threads, for what the calling thread computes.

    Ray gives an actor that books less than a CPU one thread (OMP_NUM_THREADS=1), and torch reads that when it is
    imported, which may have been before any line of ours ran. OpenMP keeps the number per thread: call it in the one
    that computes.
    """
    import torch

    torch.set_num_threads(threads)
