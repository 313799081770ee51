"""A corpus on disk, read in place by every rank."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from pad_ray.errors import TrainingError

IGNORED = -100
"""Label of a token that bears no loss; the number that torch's cross-entropy ignores by default."""

CORPUS_SCHEMA = pa.schema(
    [
        pa.field("input_ids", pa.list_(pa.int32())),
        pa.field("labels", pa.list_(pa.int32())),
        pa.field("length", pa.int32()),
    ]
)
"""One row per example. `length`: the tokens that go through the model, source and target together."""

DATA_FILE = "corpus.arrow"
RECORD_FILE = "corpus.json"
"""Written last: a folder without it holds no corpus."""


class MappedCorpus:
    """A corpus on disk, read in place: rows are views of the mapped file, and ranks of a node share its pages.

    `corpus[i]` is `{"input_ids": int32[n], "labels": int32[m]}`; `lengths` is int32[len(corpus)].
    """

    def __init__(self, corpus_dir: Path):
        """Map the corpus at `corpus_dir`.

        Raises:
            TrainingError: there is no complete corpus.
        """
        self.record = corpus_record(corpus_dir)
        with pa.memory_map(str(corpus_dir / DATA_FILE)) as source:
            table = pa.ipc.open_file(source).read_all()
        self.lengths: np.ndarray = table.column("length").to_numpy()
        self._columns = {name: [_values(c) for c in table.column(name).chunks] for name in ("input_ids", "labels")}
        rows = [chunk.num_rows for chunk in table.to_batches()]
        self._starts = np.concatenate([[0], np.cumsum(rows, dtype=np.int64)])

    def __len__(self) -> int:
        return int(self._starts[-1])

    def __getitem__(self, index: int) -> dict[str, np.ndarray]:
        chunk = int(np.searchsorted(self._starts, index, side="right")) - 1
        row = int(index - self._starts[chunk])
        example = {}
        for name, chunks in self._columns.items():
            offsets, values = chunks[chunk]
            example[name] = values[offsets[row] : offsets[row + 1]]
        return example


def _values(column: pa.ListArray) -> tuple[np.ndarray, np.ndarray]:
    """A list column as (offsets int32[rows + 1], values int32[tokens]), without a copy."""
    return column.offsets.to_numpy(), column.values.to_numpy()


def corpus_record(corpus_dir: Path) -> dict[str, Any]:
    """What `build_corpus` recorded: fingerprint, settings, longest example in tokens, report.

    Raises:
        TrainingError: the folder holds no complete corpus.
    """
    record = read_record(corpus_dir)
    if record is None:
        raise TrainingError(f"corpus {corpus_dir}: not there or incomplete; build it again with build_corpus")
    return record


def read_record(corpus_dir: Path) -> dict[str, Any] | None:
    """The same, or None where there is no complete corpus."""
    try:
        record: dict[str, Any] = json.loads((corpus_dir / RECORD_FILE).read_text(encoding="utf-8"))
        return record if (corpus_dir / DATA_FILE).stat().st_size == record["bytes"] else None
    except (FileNotFoundError, json.JSONDecodeError):
        return None
