"""The folder of a flow: which parts its questions are cut into, and which of them lie there as whole shards."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from pad_ray.shards import manifest
from pad_ray.shards.damage import whole_records
from pad_ray.shards.lease import Lease
from pad_ray.shards.place import Place
from pad_ray.shards.writer import ShardRecord
from pad_ray.synthesis.flow import Flow
from pad_ray.synthesis.parts import LISTING, Parts, cut

CUT_HERE = 20_000
"""Up to so many questions are cut in the driver; more in a Ray task, whose memory is gone afterwards."""

CUT_CPUS = 0.5
"""CPUs that Ray books for such a task: it is not to wait for another run's."""

FAILED = "failed.jsonl"
"""What could not be done, with reasons: one JSON object a line."""


@dataclass(slots=True)
class FlowFolder:
    """A folder that holds a flow's work, and that no other process works in."""

    place: Place
    identity: dict[str, Any]
    parts: Parts
    lease: Lease
    say: Callable[[str], None]
    done: list[ShardRecord] = field(default_factory=list)
    """Whole shards; none before the first look."""

    @property
    def questions(self) -> Place:
        return self.place / "questions"

    @property
    def shards(self) -> Place:
        return self.place / manifest.SHARDS

    @property
    def missing(self) -> list[int]:
        """Numbers of the parts that have no whole shard."""
        return sorted(set(range(self.parts.count)) - {record.index for record in self.done})

    def look(self) -> None:
        """See what is done, set aside what is damaged, and record the folder once nothing is missing.

        Raises:
            RunDirectoryError: if another process has taken the folder; nothing was written.
            ShardError: if the folder cannot be read or written.
        """
        self.lease.check()
        self.done, damages = whole_records(self.shards)
        for damage in damages:
            self.say(f"{self.shards}: set aside and done again: {damage.file} ({damage.why})")
        self._list_failures()
        if not self.missing:
            manifest.close(self.place, self.identity, self.done)

    def _list_failures(self) -> None:
        """All that could not be done so far; the file is written anew each time, so it is always of one piece."""

        def write(file: BinaryIO) -> None:
            for record in self.done:
                for failure in record.failures:
                    file.write(json.dumps({"part": record.index} | failure).encode() + b"\n")

        if any(record.failures for record in self.done) or self.place.exists(FAILED):
            self.place.put(FAILED, write)


@contextmanager
def held(flow: Flow, place: Place, say: Callable[[str], None], *, allow_changed: bool = False) -> Iterator[FlowFolder]:
    """The folder, claimed for the flow; others are kept out until the end.

    Args:
        say: Gets what a person should know.
        allow_changed: Go on with what is there although the settings differ.

    Raises:
        RunDirectoryError: if the folder holds other work, or another run works in it.
        QuestionsError: if the question set cannot be read.
    """
    place.make()
    with Lease(place) as lease:
        identity = flow.identity()
        if allow_changed and (place / manifest.SHARDS).names(suffix=".json"):
            _parts(flow, place, kept=True)  # refuses other questions before anything is written
        fixed = ("model",) if flow.one_model else ()
        parts = _parts(flow, place, kept=manifest.claim(place, identity, allow_changed, fixed))
        folder = FlowFolder(place, identity, parts, lease, say)
        folder.shards.make()
        folder.shards.sweep()
        yield folder


def _parts(flow: Flow, place: Place, *, kept: bool) -> Parts:
    questions = place / "questions"
    if not kept:
        questions.make()
        questions.remove(LISTING)  # cut by a start that came to nothing
    arguments = (flow.questions, flow.block_size, questions, flow.near_duplicates, flow.evaluation)
    if questions.exists(LISTING) or (flow.questions.limit is not None and flow.questions.limit <= CUT_HERE):
        return cut(*arguments)
    import ray

    parts: Parts = ray.get(ray.remote(cut).options(num_cpus=CUT_CPUS, max_retries=3).remote(*arguments))
    return parts
