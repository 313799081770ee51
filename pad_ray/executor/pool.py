"""Executors on a Ray cluster: actors that each hold a sandbox, and a pool that keeps them busy. Imports Ray when made.

What to do is decided by `routing.Router`; this file carries batches to the actors and verdicts back. A failure of the
machinery is no label: the actor is replaced and what it held is judged again, elsewhere where there is an elsewhere.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any, Self

from pad_ray.config import ExecutorConfig
from pad_ray.errors import SandboxError
from pad_ray.executor.actor import ACTOR_CPUS, ExecutorActor, Post
from pad_ray.executor.counters import ExecutorCounters
from pad_ray.executor.judge import Task, task
from pad_ray.executor.routing import Router, crew
from pad_ray.records import Program, Question, Verdict

Pair = tuple[Question, Program]

BATCH = 512
"""Programs per call of a stream: tenths of a second of work, some hundred kB."""

START_SECONDS = 600.0
"""Within which an actor must start while nothing else is under way: a cluster may first have to add a node."""

REASON_CHARACTERS = 300
"""Of Ray's account of a death, which can be pages."""


class ExecutorPool:
    """Executor actors, spread over the nodes. A context manager; Ray must be running. Not for two threads at once."""

    def __init__(
        self, config: ExecutorConfig, workers: int | None = None, *, cpus: float = ACTOR_CPUS, trace: bool = False
    ) -> None:
        """An actor runs one program at a time, or, where there is one per node, as many as the node has CPUs to spare.

        Args:
            workers: by default as many as `config` says; one per node with spare CPUs where it says nothing.
            cpus: that each books; 0 where the caller has booked what there is, and waits while they judge.
            trace: verdicts have the values of the program's variables.
        """
        import ray

        workers, slots = (workers, 1) if workers is not None else crew_of(config)
        actor = ray.remote(ExecutorActor).options(num_cpus=cpus, scheduling_strategy="SPREAD")
        self._make = partial(actor.remote, config, slots, trace=trace)
        self._router = Router(workers)
        self._counters = ExecutorCounters()
        self._turn = threading.Lock()
        self._posts: list[Post | None] = [None] * workers
        self._actors: list[Any] = [None] * workers
        self._calls: dict[Any, tuple[int, int | None]] = {}
        """Of every call under way: its place, and its batch; None for a start."""
        self._held: dict[int, list[Task]] = {}
        self._verdicts: dict[int, list[Verdict]] = {}
        for place in range(workers):
            self._start(place)

    def judge_stream(self, pairs: Iterable[Pair], batch: int = BATCH) -> Iterator[Verdict]:
        """One verdict per pair, in order, lazily; `batch` pairs a call.

        `pairs` is read a bounded way ahead, so memory does not grow with its length. Abandoning the iterator ends what
        is running.

        Raises:
            SandboxError: if a batch fails too often, or the machinery does (`routing`), or the pool is closed or in use
                by another stream.
        """
        if not self._actors or not self._turn.acquire(blocking=False):
            raise SandboxError("in use: exhaust or close the other stream" if self._actors else "the pool is closed")
        try:
            source = iter(pairs)
            more = True
            while more or self._router.undelivered:
                more = self._give_out(source, batch) and more
                if (number := self._router.deliver()) is not None:
                    yield from self._verdicts.pop(number)
                elif more or self._router.undelivered:
                    self._step()
        finally:
            self._abandon()
            self._turn.release()

    def judge(self, pairs: Sequence[Pair], chunk: int = 64) -> list[Verdict]:
        """One verdict per pair, in order; `chunk` pairs a call.

        Raises:
            SandboxError: as `judge_stream`.
        """
        return list(self.judge_stream(pairs, chunk))

    def posts(self) -> list[Post]:
        """Where the actors are, once all have started.

        Raises:
            SandboxError: if they do not start.
        """
        while any(batch is None for _, batch in self._calls.values()):
            self._step()
        return [post for post in self._posts if post]

    def isolation(self) -> list[str]:
        """The level of isolation that each actor holds.

        Raises:
            SandboxError: if they do not start.
        """
        return [post.isolation for post in self.posts()]

    def close(self) -> None:
        """End all actors; their sandboxes end with them. Safe to call twice."""
        import ray

        for actor in self._actors:
            if actor is not None:
                ray.kill(actor)
        self._actors.clear()
        self._calls.clear()
        self._counters.waiting(0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _give_out(self, source: Iterator[Pair], batch: int) -> bool:
        """Give out what is to be redone and as much more as is wanted; whether `source` may have more."""
        while True:
            while (assigned := self._router.assign()) is not None:
                number, place = assigned
                self._calls[self._actors[place].judge.remote(self._held[number])] = (place, number)
            if not self._router.wants_batch:
                return True
            chunk = [task(*pair) for pair in islice(source, batch)]
            if not chunk:
                return False
            self._held[self._router.admit()] = chunk
            self._count_waiting()

    def _step(self) -> None:
        """Wait for one call to end."""
        import ray

        if not self._actors:
            raise SandboxError("the pool is closed")
        judging = any(batch is not None for _, batch in self._calls.values())
        ended, _ = ray.wait(list(self._calls), num_returns=1, timeout=None if judging else START_SECONDS)
        if not ended:
            raise SandboxError(
                f"no executor started within {START_SECONDS:g} s: the cluster has not {ACTOR_CPUS} CPU to spare"
            )
        place, batch = self._calls.pop(ended[0])
        try:
            answer = ray.get(ended[0])
        except ray.exceptions.RayTaskError as error:
            self._lose(place, str(error.cause), batch)
            if not isinstance(error.cause, SandboxError):
                raise SandboxError(f"an executor failed as it would anywhere: {error.cause!r}") from error
        except ray.exceptions.RayActorError as error:
            self._lose(place, self._death(place, error))
        except ray.exceptions.RayError as error:  # the verdicts were lost with a node
            self._lose(place, self._death(place, error), batch)
        else:
            self._take(place, batch, answer)

    def _take(self, place: int, batch: int | None, answer: Any) -> None:
        if batch is None:
            self._posts[place] = answer
            self._router.up(place)
            return
        self._verdicts[batch] = answer
        self._router.judged(batch, place)
        del self._held[batch]
        self._counters.judged(answer)
        self._count_waiting()

    def _lose(self, place: int, why: str, batch: int | None = None) -> None:
        self._end(place)
        if self._router.lost(place, why, batch):
            self._restart(place)
        else:
            logging.getLogger(__name__).warning("an executor only fails and is not started again: %s", why)
        if self._router.halted:
            raise SandboxError(self._router.halted)

    def _start(self, place: int) -> None:
        actor = self._actors[place] = self._make()
        self._calls[actor.start.remote()] = (place, None)

    def _restart(self, place: int) -> None:
        self._start(place)
        self._counters.restarted()

    def _end(self, place: int) -> None:
        """The actor at a place, and whatever it still owes."""
        import ray

        ray.kill(self._actors[place])
        self._actors[place] = self._posts[place] = None
        self._calls = {call: where for call, where in self._calls.items() if where[0] != place}

    def _abandon(self) -> None:
        """Leave nothing behind of a stream that nobody reads any more; after its end there is nothing."""
        import ray

        if self._actors and ray.is_initialized():
            for place in self._router.busy:
                self._end(place)
                self._router.stopped(place)
                self._restart(place)
        self._router.forget()
        self._held.clear()
        self._verdicts.clear()
        self._count_waiting()

    def _count_waiting(self) -> None:
        self._counters.waiting(sum(len(tasks) for tasks in self._held.values()))

    def _death(self, place: int, error: Exception) -> str:
        post = self._posts[place]
        where = f"node {post.node}" if post else "an executor that was starting"
        return f"{where}: {str(error).strip().splitlines()[-1][:REASON_CHARACTERS]}"


def crew_of(config: ExecutorConfig) -> tuple[int, int]:
    """Executors, and the programs that each runs at a time: as `config` says, or by the CPUs that are to spare."""
    return (config.workers, 1) if "workers" in config.model_fields_set else crew(_spare_cpus(), ACTOR_CPUS)


def _spare_cpus() -> list[float]:
    """Of every node of the cluster: the CPUs that nothing has booked."""
    # Public Ray only sums them up over the cluster.
    from ray._private.state import available_resources_per_node

    nodes: dict[str, dict[str, float]] = available_resources_per_node()
    return [resources.get("CPU", 0.0) for resources in nodes.values()]
