"""Items that many wait for at the same time, worked on together."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item", bound=Hashable)
Result = TypeVar("Result")

GATHER_SECONDS = 0.005
"""How long the first of a batch waits for others: little beside the time that a model takes for a line."""

KNOWN = 65_536
"""Results that are kept: questions' sentences come again with each step, and steps with each beam."""


class Gather(Generic[Item, Result]):
    """`await gather.of([item, ...])` gives their results. `work`, a blocking function, is given the distinct items that
    wait, in a thread, one batch at a time; what it found lately is known."""

    def __init__(self, work: Callable[[list[Item]], Sequence[Result]], most: int) -> None:
        """`most`: items of a batch."""
        self._work, self._most = work, most
        self._known: OrderedDict[Item, Result] = OrderedDict()
        self._waiting: dict[Item, asyncio.Future[Result]] = {}
        self._worker: asyncio.Task[None] | None = None
        self.worked = 0
        """Items that `work` was given."""

    async def of(self, items: Sequence[Item]) -> list[Result]:
        """In the order of the items.

        Raises:
            whatever `work` raises, to all that wait.
        """
        asked = [self._ask(item) for item in items]
        waiting = {one for one in asked if isinstance(one, asyncio.Future)}
        if waiting:
            # Others wait for the same: who is cancelled here must not cancel what they wait for.
            await asyncio.wait(waiting)
        errors = [error for one in waiting if (error := one.exception()) is not None]
        if errors:
            raise errors[0]
        return [one.result() if isinstance(one, asyncio.Future) else one for one in asked]

    def _ask(self, item: Item) -> Result | asyncio.Future[Result]:
        if item in self._known:
            self._known.move_to_end(item)
            return self._known[item]
        if item not in self._waiting:
            self._waiting[item] = asyncio.get_running_loop().create_future()
            if self._worker is None or self._worker.done():
                self._worker = asyncio.create_task(self._run())
        return self._waiting[item]

    async def _run(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        while self._waiting:
            batch = list(self._waiting)[: self._most]
            error: Exception | None = None
            try:
                results = await asyncio.to_thread(self._work, batch)
            except Exception as raised:  # it is everybody's who waits
                error = raised
            self.worked += len(batch)
            for i, item in enumerate(batch):
                answer = self._waiting.pop(item)
                if error is None:
                    self._known[item] = results[i]
                if answer.done():
                    continue
                if error is not None:
                    answer.set_exception(error)
                else:
                    answer.set_result(results[i])
            while len(self._known) > KNOWN:
                self._known.popitem(last=False)
