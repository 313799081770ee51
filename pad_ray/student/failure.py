"""A rank's failure: recorded for the driver, and told apart by whether trying again can help.

Ray Train starts all ranks again after any failure. A rank that died or lost its peers goes on from the last savepoint;
an error that lies in the data or the settings would only come back, so the second attempt ends at once with the first
one's error.
"""

from __future__ import annotations

import json
import traceback
from contextlib import suppress
from pathlib import Path

from pad_ray.errors import PadRayError, ShardError, TrainingError
from pad_ray.shards.files import commit_json

LASTING = (
    PadRayError,
    ValueError,
    TypeError,
    LookupError,
    NameError,
    AttributeError,
    ImportError,
    OSError,
    MemoryError,
)
"""Errors that come back. `RuntimeError` is not among them: that is how torch reports a peer that is gone."""

PASSING = (ConnectionError, TimeoutError)
"""Exceptions to the above."""

LASTING_BY_NAME = ("OutOfMemoryError", "SafetensorError")
"""torch's, a RuntimeError, and that of a model that cannot be written, on a full disk; by name, to leave the libraries
unimported."""


def is_lasting(error: BaseException) -> bool:
    """Whether the same training would fail in the same way again."""
    return type(error).__name__ in LASTING_BY_NAME or (isinstance(error, LASTING) and not isinstance(error, PASSING))


def record_failure(out_dir: Path, attempt: str, rank: int, error: BaseException) -> None:
    """Leave `failure-<rank>.json` in `out_dir`. Where that cannot be written either, Ray Train tries again, and this
    error is the one to be raised."""
    record = {
        "attempt": attempt,
        "lasting": is_lasting(error),
        "error": str(error) if isinstance(error, PadRayError) else f"{type(error).__name__}: {error}",
        "traceback": "".join(traceback.format_exception(error)),
    }
    with suppress(ShardError):
        commit_json(out_dir / f"failure-{rank}.json", record)


def recorded_failure(out_dir: Path, attempt: str) -> tuple[str, Path] | None:
    """The lasting error that ended this attempt, in one line, and the file with its traceback; None without one."""
    for path in sorted(out_dir.glob("failure-*.json")):
        failure = json.loads(path.read_text(encoding="utf-8"))
        if failure["attempt"] == attempt and failure["lasting"]:
            return " ".join(failure["error"].split()), path
    return None


def refuse_to_repeat(out_dir: Path, attempt: str) -> None:
    """To be called first thing in a rank.

    Raises:
        TrainingError: this attempt has failed already, of something that would come back.
    """
    if failure := recorded_failure(out_dir, attempt):
        raise TrainingError(f"not tried again: {failure[0]}")
