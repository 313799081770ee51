"""A corpus on disk, read in place by every rank.

corpus-00000.arrow ...   the examples, in order
left_out.jsonl           those that were too long, where there are any
corpus.json              the record: what it was made of, the files with their checksums, counts. Written last.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from pad_ray.errors import TrainingError
from pad_ray.shards.files import sha256

IGNORED = -100
"""Label of a token that bears no loss; the number that torch's cross-entropy ignores by default."""

CORPUS_SCHEMA = pa.schema(
    [
        pa.field("input_ids", pa.list_(pa.int32())),
        pa.field("labels", pa.list_(pa.int32())),
        pa.field("length", pa.int32()),
        pa.field("source_id", pa.string()),
    ]
)
"""One row per example. `length`: the tokens that go through the model, source and target together. `source_id`: of the
program or repair that it was made of."""

RECORD_FILE = "corpus.json"
"""A folder without it holds no corpus."""

LEFT_OUT_FILE = "left_out.jsonl"
"""A line for each limit that an example is beyond: `id`, `part` (source, target, or example for both), `length` and
`limit` in tokens."""

DATA_FILES = "corpus-*.arrow"

HASHERS = 4
"""Files checksummed at a time; hashlib lets go of the interpreter's lock."""


def data_file(number: int) -> str:
    return f"corpus-{number:05d}.arrow"


class MappedCorpus:
    """A corpus on disk, read in place: rows are views of the mapped files, and ranks of a node share their pages.

    `corpus[i]` is `{"input_ids": int32[n], "labels": int32[m]}`; `lengths` is int32[len(corpus)].
    """

    def __init__(self, corpus_dir: Path):
        """Map the corpus at `corpus_dir`.

        Raises:
            TrainingError: there is no complete corpus.
        """
        self.record = corpus_record(corpus_dir)
        batches = [batch for file in self.record["files"] for batch in _mapped(corpus_dir / file["name"])]
        self.lengths: np.ndarray = np.concatenate([batch.column("length").to_numpy() for batch in batches])
        self._columns = {name: [_values(b.column(name)) for b in batches] for name in ("input_ids", "labels")}
        self._source_ids = [batch.column("source_id") for batch in batches]
        self._starts = np.concatenate([[0], np.cumsum([batch.num_rows for batch in batches], dtype=np.int64)])

    def __len__(self) -> int:
        return int(self._starts[-1])

    def __getitem__(self, index: int) -> dict[str, np.ndarray]:
        batch, row = self._place(index)
        example = {}
        for name, batches in self._columns.items():
            offsets, values = batches[batch]
            example[name] = values[offsets[row] : offsets[row + 1]]
        return example

    def source_ids(self, indices: Iterable[int]) -> list[str]:
        """Of which programs or repairs these examples were made."""
        places = map(self._place, indices)
        return [self._source_ids[batch][row].as_py() for batch, row in places]

    def _place(self, index: int) -> tuple[int, int]:
        """(record batch, row in it) of an example."""
        if not 0 <= index < len(self):
            raise IndexError(f"example {index} of {len(self)}")
        batch = int(np.searchsorted(self._starts, index, side="right")) - 1
        return batch, int(index - self._starts[batch])


def _mapped(path: Path) -> list[pa.RecordBatch]:
    with pa.memory_map(str(path)) as source:
        reader = pa.ipc.open_file(source)
        return [reader.get_batch(number) for number in range(reader.num_record_batches)]


def _values(column: pa.ListArray) -> tuple[np.ndarray, np.ndarray]:
    """A list column as (offsets int32[rows + 1], values int32[tokens]), without a copy."""
    return column.offsets.to_numpy(), column.values.to_numpy()


def corpus_record(corpus_dir: Path) -> dict[str, Any]:
    """What `build_corpus` recorded: fingerprint, settings, files, longest example in tokens, report.

    Raises:
        TrainingError: the folder holds no complete corpus.
    """
    record = read_record(corpus_dir)
    if record is None:
        raise TrainingError(f"corpus {corpus_dir}: not there or incomplete; build it again with build_corpus")
    return record


def read_record(corpus_dir: Path) -> dict[str, Any] | None:
    """The same, or None where there is no complete corpus: every file must be there with its size."""
    try:
        record: dict[str, Any] = json.loads((corpus_dir / RECORD_FILE).read_text(encoding="utf-8"))
        sizes = [(corpus_dir / file["name"]).stat().st_size == file["bytes"] for file in record["files"]]
    except (FileNotFoundError, ValueError, KeyError, TypeError):  # the last two: a record of an earlier version
        return None
    return record if all(sizes) else None


def damaged_file(corpus_dir: Path, record: dict[str, Any]) -> str | None:
    """The first file that is not what was recorded, by its checksum; None if all are (some seconds per 5 GB)."""
    files = record["files"]
    with ThreadPoolExecutor(HASHERS) as hashers:
        sums = hashers.map(lambda file: sha256(corpus_dir / file["name"]), files)
        return next((file["name"] for file, found in zip(files, sums, strict=True) if found != file["sha256"]), None)
