"""Ranks that find no room: a person is told, for Ray Train waits without a word.

Before a training starts the cluster's size is looked at (`zero.check_student`). Later a node may be lost, and ranks
need room all at once; other jobs may hold it as well.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

from pad_ray.student.progress import say
from pad_ray.synthesis.waiting import Nodes, Waiting, free_resources

LOOK_SECONDS = 5.0
"""Between two looks at the ranks: one request to the cluster's head, and far less than anybody waits for a node."""


def booked(ranks: int, needs: Mapping[str, float]) -> bool:
    """Whether the cluster holds room for so many ranks, which may still be starting there. A training of the same size
    by somebody else looks the same, and hides that ours waits.
    """
    from ray.util import placement_group_table

    return any(
        group["state"] == "CREATED" and [*group["bundles"].values()] == [dict(needs)] * ranks
        for group in placement_group_table().values()
    )


class Placing:
    """`with Placing(...):` says in the training's progress when its ranks are not there and cannot be placed.

    Args:
        ranks: That are wanted, all at once.
        needs: What each of them books, by resource.
        placed: Whether so many of such ranks have their room.
        nodes: What nothing has booked, by node.
    """

    def __init__(
        self,
        out_dir: Path,
        ranks: int,
        needs: Mapping[str, float],
        placed: Callable[[int, Mapping[str, float]], bool] = booked,
        nodes: Callable[[], Nodes] = free_resources,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._out_dir, self._ranks, self._needs = out_dir, ranks, needs
        self._placed, self._nodes, self._look_seconds = placed, nodes, look_seconds
        self._waiting: Waiting | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="rank-placing", daemon=True)

    def __enter__(self) -> Placing:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()

    def look(self, now: float) -> str:
        """What to tell at `now`, in monotonic seconds: once for each time that the ranks are gone."""
        if self._placed(self._ranks, self._needs):
            self._waiting = None
            return ""
        if self._waiting is None:
            self._waiting = Waiting("rank", self._ranks, self._needs, lambda: False, now, together=self._ranks)
        return self._waiting.look(now, self._nodes)

    def _watch(self) -> None:
        while not self._stop.wait(self._look_seconds):
            if said := self.look(time.monotonic()):
                say(self._out_dir, {"message": said, "step": 0, "urgent": True})
