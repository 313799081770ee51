"""Executors on a Ray cluster: actors that each hold a sandbox, and a pool that keeps them busy. Imports Ray when made.

Actors hold results and never execute untrusted code: their sandboxes' processes do. A dead actor or node is a failure
of the machinery: the actor is replaced and the chunk it held is judged again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, Self

from pad_ray.config import ExecutorConfig
from pad_ray.errors import SandboxError
from pad_ray.records import Program, Question, Verdict

Pairs = Sequence[tuple[Question, Program]]

CALLS_PER_ACTOR = 2
"""One chunk is judged while the next is on its way; more would only hold memory."""

MAX_ATTEMPTS = 3
"""Per chunk. Actors that die three times under the same chunk are no accident."""

ACTOR_CPUS = 0.25
"""Share of a CPU that Ray reserves: programs last milliseconds, and executors idle while models compute."""


class ExecutorActor:
    """A sandbox behind a Ray actor."""

    def __init__(self, config: ExecutorConfig) -> None:
        """Starts the sandbox.

        Raises:
            SandboxError: if it does not start.
        """
        from pad_ray.executor.sandbox import Sandbox

        self._sandbox = Sandbox.from_config(config)

    def judge(self, pairs: Pairs) -> list[Verdict]:
        """One verdict per pair, in order.

        Raises:
            SandboxError: if the machinery fails.
        """
        from pad_ray.executor.judge import judge

        return judge(self._sandbox, pairs)

    def isolation(self) -> str:
        """The level of isolation held on this actor's node."""
        return self._sandbox.isolation


class ExecutorPool:
    """`workers` executor actors, spread over the nodes. A context manager; Ray must be running."""

    def __init__(self, config: ExecutorConfig, workers: int | None = None) -> None:
        """`workers`: by default as many as `config` says."""
        import ray

        actor = ray.remote(ExecutorActor)
        self._make = actor.options(num_cpus=ACTOR_CPUS, scheduling_strategy="SPREAD").remote
        self._config = config
        self._actors: list[Any] = [self._make(config) for _ in range(config.workers if workers is None else workers)]

    def judge(self, pairs: Pairs, chunk: int = 64) -> list[Verdict]:
        """One verdict per pair, in order; `chunk` pairs a call.

        Raises:
            SandboxError: if a chunk fails `MAX_ATTEMPTS` times.
        """
        import ray

        chunks = [pairs[start : start + chunk] for start in range(0, len(pairs), chunk)]
        waiting = deque(range(len(chunks)))
        attempts = [0] * len(chunks)
        verdicts: list[list[Verdict]] = [[] for _ in chunks]
        flying: dict[Any, tuple[int, int, Any]] = {}
        while waiting or flying:
            for place, actor in enumerate(self._actors):
                while waiting and sum(p == place for _, p, _ in flying.values()) < CALLS_PER_ACTOR:
                    number = waiting.popleft()
                    flying[actor.judge.remote(chunks[number])] = (number, place, actor)
            finished, _ = ray.wait(list(flying), num_returns=1)
            for call in finished:
                number, place, actor = flying.pop(call)
                try:
                    verdicts[number] = ray.get(call)
                except (ray.exceptions.RayActorError, SandboxError) as error:
                    attempts[number] += 1
                    if attempts[number] >= MAX_ATTEMPTS:
                        raise SandboxError(
                            f"programs could not be judged in {MAX_ATTEMPTS} attempts: {error}"
                        ) from error
                    waiting.appendleft(number)
                    self._replace(place, actor)
        return [verdict for part in verdicts for verdict in part]

    def isolation(self) -> list[str]:
        """The level of isolation that each actor holds.

        Raises:
            SandboxError: if an actor cannot start its sandbox.
        """
        import ray

        try:
            return list(ray.get([actor.isolation.remote() for actor in self._actors]))
        except ray.exceptions.RayActorError as error:
            raise SandboxError(f"an executor actor did not start: {error}") from error

    def close(self) -> None:
        """End all actors; their sandboxes end with them. Safe to call twice."""
        import ray

        for actor in self._actors:
            ray.kill(actor)
        self._actors.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _replace(self, place: int, actor: Any) -> None:
        """Unless another of the dead actor's calls already did."""
        import ray

        if self._actors[place] is actor:
            ray.kill(actor)
            self._actors[place] = self._make(self._config)
