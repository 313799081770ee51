"""A corpus in segments, which grows while it is trained on: what lies on the disk.

stream.json                    what all segments have in common; written first
segment-00000/                 an ordinary corpus, made of some of the shards
segment-00000/segment.json     of which shards, and what was decided; written last, and never again
end.json                       how many segments there are, once it is known that there will be no more
halt.json                      the training is to stop for now; gone when it is started again

Only the driver writes (`follow`), and each decision once; ranks read. So all of them agree without a word between them,
and a training that is repeated takes the same steps.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pad_ray.errors import TrainingError
from pad_ray.shards.files import commit_json
from pad_ray.student.mapped import MappedCorpus, read_record

STREAM_FILE, SEGMENT_FILE, END_FILE, HALT_FILE = "stream.json", "segment.json", "end.json", "halt.json"

PATIENCE_SECONDS = 60.0
"""How long a segment may be recorded and not readable: network file systems show new files within some seconds."""


@dataclass(frozen=True, slots=True)
class Segment:
    """The record of one segment."""

    number: int
    fingerprint: str
    """Of its corpus."""
    shards: dict[str, str]
    """Names and sha256 of the shards that it was made of, in their order."""
    last: bool
    """No other follows."""
    warmup_steps: int
    """Of the whole training, estimated when the first segment was made; the same in all."""

    def write(self, folder: Path) -> None:
        commit_json(
            segment_dir(folder, self.number) / SEGMENT_FILE, asdict(self) | {"shards": list(self.shards.items())}
        )


def segment_dir(folder: Path, number: int) -> Path:
    return folder / f"segment-{number:05d}"


def recorded_segment(folder: Path, number: int) -> Segment | None:
    """Segment `number` of the corpus in `folder`, or None while it is not there."""
    value = _json(segment_dir(folder, number) / SEGMENT_FILE)
    return None if value is None else Segment(**value | {"shards": dict(value["shards"])})


def stream_record(folder: Path) -> dict[str, Any]:
    """What `stream.json` holds: fingerprint, settings, longest example that there can be.

    Raises:
        TrainingError: there is no such corpus.
    """
    record = _json(folder / STREAM_FILE)
    if record is None:
        raise TrainingError(f"corpus {folder}: no segments there ({STREAM_FILE} is missing); start the training again")
    return record


def write_count(folder: Path, name: str, segments: int) -> None:
    """`END_FILE` or `HALT_FILE`: how many segments come before it."""
    commit_json(folder / name, {"segments": segments})


def _json(path: Path) -> dict[str, Any] | None:
    try:
        value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return value


class SegmentedCorpus:
    """The segments that were read so far, end to end, as one `MappedCorpus`."""

    def __init__(self, folder: Path) -> None:
        """Read none yet; see `grow`.

        Raises:
            TrainingError: there is no such corpus.
        """
        self._folder = folder
        self.record = stream_record(folder)
        self.segments: list[Segment] = []
        self.parts: list[MappedCorpus] = []
        self._starts = np.zeros(1, dtype=np.int64)
        self.ended = False
        """All segments are read."""
        self._unreadable = 0.0
        """Since when the next segment is recorded and cannot be read; 0: it can, or is not there."""
        self.halted = False
        """No more segments for now: the training is to stop."""

    def grow(self) -> Segment | None:
        """Read the next segment, if it is there; else see whether it will be.

        Raises:
            TrainingError: its corpus is another than the one that was recorded.
        """
        if self.ended:
            return None
        segment = self._next()
        if segment is None:
            ended, halted = (_json(self._folder / name) for name in (END_FILE, HALT_FILE))
            # Both are written after the last segment; the count is for file systems that show it later.
            self.ended = ended is not None and len(self.segments) >= ended["segments"]
            self.halted = halted is not None and len(self.segments) >= halted["segments"]
            return None
        self.ended = segment.last
        return segment

    def halt_is_asked(self) -> bool:
        """Whether the training is to stop as soon as it can."""
        return (self._folder / HALT_FILE).exists()

    def grow_all(self) -> SegmentedCorpus:
        """Read all that is recorded."""
        while self.grow():
            pass
        return self

    def _next(self) -> Segment | None:
        number = len(self.segments)
        where, segment = segment_dir(self._folder, number), recorded_segment(self._folder, number)
        if segment is None:
            return None
        if read_record(where) is None:
            # It was whole before it was recorded, and a file system may show it later; but others wait for this rank.
            self._unreadable = self._unreadable or time.monotonic()
            if time.monotonic() - self._unreadable > PATIENCE_SECONDS:
                raise TrainingError(f"corpus {where}: recorded, and its files cannot be read; start the training again")
            return None
        self._unreadable = 0.0
        part = MappedCorpus(where)
        if part.record["fingerprint"] != segment.fingerprint:
            raise TrainingError(f"corpus {where}: another than the one that was recorded; start the training again")
        self.segments.append(segment)
        self.parts.append(part)
        self._starts = np.append(self._starts, self._starts[-1] + len(part))
        return segment

    @property
    def lengths(self) -> np.ndarray:
        """Tokens per example, int32[len(self)]."""
        return np.concatenate([np.empty(0, dtype=np.int32), *(part.lengths for part in self.parts)])

    def __len__(self) -> int:
        return int(self._starts[-1])

    def __getitem__(self, index: int) -> dict[str, np.ndarray]:
        part, row = self._place(index)
        return self.parts[part][row]

    def source_ids(self, indices: Iterable[int]) -> list[str]:
        """Of which programs these examples were made."""
        return [self.parts[part].source_ids([row])[0] for part, row in map(self._place, indices)]

    def _place(self, index: int) -> tuple[int, int]:
        """(segment, example in it)."""
        if not 0 <= index < len(self):
            raise IndexError(f"example {index} of {len(self)}")
        part = int(np.searchsorted(self._starts, index, side="right")) - 1
        return part, int(index - self._starts[part])
