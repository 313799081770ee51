"""The process on a cluster that holds a sandbox. It never executes untrusted code: its sandbox's processes do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from pad_ray.config import ExecutorConfig
from pad_ray.errors import SandboxError
from pad_ray.executor.judge import Task, judge_tasks
from pad_ray.executor.sandbox import Sandbox
from pad_ray.records import Status, Verdict

ACTOR_CPUS = 0.25
"""Share of a CPU that Ray reserves: programs last milliseconds, and executors idle while models compute."""


@dataclass(frozen=True, slots=True)
class Post:
    """Where an executor is."""

    node: str
    """The address of its node."""
    node_id: str
    pid: int
    isolation: str


class ExecutorActor:
    """A sandbox behind a Ray actor."""

    def __init__(self, config: ExecutorConfig, slots: int = 1, *, trace: bool = False) -> None:
        """Starts nothing: what fails in a constructor reaches the pool as text only."""
        self._config = config
        self._slots = slots
        self._trace = trace
        self._sandbox: Sandbox | None = None

    def start(self) -> Post:
        """Start the sandbox, unless it is.

        Raises:
            SandboxError: if it does not start.
        """
        import ray

        with _failures_named():
            isolation = self._opened().isolation
        return Post(_node(), ray.get_runtime_context().get_node_id(), os.getpid(), isolation)

    def judge_with_keys(self, tasks: Sequence[Task], key: Callable[[str], str]) -> list[tuple[Verdict, str]]:
        """`judge`, with the key of each program that is right, else an empty one.

        Keys are made here because they take as long as a run, and the caller's process has an engine to drive.

        Raises:
            SandboxError: if the machinery fails.
        """
        return [
            (verdict, key(code) if verdict.status == Status.RIGHT else "")
            for verdict, (code, _, _) in zip(self.judge(tasks), tasks, strict=True)
        ]

    def judge(self, tasks: Sequence[Task]) -> list[Verdict]:
        """One verdict per task, in order.

        Raises:
            SandboxError: if the machinery fails.
        """
        with _failures_named():
            try:
                return judge_tasks(self._opened(), tasks)
            except SandboxError:
                self._close()  # whoever asks next gets a fresh one
                raise

    def _close(self) -> None:
        if self._sandbox is not None:
            self._sandbox.close()
            self._sandbox = None

    def _opened(self) -> Sandbox:
        if self._sandbox is None:
            self._sandbox = Sandbox.from_config(self._config, slots=self._slots, trace=self._trace)
        return self._sandbox


@contextmanager
def _failures_named() -> Iterator[None]:
    """What the machine fails at is a `SandboxError` that says on which node."""
    try:
        yield
    except (SandboxError, OSError, MemoryError) as error:
        raise SandboxError(f"node {_node()}: {str(error) or type(error).__name__}") from error


def _node() -> str:
    import ray

    return str(ray.util.get_node_ip_address())
