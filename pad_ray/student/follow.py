"""The driver follows a synthesis that goes on: a thread cuts segments while the ranks train on those before.

What it decides is on the disk before a rank acts on it. Ranks are stopped in the same way: by a file.
"""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path
from types import TracebackType

from pad_ray.errors import ShardError, TrainingError
from pad_ray.student.corpus import CorpusReport
from pad_ray.student.cutting import Cutter
from pad_ray.student.tokenised import Recipe

LOOK_SECONDS = 2.0
"""Between two looks at the ledger: a listing of a bucket costs a request, and a shard takes longer to be made."""

PATIENCE_SECONDS = 600.0
"""How long the synthesis folder may be out of reach before the training ends for it."""

logger = logging.getLogger(__name__)


class Follower:
    """`begin`, then `with follower:` while the ranks train. `halt` may be called from any thread, at any time."""

    def __init__(self, cutter: Cutter, look_seconds: float = LOOK_SECONDS) -> None:
        """Nothing is touched yet."""
        self._cutter, self._look_seconds = cutter, look_seconds
        self._halt = ""
        self._error: BaseException | None = None
        self._wake, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._follow, name="synthesis-follower", daemon=True)

    def fingerprint(self, recipe: Recipe) -> str:
        """See `Cutter.fingerprint`."""
        return self._cutter.fingerprint(recipe)

    def begin(self, model: str, folder: Path, recipe: Recipe) -> CorpusReport:
        """See `Cutter.begin`."""
        return self._cutter.begin(model, folder, recipe)

    def halt(self, reason: str) -> None:
        """Let the training stop with a savepoint, from which it goes on when it is started again."""
        self._halt = self._halt or reason
        self._wake.set()

    def check(self) -> None:
        """Raise what ended the following, if anything did.

        Raises:
            TrainingError: the training was halted.
            the errors of `Cutter.look`.
        """
        if self._error is not None:
            raise self._error
        if self._halt:
            raise TrainingError(f"the training stopped with a savepoint: {self._halt}")

    def __enter__(self) -> Follower:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._stop.set()
        self._wake.set()
        self._thread.join()

    def _follow(self) -> None:
        """What the thread does."""
        reached = time.monotonic()
        while not self._stop.is_set():
            try:
                if self._halt:
                    self._cutter.halt()
                    return
                self._cutter.look()
                reached = time.monotonic()
            except ShardError as error:  # a bucket that does not answer, a disk that is full: it may pass
                logger.warning("the synthesis cannot be followed: %s", error)
                if time.monotonic() - reached > PATIENCE_SECONDS:
                    self._fail(error)
            except BaseException as error:  # carried to the caller's thread by `check`
                self._fail(error)
            self._wake.wait(self._look_seconds)
            self._wake.clear()

    def _fail(self, error: BaseException) -> None:
        self._error = self._error or error
        self._halt = self._halt or "the synthesis cannot be followed"
