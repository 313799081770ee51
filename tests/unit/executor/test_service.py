"""The service that event loops share executors through, with executors that are plain objects."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
import ray

from pad_ray.errors import SandboxError
from pad_ray.executor.judge import Task
from pad_ray.executor.routing import MAX_FAILURES_IN_A_ROW
from pad_ray.executor.service import BATCH, ENOUGH, GATHER_SECONDS, JudgeService
from pad_ray.records import Verdict

DEAD = ray.exceptions.ActorDiedError()


class Method:
    """What an actor's method looks like: `.remote(...)` gives something to await."""

    def __init__(self, call: Callable[..., Awaitable[Any]]) -> None:
        self._call = call

    def remote(self, *arguments: Any) -> Awaitable[Any]:
        return self._call(*arguments)

    def options(self, **_: Any) -> Method:
        return self


class Executor:
    """Answers each program with itself, when it is let; fails as often as it is told."""

    def __init__(self, failures: int = 0, error: Exception = DEAD) -> None:
        self.calls: list[int] = []
        self.let = asyncio.Event()
        self.let.set()
        self._failures, self._error = failures, error
        self.start, self.judge_with_keys = Method(self._start), Method(self._judge)

    async def _start(self) -> None:
        return None

    async def _judge(self, tasks: Sequence[Task], key: Callable[[str], str]) -> list[tuple[Verdict, str]]:
        self.calls.append(len(tasks))
        await self.let.wait()
        if self._failures:
            self._failures -= 1
            raise self._error
        return [(Verdict("right", answer=code), key(code)) for code, _, _ in tasks]


async def judged(service: JudgeService, names: Sequence[str]) -> list[str]:
    answers = await asyncio.gather(*(service.judge((name, "1", "number")) for name in names))
    assert [key for _, key in answers] == [name.upper() for name in names]
    return [verdict.answer for verdict, _ in answers]


async def test_what_is_asked_for_at_about_the_same_time_is_one_call() -> None:
    executor = Executor()
    service = JudgeService([executor], str.upper)
    asked = []
    for name in "abc":
        asked.append(asyncio.create_task(judged(service, [name])))
        await asyncio.sleep(GATHER_SECONDS / 10)
    assert await asyncio.gather(*asked) == [["a"], ["b"], ["c"]]
    assert await judged(service, ["d"]) == ["d"]
    assert executor.calls == [3, 1]


async def test_enough_programs_wait_for_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pad_ray.executor.service.GATHER_SECONDS", 3600)
    names = [str(i) for i in range(ENOUGH)]
    assert await asyncio.wait_for(judged(JudgeService([Executor()], str.upper), names), 60) == names


async def test_batches_grow_while_executors_are_busy_and_everybody_gets_his_own_verdict() -> None:
    executors = [Executor(), Executor()]
    for executor in executors:
        executor.let.clear()
    service = JudgeService(executors, str.upper)
    names = [str(i) for i in range(1200)]
    asked = asyncio.create_task(judged(service, names))
    await asyncio.sleep(0.01)
    for executor in executors:
        executor.let.set()
    assert await asked == names
    calls = [*executors[0].calls, *executors[1].calls]
    assert sum(calls) == 1200 and max(calls) == BATCH and len(calls) < 12


async def test_what_a_dead_executor_held_is_judged_elsewhere() -> None:
    service = JudgeService([Executor(failures=2), Executor()], str.upper)
    names = [str(i) for i in range(200)]
    assert await judged(service, names) == names
    assert service.failures == 1


async def test_a_machine_that_only_fails_halts_and_is_no_verdict() -> None:
    service = JudgeService([Executor(failures=10**6), Executor(failures=10**6)], str.upper)
    with pytest.raises(SandboxError, match=r"executors failed|could not be judged"):
        await judged(service, ["a"])
    assert service.failures <= MAX_FAILURES_IN_A_ROW
    with pytest.raises(SandboxError):
        await judged(service, ["b"])


async def test_who_does_not_wait_any_more_costs_nothing() -> None:
    executor = Executor()
    executor.let.clear()
    service = JudgeService([executor], str.upper)
    asked = [asyncio.create_task(judged(service, [str(i)])) for i in range(50)]
    await asyncio.sleep(0.01)
    for task in asked[10:]:
        task.cancel()
    await asyncio.sleep(0)
    executor.let.set()
    assert [await task for task in asked[:10]] == [[str(i)] for i in range(10)]
    assert sum(executor.calls) < 20
