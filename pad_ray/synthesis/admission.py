"""How much work an engine is given at a time: the next part comes in while the engine has room, not when one is done.

A part ends with its slowest question. An engine that took a fixed number of parts would wait for those; here the draws
under way decide, so its batch stays full to the end of the run, whatever straggles.
"""

from __future__ import annotations

import asyncio
from collections import deque

MOST_PARTS = 64
"""Parts under way in one engine: bounds the memory, and what is redone if it dies."""


BACKLOG = 4
"""Times the engine's room that may wait for verdicts: a few slow programs do not idle the engine, and executors that do
not keep up slow it down."""


class Admission:
    """Lets parts in. For one event loop."""

    def __init__(self, room: int, part_draws: int) -> None:
        """`room`: draws that the engine works on at a time; `part_draws`: those that a new part begins with, about."""
        self._room = room
        self._part_draws = part_draws
        self._announced = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.parts = 0
        self.draws = 0
        """Being written now."""
        self.judging = 0
        """Written, and waiting for a verdict."""

    @property
    def idle(self) -> bool:
        """Whether the engine has room, nobody waits to fill it, and the executors keep up."""
        return self.draws + self.judging < self._room and not self._waiting

    async def enter(self) -> None:
        """Wait until there is room for one more part."""
        if self._waiting or not self._has_room:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn
        else:
            self._let_in()

    def leave(self) -> None:
        """A part has ended."""
        self.parts -= 1
        # A part that was there already, or was told to stop, never made the draws that it announced.
        self._announced = min(self._announced, self.parts * self._part_draws)
        self._next()

    def draw_started(self) -> None:
        self.draws += 1
        self._announced = max(0, self._announced - 1)

    def draw_ended(self) -> None:
        self.draws -= 1
        self._next()

    def judging_started(self) -> None:
        self.judging += 1

    def judging_ended(self) -> None:
        self.judging -= 1
        self._next()

    @property
    def _has_room(self) -> bool:
        return self.parts == 0 or (
            self.parts < MOST_PARTS
            and self.draws + self._announced < self._room
            and self.draws + self.judging < BACKLOG * self._room
        )

    def _let_in(self) -> None:
        self.parts += 1
        self._announced += self._part_draws

    def _next(self) -> None:
        while self._waiting and self._has_room:
            turn = self._waiting.popleft()
            if not turn.done():  # else whoever waited was cancelled
                self._let_in()
                turn.set_result(None)
