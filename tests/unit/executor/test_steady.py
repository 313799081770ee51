"""A sandbox whose machinery fails is replaced, and what it ran is run again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from pad_ray.config import ExecutorConfig
from pad_ray.errors import SandboxError
from pad_ray.executor.outcome import Outcome
from pad_ray.executor.steady import ATTEMPTS, SteadySandbox


class Sick:
    """A sandbox that fails amid its first batches, so many times in all."""

    made = failures = closed = 0

    def __init__(self, *_: Any, **__: Any) -> None:
        Sick.made += 1

    def run(self, codes: Iterable[str]) -> Iterator[Outcome]:
        for number, code in enumerate(codes):
            if number == 1 and Sick.failures:
                Sick.failures -= 1
                raise SandboxError("its zygote is gone")
            yield Outcome("answered", code)

    def close(self) -> None:
        Sick.closed += 1


@pytest.fixture(autouse=True)
def well() -> None:
    Sick.made = Sick.failures = Sick.closed = 0


def test_a_batch_is_run_again_as_a_whole_in_a_fresh_one() -> None:
    Sick.failures = ATTEMPTS - 1
    steady = SteadySandbox(ExecutorConfig(), make=Sick)  # type: ignore[arg-type]
    assert [outcome.answer for outcome in steady.run(["a", "b", "c"])] == ["a", "b", "c"]
    assert (Sick.made, Sick.closed) == (ATTEMPTS, ATTEMPTS - 1)
    assert [outcome.answer for outcome in steady.run(["d"])] == ["d"]
    steady.close()
    steady.close()
    assert Sick.closed == ATTEMPTS


def test_a_machine_that_only_fails_is_given_up_and_nothing_is_left_open() -> None:
    Sick.failures = ATTEMPTS
    steady = SteadySandbox(ExecutorConfig(), make=Sick)  # type: ignore[arg-type]
    with pytest.raises(SandboxError, match="its zygote is gone"):
        steady.run(["a", "b"])
    assert Sick.made == Sick.closed == ATTEMPTS
    assert steady.run(["a"])[0].answer == "a"


def test_it_is_a_real_one_and_traces() -> None:
    steady = SteadySandbox(ExecutorConfig(), trace=True)
    [outcome] = steady.run(["x = 3\nans = x + 1"])
    steady.close()
    assert (outcome.answer, outcome.trace) == ("4", (("x", "3"), ("ans", "4")))
