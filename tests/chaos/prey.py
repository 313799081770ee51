"""What can be killed of a run at this moment, by kind."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import psutil
from raylets import Raylets, lives

DRIVER, ENGINE_ACTOR, ENGINE_PROCESS, EXECUTOR, ZYGOTE, CHILD, BOARD, RAYLET = KINDS = (
    "driver",
    "engine actor",
    "engine process",
    "executor actor",
    "zygote",
    "child of a zygote",
    "board",
    "raylet",
)

TITLES = {ENGINE_ACTOR: "ray::MapWorker", EXECUTOR: "ray::ExecutorActor", BOARD: "ray::Board"}
"""How Ray titles the processes of actors."""

ENGINE_TITLE = "VLLM::EngineCore"

ZYGOTE_FILE = "zygote.py"

OURS = ("ray::MapWorker", "ray::ExecutorActor", "ray::Board", ENGINE_TITLE)
"""Processes of a run, none of which may outlive it; Ray keeps idle workers of its own."""

GLIMPSES, GLIMPSE_SECONDS = 200, 0.002
"""Looks for the child of a zygote, and the time between two: most live for milliseconds."""


class Prey:
    """The processes of the run on a cluster. Remembers those that have no mark, to see later that they are gone."""

    def __init__(self, raylets: Raylets) -> None:
        self._raylets = raylets
        self._seen: set[psutil.Process] = set()
        """Zygotes and their children: their environment is scrubbed."""

    def of(self, kind: str) -> Sequence[psutil.Process]:
        """Those of a kind that are alive; of drivers the caller knows more."""
        if kind == RAYLET:
            return self._raylets.others
        if kind in TITLES:
            return [p for p in self._workers() if _title(p).startswith(TITLES[kind])]
        if kind == ENGINE_PROCESS:
            return [p for actor in self.of(ENGINE_ACTOR) for p in _below(actor) if _title(p).startswith(ENGINE_TITLE)]
        if kind == ZYGOTE:
            return self._zygotes()
        if kind == CHILD:
            return self._children()
        raise ValueError(f"{kind}: not to be found here")

    def left(self) -> list[str]:
        """What of the run is still there, in words."""
        marked = [process for process in self._raylets.marked() if _title(process).startswith(OURS)]
        return [f"{process.pid} {_title(process)[:80]}" for process in (*marked, *self._seen) if lives(process)]

    def _workers(self) -> Iterator[psutil.Process]:
        for raylet in self._raylets.all:
            yield from _below(raylet)

    def _zygotes(self) -> list[psutil.Process]:
        found = [p for executor in self.of(EXECUTOR) for p in _below(executor, deep=False) if ZYGOTE_FILE in _title(p)]
        self._seen.update(found)
        return found

    def _children(self) -> list[psutil.Process]:
        """Looks a few hundred times: programs are short."""
        zygotes = self._zygotes()
        for _ in range(GLIMPSES):
            found = [child for zygote in zygotes for child in _forked(zygote)]
            if found:
                self._seen.update(found)
                return found
            time.sleep(GLIMPSE_SECONDS)
        return []


def _below(process: psutil.Process, *, deep: bool = True) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return [child for child in process.children(recursive=deep) if lives(child)]
    return []


def _forked(zygote: psutil.Process) -> list[psutil.Process]:
    """Its children, without a look at every process of the machine."""
    found = []
    with suppress(psutil.Error, OSError):
        for pid in Path(f"/proc/{zygote.pid}/task/{zygote.pid}/children").read_text().split():
            found.append(psutil.Process(int(pid)))
    return found


def _title(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""
