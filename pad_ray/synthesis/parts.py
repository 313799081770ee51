"""The questions of a flow, cut into parts: the unit that is drawn, judged, committed and redone together.

All of them are one Arrow IPC file with a record batch per part, so that millions of questions are one object to write,
and a part is one read at a known place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from pad_ray.config import QuestionsConfig
from pad_ray.errors import QuestionsError, RunDirectoryError
from pad_ray.questions import local_file, open_questions
from pad_ray.questions.screening import Screen
from pad_ray.records import QUESTION_SCHEMA, Question
from pad_ray.shards.files import content_hash
from pad_ray.shards.place import Place

FILE = "questions.arrow"
LISTING = "parts.json"
"""Written last: while it is missing, the parts are made again."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Which parts there are. Part `i` has the questions of shard `i`."""

    count: int
    questions: int
    skipped: int
    """Rows of the set that could not be read, with `on_bad_row: skip`."""
    screening: dict[str, Any] = field(default_factory=dict)
    """What was dropped as near-duplicate or contaminated."""


def _known(place: Place) -> Parts:
    listing = place.read_json(LISTING)
    return Parts(**{name: listing[name] for name in Parts.__slots__})


def cut(
    config: QuestionsConfig,
    size: int,
    place: Place,
    near: float | None = None,
    evaluation: tuple[QuestionsConfig, ...] = (),
) -> Parts:
    """Read the question set once, as a stream, into parts of `size` questions; or find them already cut.

    Args:
        near: questions this similar to an earlier one are dropped; None keeps them.
        evaluation: sets with whose questions no question may share 13 words in a row.

    Raises:
        QuestionsError: if the set cannot be read, is empty, or nothing is left of it.
        RunDirectoryError: if the parts that are there were cut of other questions.
    """
    made_of = {
        "questions": asked(config),
        "file": file_of(config),
        "size": size,
        "near": near,
        "evaluation": [asked(other) | {"file": file_of(other)} for other in evaluation],
    }
    if place.exists(LISTING):
        if place.read_json(LISTING)["made_of"] != made_of:
            raise RunDirectoryError(
                f"{place}: holds other questions; a run can go on with many changed settings, but not with other "
                "questions, blocks or screening: choose another folder"
            )
        return _known(place)
    place.sweep()
    stream = open_questions(config)
    texts = chain.from_iterable((q.text for q in open_questions(s)) for s in evaluation) if evaluation else None
    screen = Screen(near, texts) if near is not None or texts is not None else None
    kept = screen.passed(stream) if screen else iter(stream)
    counts = [0, 0]

    def write(file: BinaryIO) -> None:
        with pa.ipc.new_file(file, QUESTION_SCHEMA) as writer:
            for part in _in_parts(kept, size):
                writer.write_batch(_batch(part))
                counts[0] += 1
                counts[1] += len(part)

    place.put(FILE, write)
    if not counts[1]:
        dropped = " that is no near-duplicate and in no evaluation set" if screen else ""
        raise QuestionsError(f"question set {config.name}: no question in it{dropped}; check path, split, start, limit")
    place.put_json(
        LISTING,
        {
            "count": counts[0],
            "questions": counts[1],
            "skipped": stream.skipped,
            "screening": screen.report.as_json() if screen else {},
            "made_of": made_of,
        },
    )
    return _known(place)


def asked(config: QuestionsConfig) -> dict[str, Any]:
    """What decides which questions are read, as JSON; where the file lies does not."""
    return config.model_dump(mode="json", exclude={"path", "on_bad_row"})


def file_of(config: QuestionsConfig) -> str | None:
    """`name (hash of the content)` of the file that the questions are read from, if there is one."""
    file = local_file(config)
    return known_by_content(file) if file else None


def known_by_content(path: str | Path) -> str:
    """`name (hash of the content)` of what is on this machine; a name on the hub stays as it is."""
    local = Path(path)
    return f"{local.name} ({content_hash(local)})" if local.exists() else str(path)


def all_questions(place: Place) -> Iterator[Question]:
    """All questions that were cut into parts; none where there are no parts."""
    if place.exists(LISTING):
        reader = PartReader(place)
        for index in range(_known(place).count):
            yield from reader.questions(index)


class PartReader:
    """Reads parts, in any order."""

    def __init__(self, place: Place) -> None:
        self._file = pa.ipc.open_file(place.open(FILE))

    def questions(self, index: int) -> list[Question]:
        """The questions of part `index`."""
        columns = [column.to_pylist() for column in self._file.get_batch(index).columns]
        return [Question(*row) for row in zip(*columns, strict=True)]


def _batch(questions: list[Question]) -> pa.RecordBatch:
    columns = [pa.array([getattr(q, f.name) for q in questions], f.type) for f in QUESTION_SCHEMA]
    return pa.RecordBatch.from_arrays(columns, schema=QUESTION_SCHEMA)


def _in_parts(questions: Iterable[Question], size: int) -> Iterator[list[Question]]:
    iterator = iter(questions)
    while part := list(islice(iterator, size)):
        yield part
