"""One sandbox with short limits for the whole module: tests run programs, not start-ups."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from pad_ray.executor import Outcome, Sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(cpu_seconds=0.5, wall_seconds=4, memory_mb=256, output_kb=4) as opened:
        yield opened


@pytest.fixture
def run(sandbox: Sandbox) -> Callable[[str], Outcome]:
    return lambda code: next(iter(list(sandbox.run([code]))))
