"""Executors as a service that many event loops share: a program is judged the moment it is asked for.

The actors belong to whoever made them (`make_executors`); Ray restarts one that dies, here or on another node. Each
event loop has a `JudgeService` of its own, which sends what is waiting, in small batches, to the executor with the
fewest of its calls outstanding. What is asked for within `GATHER_SECONDS` goes out together; while executors are busy
batches grow by themselves. What to do about failures is decided by `routing.Router`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from pad_ray.config import ExecutorConfig
from pad_ray.errors import SandboxError
from pad_ray.executor.actor import ACTOR_CPUS, ExecutorActor
from pad_ray.executor.counters import ExecutorCounters
from pad_ray.executor.judge import Task
from pad_ray.executor.pool import crew_of
from pad_ray.executor.routing import Limits, Router
from pad_ray.records import Verdict

BATCH = 256
"""Most programs of one call: one that loops holds up no more than these."""

ENOUGH = 64
"""Programs that are worth a call at once: a call and its child cost as much as running so many."""

GATHER_SECONDS = 0.05
"""How long fewer wait for others. A draw takes seconds; and where a model computes on the executors' cores, each child
that is forked stops one of its threads, and with it all."""

UNBOUNDED = 1 << 62
"""The window of the router: what is under way is bounded by those who wait for it."""

Answer = tuple[Verdict, str]
"""A verdict, and the key of a program that is right."""

Waiting = tuple[Task, "asyncio.Future[Answer]"]


def make_executors(config: ExecutorConfig) -> list[Any]:
    """Executor actors spread over the cluster, which Ray restarts when they die. They end with the caller's job."""
    import ray

    workers, slots = crew_of(config)
    actor = ray.remote(ExecutorActor).options(
        num_cpus=ACTOR_CPUS, scheduling_strategy="SPREAD", max_restarts=-1, max_task_retries=0
    )
    return [actor.remote(config, slots) for _ in range(workers)]


class JudgeService:
    """Judges programs on shared executors. For one event loop; make it there."""

    def __init__(self, actors: Sequence[Any], key: Callable[[str], str]) -> None:
        """`key`: gives programs that are the same the same key; it is run by the executors."""
        self._key = key
        self._actors = list(actors)
        self._router = Router(len(self._actors), Limits(window=UNBOUNDED))
        self._waiting: deque[Waiting] = deque()
        self._gathering: asyncio.TimerHandle | None = None
        self._held: dict[int, list[Waiting]] = {}
        self._counters = ExecutorCounters()
        self._under_way = {asyncio.create_task(self._start(place)) for place in range(len(self._actors))}
        self.failures = 0
        """Executors that failed or died, over all time."""
        self.last_failure = ""

    async def judge(self, task: Task) -> Answer:
        """The verdict on one program, and its key if it is right.

        Raises:
            SandboxError: if the executors fail again and again; never because of the program.
        """
        if self._router.halted:
            raise SandboxError(self._router.halted)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((task, answer))
        if len(self._waiting) >= ENOUGH:
            self._gathered()
        elif self._gathering is None:
            self._gathering = asyncio.get_running_loop().call_later(GATHER_SECONDS, self._gathered)
        return await answer

    def _gathered(self) -> None:
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        self._give_out()

    def _give_out(self) -> None:
        """Send out what is to be redone, and then as much of what waits as executors are free for."""
        while (assigned := self._router.assign()) is not None or self._admit():
            if assigned is not None:
                self._spawn(self._judge(*assigned))

    def _admit(self) -> bool:
        if not self._waiting or self._gathering is not None or not self._router.wants_batch:
            return False
        batch: list[Waiting] = []
        while self._waiting and len(batch) < BATCH:
            task, answer = self._waiting.popleft()
            if not answer.done():  # nobody waits for it any more
                batch.append((task, answer))
        if batch:
            self._held[self._router.admit()] = batch
        return bool(batch)

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _start(self, place: int) -> None:
        """Wait until the executor at a place is up; one that was killed is restarted by Ray meanwhile."""
        import ray

        try:
            await self._actors[place].start.options(max_task_retries=-1).remote()
        except ray.exceptions.RayError as error:
            self._lost(place, _reason(error), None)
        else:
            self._router.up(place)
            self._give_out()

    async def _judge(self, number: int, place: int) -> None:
        import ray

        try:
            tasks = [task for task, _ in self._held[number]]
            answers = await self._actors[place].judge_with_keys.remote(tasks, self._key)
        except ray.exceptions.RayError as error:
            # Two calls were outstanding there, and both fail: the second finds its batch already taken away.
            if number in self._router.outstanding(place):
                self._lost(place, _reason(error), number if isinstance(error, ray.exceptions.RayTaskError) else None)
            return
        if number not in self._router.outstanding(place):
            return  # taken away when the other call there failed, and redone elsewhere
        self._router.judged(number, place)
        while self._router.deliver() is not None:
            pass  # nobody waits for them in order
        self._counters.judged(verdict for verdict, _ in answers)
        for (_, waiting), answer in zip(self._held.pop(number), answers, strict=True):
            if not waiting.done():
                waiting.set_result(answer)
        self._give_out()

    def _lost(self, place: int, why: str, number: int | None) -> None:
        self.failures += 1
        self.last_failure = why
        if self._router.lost(place, why, number):
            self._spawn(self._start(place))
        if self._router.halted:
            self._fail(SandboxError(self._router.halted))
        else:
            self._give_out()

    def _fail(self, error: SandboxError) -> None:
        for _, answer in [*self._waiting, *(pair for batch in self._held.values() for pair in batch)]:
            if not answer.done():
                answer.set_exception(error)
        self._waiting.clear()
        self._held.clear()


def _reason(error: Exception) -> str:
    cause = getattr(error, "cause", None) or error
    return str(cause).strip().splitlines()[-1][:300]
