"""Executors on a real, local Ray: nothing is lost or doubled, whatever is killed."""

from __future__ import annotations

import os
import signal
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from time import monotonic, sleep

import psutil
import pytest

from pad_ray.config import ExecutorConfig
from pad_ray.errors import SandboxError
from pad_ray.executor import Sandbox
from pad_ray.executor.actor import ExecutorActor, Post
from pad_ray.executor.pool import ExecutorPool
from pad_ray.records import Program, Question, Verdict

CONFIG = ExecutorConfig(workers=2)

REPORT_MS = 200
"""Between two reports of the metrics; Ray's own 10 s would be most of the test."""


@pytest.fixture(scope="module")
def metrics() -> Iterator[Callable[[], str]]:
    """A local Ray; gives what its node tells Prometheus."""
    import ray

    ray.init(
        "local",
        num_cpus=2,
        include_dashboard=False,
        logging_level="ERROR",
        log_to_driver=False,
        object_store_memory=100 * 2**20,
        _system_config={"metrics_report_interval_ms": REPORT_MS},
    )
    node = ray.nodes()[0]
    address = f"http://{node['NodeManagerAddress']}:{node['MetricsExportPort']}/metrics"
    yield lambda: urllib.request.urlopen(address, timeout=5).read().decode()
    ray.shutdown()


@pytest.fixture(scope="module")
def pool(metrics: Callable[[], str]) -> Iterator[ExecutorPool]:
    with ExecutorPool(CONFIG) as pool:
        pool.posts()
        yield pool


def _pairs(numbers: Iterable[int], code: str = "ans = {}") -> Iterator[tuple[Question, Program]]:
    for number in numbers:
        name = str(number)
        yield Question(name, "", name), Program(name, name, 0, code.format(name), "", "m", "p")


def _are_in_order(verdicts: list[Verdict], count: int) -> None:
    assert [v.answer for v in verdicts] == [str(i) for i in range(count)]
    assert {v.status for v in verdicts} == {"right"}


def test_verdicts_come_in_order(pool: ExecutorPool) -> None:
    assert all("seccomp" in level for level in pool.isolation())
    _are_in_order(pool.judge(list(_pairs(range(50))), chunk=7), 50)
    assert pool.judge([]) == []


def test_programs_are_read_as_they_are_needed(pool: ExecutorPool) -> None:
    read = 0

    def counted() -> Iterator[tuple[Question, Program]]:
        nonlocal read
        for pair in _pairs(range(10**9)):
            read += 1
            yield pair

    stream = pool.judge_stream(counted(), batch=10)
    assert next(stream).answer == "0"
    assert read <= 2 * 8 * 10
    with pytest.raises(SandboxError, match="in use"):
        next(pool.judge_stream(_pairs(range(3))))
    stream.close()
    _are_in_order(pool.judge(list(_pairs(range(20)))), 20)


def test_killed_actors_lose_no_program_and_double_none(pool: ExecutorPool) -> None:
    verdicts = []
    for verdict in pool.judge_stream(_pairs(range(600)), batch=20):
        verdicts.append(verdict)
        if len(verdicts) in (50, 51, 350):
            os.kill(pool.posts()[len(verdicts) % 2].pid, signal.SIGKILL)
    _are_in_order(verdicts, 600)


def test_killed_zygotes_and_children_lose_no_program_and_double_none(pool: ExecutorPool) -> None:
    verdicts = []
    for verdict in pool.judge_stream(_pairs(range(600)), batch=20):
        verdicts.append(verdict)
        if len(verdicts) in (50, 350):
            for child in psutil.Process(pool.posts()[0].pid).children(recursive=True):
                child.kill()
    _are_in_order(verdicts, 600)


def test_a_long_stream_leaves_the_memory_flat(pool: ExecutorPool) -> None:
    process = psutil.Process()
    count, before = 0, 0
    for count, verdict in enumerate(pool.judge_stream(_pairs(range(20_000))), 1):
        assert verdict.answer == str(count - 1)
        if count == 2_000:
            before = process.memory_info().rss
    assert count == 20_000
    assert process.memory_info().rss - before < 20 * 2**20


def test_prometheus_is_told(pool: ExecutorPool, metrics: Callable[[], str]) -> None:
    os.kill(pool.posts()[0].pid, signal.SIGKILL)
    _are_in_order(pool.judge(list(_pairs(range(30)))), 30)
    wanted = {"ray_pad_ray_programs_total", "ray_pad_ray_executor_queue_depth", "ray_pad_ray_executor_restarts_total"}
    end = monotonic() + 20
    while True:
        lines = [line for line in metrics().splitlines() if line.startswith("ray_pad_ray")]
        found = {line.partition("{")[0]: float(line.rpartition(" ")[2]) for line in lines}
        if (found.keys() == wanted and not found["ray_pad_ray_executor_queue_depth"]) or monotonic() > end:
            break
        sleep(REPORT_MS / 1000)
    assert found.keys() == wanted
    assert found["ray_pad_ray_executor_queue_depth"] == 0
    assert found["ray_pad_ray_programs_total"] >= 30
    assert found["ray_pad_ray_executor_restarts_total"] >= 1
    assert any('status="right"' in line and 'lane="' in line for line in lines)


def test_an_executor_that_cannot_start_is_an_error(metrics: Callable[[], str]) -> None:
    broken = CONFIG.model_copy(update={"memory_mb": "none"})
    with ExecutorPool(broken, workers=1) as pool:
        for _ in range(2):
            with pytest.raises(SandboxError, match=r"TypeError|ValueError"):
                pool.judge(list(_pairs(range(3))))
    with pytest.raises(SandboxError, match="closed"):
        pool.judge(list(_pairs(range(3))))


def _sick(*, starts: bool) -> type[ExecutorActor]:
    """An actor whose machinery only fails. A local class, so that Ray carries it to its workers."""

    class Sick(ExecutorActor):
        def _opened(self) -> Sandbox:
            raise SandboxError("no process can be started")

        def start(self) -> Post:
            return Post("", "", os.getpid(), "none") if starts else super().start()

    return Sick


@pytest.mark.parametrize(("starts", "why"), [(False, "failed 5 times in a row"), (True, "not be judged in 3 attempts")])
def test_a_machinery_that_only_fails_halts_the_run_and_names_the_node(
    starts: bool, why: str, metrics: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import ray

    said = f"{why}.*node {ray.util.get_node_ip_address()}: no process can be started"
    monkeypatch.setattr("pad_ray.executor.pool.ExecutorActor", _sick(starts=starts))
    with ExecutorPool(CONFIG, workers=1) as pool, pytest.raises(SandboxError, match=said):
        pool.judge(list(_pairs(range(3))))
