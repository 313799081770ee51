"""Executors on a real, local Ray."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pad_ray.config import ExecutorConfig
from pad_ray.errors import SandboxError
from pad_ray.executor.pool import ExecutorPool
from pad_ray.records import Program, Question

pytestmark = pytest.mark.slow

CONFIG = ExecutorConfig(workers=2)


@pytest.fixture(scope="module")
def ray_here() -> Iterator[None]:
    import ray

    ray.init("local", num_cpus=2, include_dashboard=False, logging_level="ERROR", object_store_memory=100 * 2**20)
    yield
    ray.shutdown()


def _pairs(count: int) -> list[tuple[Question, Program]]:
    ids = [str(number) for number in range(count)]
    return [(Question(i, "", i), Program(i, i, 0, f"ans = {i}", "", "m", "p")) for i in ids]


def test_verdicts_come_in_order_and_a_dead_actor_is_replaced(ray_here: None) -> None:
    import ray

    with ExecutorPool(CONFIG) as pool:
        assert all("seccomp" in level for level in pool.isolation())
        assert [v.answer for v in pool.judge(_pairs(50), chunk=7)] == [str(i) for i in range(50)]
        ray.kill(pool._actors[0])
        verdicts = pool.judge(_pairs(50), chunk=7)
        assert [v.answer for v in verdicts] == [str(i) for i in range(50)]
        assert {v.status for v in verdicts} == {"right"}
        assert pool.judge([]) == []


def test_an_executor_that_cannot_start_is_an_error(ray_here: None) -> None:
    broken = CONFIG.model_copy(update={"memory_mb": "none"})
    with ExecutorPool(broken, workers=1) as pool, pytest.raises(SandboxError):
        pool.judge(_pairs(3))
