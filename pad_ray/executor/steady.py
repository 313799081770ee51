"""A sandbox inside a process that has other work: one whose machinery failed is replaced by a fresh one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from pad_ray.config import ExecutorConfig
from pad_ray.errors import SandboxError
from pad_ray.executor.outcome import Outcome
from pad_ray.executor.sandbox import Sandbox

ATTEMPTS = 3
"""Sandboxes that a batch is run in before the machine is given up: as many as the pool tries."""


class SteadySandbox:
    """Runs batches of programs. Not for two threads at once."""

    def __init__(
        self, config: ExecutorConfig, *, trace: bool = False, make: Callable[..., Sandbox] = Sandbox.from_config
    ) -> None:
        """
        Args:
            trace: outcomes have the values of variables.

        Raises:
            SandboxError: it does not start.
        """
        self._make: Callable[[], Sandbox] = partial(make, config, trace=trace)
        self._sandbox: Sandbox | None = self._make()

    def run(self, codes: Sequence[str]) -> list[Outcome]:
        """The outcome of each program, in order.

        Raises:
            SandboxError: the machinery fails again and again.
        """
        for left in reversed(range(ATTEMPTS)):
            try:
                if self._sandbox is None:
                    self._sandbox = self._make()
                return list(self._sandbox.run(codes))
            except SandboxError:
                self.close()
                if not left:
                    raise
        raise AssertionError  # the last attempt returns or raises

    def close(self) -> None:
        """Safe to call twice."""
        if self._sandbox is not None:
            self._sandbox.close()
            self._sandbox = None
