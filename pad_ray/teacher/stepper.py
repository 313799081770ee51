"""A thread that makes an engine, steps it while there is work, and ends it.

One thread for all three: OpenMP keeps its workers per thread, and a child process that asked to die with its parent
dies with the thread that started it.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterable
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, Protocol

from pad_ray.errors import EngineDied, RefusedPrompt, TeacherError

CLOSE_SECONDS = 30.0
"""Longest wait for an engine to end: one step of the slowest model and its shutdown. What takes longer is stuck."""

CLOSED = "the engine was closed"


class Asked(NamedTuple):
    """A request on its way in."""

    request: str
    tokens: list[int]
    parameters: Any
    answer: asyncio.Future[Any]


class Stepped(Protocol):
    """A blocking engine. All but `interrupt` is called in the stepper's thread."""

    refusals: tuple[type[Exception], ...]
    """What `add_request` raises of a request that is no good; the engine is none the worse."""

    def add_request(self, request: str, tokens: list[int], parameters: Any) -> None: ...

    def abort_requests(self, requests: list[str]) -> None: ...

    def step(self) -> Iterable[Any]:
        """Outputs with a `request_id`, among them those that are `finished`. What it raises is the engine's end."""
        ...

    def interrupt(self) -> None:
        """Get the thread out of a step that waits for another process, with an error."""
        ...

    def shutdown(self) -> None: ...


class Stepper:
    """Between an event loop and a blocking engine.

    Requests and aborts go in through a queue, which is emptied before each step; what a step finishes goes back to the
    loop in one call.
    """

    def __init__(self, make: Callable[[], Stepped]) -> None:
        """Wait until `make` has made the engine, in the thread.

        Raises:
            BaseException: whatever `make` raises.
        """
        self._make = make
        self._inbox: SimpleQueue[Asked | str | None] = SimpleQueue()
        self._answers: dict[str, asyncio.Future[Any]] = {}
        self._closing = threading.Event()
        self._ready = threading.Event()
        self._not_made: BaseException | None = None
        self._died: str | None = None
        self._lock = threading.Lock()
        self._engine: Stepped | None = None
        self._thread = threading.Thread(target=self._live, name="pad_ray engine", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._not_made is not None:
            self._thread.join()
            raise self._not_made

    async def ask(self, request: str, tokens: list[int], parameters: Any) -> Any:
        """The request's finished output; a caller that is cancelled aborts the request.

        Raises:
            RefusedPrompt: if the engine does not take the request.
            EngineDied: if the engine is gone or closed.
        """
        answer = asyncio.get_running_loop().create_future()
        with self._lock:  # Nothing gets into the inbox after it was emptied for the last time.
            if self._died is not None:
                raise EngineDied(self._died)
            self._inbox.put(Asked(request, tokens, parameters, answer))
        try:
            return await answer
        except asyncio.CancelledError:
            self._inbox.put(request)
            raise

    async def close(self) -> None:
        """End the engine and the thread. Safe to call twice."""
        self._closing.set()
        self._inbox.put(None)
        if (engine := self._engine) is not None:
            engine.interrupt()
        await asyncio.to_thread(self._thread.join, CLOSE_SECONDS)

    def _live(self) -> None:
        try:
            engine = self._engine = self._make()
        except BaseException as error:  # raised where the stepper is made
            self._not_made = error
            return
        finally:
            self._ready.set()
        died = CLOSED
        try:
            while not self._closing.is_set():
                self._take_in(engine)
                if self._answers and not self._closing.is_set():
                    self._hand_back(engine.step())
        except Exception as error:  # whatever a part of it raises in a step, the engine is not to be used again
            died = CLOSED if self._closing.is_set() else f"the engine died: {one_line(error)}"
        self._fail(died)
        with contextlib.suppress(Exception):  # of a dead engine the first error is the one that says why
            engine.shutdown()
        self._engine = None

    def _take_in(self, engine: Stepped) -> None:
        """Everything that waits in the inbox; when there is no work, wait for some."""
        aborted: list[str] = []
        wait = not self._answers
        while True:
            try:
                item = self._inbox.get(block=wait)
            except Empty:
                break
            wait = False
            if isinstance(item, Asked):
                self._add(engine, item)
            elif item is not None and self._answers.pop(item, None) is not None:
                aborted.append(item)
        if aborted:
            engine.abort_requests(aborted)

    def _add(self, engine: Stepped, asked: Asked) -> None:
        if asked.answer.cancelled():
            return
        self._answers[asked.request] = asked.answer
        try:
            engine.add_request(asked.request, asked.tokens, asked.parameters)
        except engine.refusals as error:
            del self._answers[asked.request]
            _settle([(asked.answer, RefusedPrompt(f"the engine refuses the prompt: {one_line(error)}"))])

    def _hand_back(self, outputs: Iterable[Any]) -> None:
        settled = []
        for output in outputs:
            if output.finished and (answer := self._answers.pop(output.request_id, None)) is not None:
                settled.append((answer, output))
        _settle(settled)

    def _fail(self, why: str) -> None:
        with self._lock:
            self._died = why
            waiting = list(self._answers.values())
            while not self._inbox.empty():
                item = self._inbox.get_nowait()
                if isinstance(item, Asked):
                    waiting.append(item.answer)
        self._answers.clear()
        _settle([(answer, EngineDied(why)) for answer in waiting])


def _settle(settled: list[tuple[asyncio.Future[Any], Any]]) -> None:
    """Give each answer what it waits for, in one call into its loop."""
    if not settled:
        return
    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
        settled[0][0].get_loop().call_soon_threadsafe(_set, settled)


def _set(settled: list[tuple[asyncio.Future[Any], Any]]) -> None:
    for answer, outcome in settled:
        if answer.done():
            continue
        if isinstance(outcome, TeacherError):
            answer.set_exception(outcome)
        else:
            answer.set_result(outcome)


def one_line(error: BaseException) -> str:
    """The error's first line, under its name: what engines raise is long."""
    first = next(iter(str(error).strip().splitlines()), "")
    return f"{type(error).__name__}: {first}" if first else type(error).__name__
