"""The thread that steps an engine: what comes back to the event loop, and what of the engine's end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from types import SimpleNamespace
from typing import Any

import pytest

from pad_ray.errors import EngineDied, RefusedPrompt
from pad_ray.teacher.stepper import Stepper, one_line

PATIENCE = 20.0
"""Seconds until a test that hangs is failed."""


class BadRequest(Exception):
    """What this engine raises of a request without tokens."""


class Steps:
    """Finishes a request after as many steps as its parameters say; a step waits until it is let go."""

    refusals = (BadRequest,)

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.left: dict[str, int] = {}
        self.aborted: list[str] = []
        self.breaks: Exception | None = None
        self.shutdowns = 0
        self.stepping = threading.Event()
        self.go = threading.Event()
        self.go.set()

    def add_request(self, request: str, tokens: list[int], parameters: Any) -> None:
        assert threading.get_ident() == self.thread
        if not tokens:
            raise BadRequest("no tokens\nand more lines")
        self.left[request] = parameters

    def abort_requests(self, requests: list[str]) -> None:
        assert threading.get_ident() == self.thread
        self.aborted += requests
        for request in requests:
            del self.left[request]

    def step(self) -> Iterable[Any]:
        assert threading.get_ident() == self.thread
        self.stepping.set()
        assert self.go.wait(PATIENCE)
        if self.breaks is not None:
            raise self.breaks
        self.left = {request: steps - 1 for request, steps in self.left.items()}
        done = [request for request, steps in self.left.items() if steps == 0]
        outputs = [SimpleNamespace(request_id=request, finished=request in done) for request in self.left]
        self.left = {request: steps for request, steps in self.left.items() if steps}
        return outputs

    def interrupt(self) -> None:
        self.go.set()

    def shutdown(self) -> None:
        assert threading.get_ident() == self.thread
        self.shutdowns += 1


@pytest.fixture
async def engine() -> AsyncIterator[tuple[Stepper, Steps]]:
    made: list[Steps] = []

    def make() -> Steps:
        made.append(Steps())
        return made[0]

    stepper = Stepper(make)
    assert made[0].thread != threading.get_ident()
    yield stepper, made[0]
    await stepper.close()
    assert not stepper._thread.is_alive()
    assert made[0].shutdowns == 1


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.001)


async def test_each_request_gets_its_own_answer(engine: tuple[Stepper, Steps]) -> None:
    stepper, steps = engine
    for _ in range(2):  # the second time after the thread had nothing to do
        asked = [stepper.ask(f"r{length}", [0], length) for length in (5, 1, 300, 2)]
        outputs = await asyncio.gather(*asked)
        assert [output.request_id for output in outputs] == ["r5", "r1", "r300", "r2"]
        assert all(output.finished for output in outputs)
        assert not steps.left


async def test_a_cancelled_request_is_aborted_and_the_others_go_on(engine: tuple[Stepper, Steps]) -> None:
    stepper, steps = engine
    steps.go.clear()
    endless = asyncio.ensure_future(stepper.ask("endless", [0], 10**9))
    await until(steps.stepping.is_set)
    short = asyncio.ensure_future(stepper.ask("short", [0], 3))
    # It waits while the engine is in a step: the engine never hears of it.
    never = asyncio.ensure_future(stepper.ask("never", [0], 1))
    await asyncio.sleep(0)
    endless.cancel()
    never.cancel()
    await asyncio.gather(endless, never, return_exceptions=True)
    assert endless.cancelled() and never.cancelled()
    steps.go.set()
    assert (await short).request_id == "short"
    assert steps.aborted == ["endless"]
    assert not steps.left


async def test_an_abort_that_comes_after_the_end_is_none(engine: tuple[Stepper, Steps]) -> None:
    stepper, steps = engine
    await stepper.ask("a", [0], 1)
    stepper._inbox.put("a")
    assert (await stepper.ask("b", [0], 1)).request_id == "b"
    assert steps.aborted == []


async def test_a_refused_request_is_no_ones_end(engine: tuple[Stepper, Steps]) -> None:
    stepper, _ = engine
    with pytest.raises(RefusedPrompt, match=r"refuses the prompt: BadRequest: no tokens$"):
        await stepper.ask("empty", [], None)
    assert (await stepper.ask("a", [0], 1)).request_id == "a"


async def test_when_a_step_fails_all_that_wait_and_all_that_come_are_told(engine: tuple[Stepper, Steps]) -> None:
    stepper, steps = engine
    steps.go.clear()
    waiting = [asyncio.ensure_future(stepper.ask(f"r{i}", [0], 100)) for i in range(5)]
    await until(lambda: len(steps.left) > 0)  # the rest is in the inbox
    steps.breaks = RuntimeError("out of memory\nand a page of advice")
    steps.go.set()
    async with asyncio.timeout(PATIENCE):
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        with pytest.raises(EngineDied) as late:
            await stepper.ask("late", [0], 1)
    for outcome in (*outcomes, late.value):
        assert isinstance(outcome, EngineDied)
        assert str(outcome) == "the engine died: RuntimeError: out of memory"
    await until(lambda: steps.shutdowns == 1)


async def test_closing_interrupts_a_step_and_is_safe_twice(engine: tuple[Stepper, Steps]) -> None:
    stepper, steps = engine
    steps.go.clear()
    waiting = asyncio.ensure_future(stepper.ask("a", [0], 10**9))
    await until(lambda: len(steps.left) == 1)
    await asyncio.gather(stepper.close(), stepper.close())
    for asked in (waiting, stepper.ask("b", [0], 1)):
        with pytest.raises(EngineDied, match="closed"):
            await asked


def test_what_keeps_an_engine_from_being_made_is_raised_where_it_is_made() -> None:
    def make() -> Steps:
        raise ValueError("no checkpoint")

    with pytest.raises(ValueError, match="no checkpoint"):
        Stepper(make)


def test_an_error_in_one_line() -> None:
    assert one_line(KeyError()) == "KeyError"
    assert one_line(RuntimeError("\n a\nb")) == "RuntimeError: a"
