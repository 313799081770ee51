"""The thread that draws a dataset's rows, and so has its work done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any


class Pump(threading.Thread):
    """Takes what the dataset has to give, so that the main thread is free for people and signals.

    Args:
        dataset: Makes the Ray Data dataset, of rows {set: its number, parts: [index that is done]}.
        parts: How many each set has to do.
    """

    def __init__(self, dataset: Callable[[], Any], parts: list[int]) -> None:
        super().__init__(daemon=True, name="ray-data")
        self._dataset = dataset
        self._parts = parts
        self._ended: SimpleQueue[int] = SimpleQueue()
        self.error: BaseException | None = None

    def ended(self) -> list[int]:
        """Numbers of the sets whose last part has come since this was asked before, but for the last set of all: that
        is looked at when the engines are gone, as a look reads all shards, and GPUs would wait for it.
        """
        return [self._ended.get() for _ in range(self._ended.qsize())]

    def run(self) -> None:
        try:
            for row in self._dataset().iter_rows():  # what was committed is in the ledger
                number = int(row["set"])
                self._parts[number] -= len(row["parts"])
                if not self._parts[number] and any(self._parts):
                    self._ended.put(number)
        except BaseException as error:  # raised again by the main thread
            self.error = error
