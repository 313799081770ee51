"""Which verified programs entered which optimizer step: the run's ledger goes on to the end of the training.

A step takes the same programs on any number of ranks (see `dealing`); those that are told are the ranks it began with.

Nothing is written while training goes on. The order of the examples follows from the corpus, the seed and a few
numbers (`order.Schedule`); those are written once, and the rest is computed when somebody asks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from pad_ray.errors import RunDirectoryError
from pad_ray.shards.files import commit_json
from pad_ray.student.budget import last_step
from pad_ray.student.checkpoint import published_report
from pad_ray.student.mapped import MappedCorpus
from pad_ray.student.order import Schedule
from pad_ray.student.plan import MODEL
from pad_ray.student.segments import SegmentedCorpus
from pad_ray.student.streamed import StreamedSchedule

CURSOR_FILE = "cursor.json"
"""Beside the checkpoints of a training; written before its first step."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """All that decides which example comes when."""

    corpus: str
    """Folder of the corpus, relative to that of the training where it lies in it."""
    fingerprint: str
    """Of the corpus."""
    batch: int
    ranks: int
    accumulation: int
    epochs: float
    seed: int
    width: int | None
    """Tokens of a packed row; None: not packed."""
    tokens: int | None = None
    """Useful tokens after which the training ends (`student.budget`)."""
    steps: int | None = None
    """Optimizer steps after which it ends (`student.budget`)."""
    stream: bool = False
    """The corpus comes in segments; the fingerprint is that of what they have in common."""

    def schedule(self, corpus: MappedCorpus) -> Schedule:
        """The order in which the examples of `corpus` come, to the end of the training."""
        schedule = self._deal(corpus.lengths, self.epochs, self.seed)
        schedule.total_steps = last_step(schedule, tokens=self.tokens, steps=self.steps)
        return schedule

    def streamed(self, corpus: SegmentedCorpus) -> StreamedSchedule:
        """The same for segments that come one by one, as far as they are read."""
        schedule = StreamedSchedule(self._deal, epochs=self.epochs, seed=self.seed)
        for segment, part in zip(corpus.segments, corpus.parts, strict=True):
            schedule.add(part.lengths, last=segment.last)
        if corpus.ended:
            schedule.close()
        return schedule

    def _deal(self, lengths: np.ndarray, epochs: float, seed: int) -> Schedule:
        return Schedule(
            lengths,
            batch=self.batch,
            ranks=self.ranks,
            accumulation=self.accumulation,
            epochs=epochs,
            seed=seed,
            width=self.width,
        )

    @property
    def places_of_step(self) -> int:
        """Entries that an optimizer step has room for, on whatever number of ranks it is taken."""
        return self.batch * self.ranks * self.accumulation

    def write(self, out_dir: Path) -> None:
        commit_json(out_dir / CURSOR_FILE, asdict(self))

    @classmethod
    def read(cls, out_dir: Path) -> Cursor:
        """That of the training in a folder.

        Raises:
            RunDirectoryError: no training was started there.
        """
        try:
            return cls(**json.loads((out_dir / CURSOR_FILE).read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise RunDirectoryError(
                f"{out_dir}: no training was started there ({CURSOR_FILE} is missing); give the folder of one, such as "
                "RUN/student or RUN/refinement/round-1/student"
            ) from None


class Steps:
    """The steps of the training in a folder: those that a finished one took, and all that are planned of another."""

    def __init__(self, out_dir: Path) -> None:
        """Read the cursor and map the corpus.

        Raises:
            RunDirectoryError: no training was started there, or its corpus is another now.
            TrainingError: the corpus is not there.
        """
        cursor = Cursor.read(out_dir)
        where = out_dir / cursor.corpus
        segments = SegmentedCorpus(where).grow_all() if cursor.stream else None
        self._corpus = MappedCorpus(where) if segments is None else segments
        if self._corpus.record["fingerprint"] != cursor.fingerprint:
            raise RunDirectoryError(f"{out_dir}: its corpus was made anew since the training; train again to have both")
        self._schedule = cursor.schedule(MappedCorpus(where)) if segments is None else cursor.streamed(segments)
        report = published_report(out_dir / MODEL)
        self.taken: int | None = report["steps"] if report else None
        """Of a finished training, which may have stopped early; None while it goes on."""

    def __len__(self) -> int:
        if self.taken is not None:
            return self.taken
        schedule = self._schedule
        return schedule.total_steps if isinstance(schedule, Schedule) else schedule.known_steps

    def programs(self, step: int) -> list[list[str]]:
        """Ids of the programs, or repairs, that each rank learns from in optimizer step `step`, counted from 1.

        Raises:
            RunDirectoryError: there is no such step.
        """
        if not 1 <= step <= len(self):
            raise RunDirectoryError(f"step {step}: the training has steps 1 to {len(self)}")
        return [self._corpus.source_ids(members.tolist()) for members in self._schedule.members(step)]

    def steps_of(self, program: str) -> Iterator[int]:
        """The optimizer steps that a program enters: one in each epoch."""
        for step in range(1, len(self) + 1):
            if any(program in ids for ids in self.programs(step)):
                yield step
