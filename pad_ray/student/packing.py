"""Examples side by side in rows of one width, so that next to nothing of what is computed is padding.

Bins are packed best-fit decreasing: examples from long to short, each into the row in which it leaves the least room.
Its bound is that of first-fit decreasing (11/9 of the best possible, in practice a few rows), and it needs no search:
only lengths matter, so all examples of a length are placed at once, into all rows with the same room at once.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pad_ray.errors import TrainingError

EMPTY = -1
"""In place of an index: nothing. Fills up an epoch that its examples or rows do not fill."""


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """Rows of examples: row i holds the examples `members[starts[i] : starts[i + 1]]`."""

    members: np.ndarray
    """int64[examples]."""
    starts: np.ndarray
    """int64[rows + 1]."""

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def sizes(self) -> np.ndarray:
        """Examples per row, int64[rows]."""
        return np.diff(self.starts)

    def loads(self, lengths: np.ndarray) -> np.ndarray:
        """Tokens per row, int64[rows]."""
        ends = np.concatenate([[0], np.cumsum(lengths[self.members], dtype=np.int64)])
        return np.diff(ends[self.starts])

    def take(self, rows: np.ndarray) -> Bins:
        """The rows int64[n] in this order; `EMPTY` gives a row without examples."""
        sizes = np.where(rows == EMPTY, 0, self.sizes[rows])
        starts = np.concatenate([[0], np.cumsum(sizes)])
        shift = np.repeat(self.starts[:-1][rows] - starts[:-1], sizes)
        return Bins(self.members[shift + np.arange(starts[-1])], starts)

    def tolist(self) -> list[tuple[int, ...]]:
        """The indices of each row's examples."""
        members, starts = self.members.tolist(), self.starts.tolist()
        return [tuple(members[a:b]) for a, b in pairwise(starts)]


def pack(lengths: np.ndarray, width: int) -> Bins:
    """Every example in one row, no row longer than `width` tokens; deterministic.

    Args:
        lengths: tokens per example, int[examples], each at least 1.

    Raises:
        TrainingError: an example is longer than a row.
    """
    if len(lengths) == 0:
        return Bins(np.empty(0, dtype=np.int64), np.zeros(1, dtype=np.int64))
    if lengths.max() > width:
        raise TrainingError(
            f"an example has {lengths.max()} tokens and a packed row {width}; "
            f"set student.pack_width to {lengths.max()} or more, or student.packing to false"
        )
    if lengths.min() < 1:
        raise TrainingError("an example has no tokens; build the corpus again")
    values, counts = np.unique(lengths, return_counts=True)
    shelf = _Shelf(width)
    row_of = np.concatenate([shelf.place(int(v), int(c)) for v, c in zip(values[::-1], counts[::-1], strict=True)])
    from_long_to_short = np.argsort(-lengths.astype(np.int64), kind="stable")
    members = from_long_to_short[np.argsort(row_of, kind="stable")]
    return Bins(members, np.concatenate([[0], np.cumsum(np.bincount(row_of, minlength=shelf.rows))]))


def exchanged(bins: Bins, lengths: np.ndarray, draw: np.random.Generator) -> Bins:
    """The same rows with examples of equal length having changed places at random: as full, in other company."""
    shuffled = draw.permutation(len(lengths))
    substitute = np.empty(len(lengths), dtype=np.int64)
    substitute[np.argsort(lengths, kind="stable")] = shuffled[np.argsort(lengths[shuffled], kind="stable")]
    return Bins(substitute[bins.members], bins.starts)


class _Shelf:
    """Rows by the room left in them."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._rows_with: dict[int, list[np.ndarray]] = {}
        self._rooms: list[int] = []
        """The keys of `_rows_with`, sorted."""
        self.rows = 0

    def place(self, length: int, count: int) -> np.ndarray:
        """The rows that `count` examples of `length` tokens go to, int64[count].

        A row that takes one takes as many as it has room for: with one more in it, it is the tightest there is.
        """
        placed = []
        while count:
            room, rows = self._tightest(length, count)
            each = room // length
            whole = min(len(rows), count // each)
            placed.append(np.repeat(rows[:whole], each))
            self._put(room - each * length, rows[:whole])
            count -= whole * each
            if count and whole < len(rows):
                placed.append(np.repeat(rows[whole], count))
                self._put(room - count * length, rows[whole : whole + 1])
                whole, count = whole + 1, 0
            self._put(room, rows[whole:])
        return np.concatenate(placed)

    def _tightest(self, length: int, count: int) -> tuple[int, np.ndarray]:
        """(room, rows) taken off the shelf: those with the least room that is enough, else new ones as needed."""
        at = bisect_left(self._rooms, length)
        if at < len(self._rooms):
            room = self._rooms.pop(at)
            return room, np.concatenate(self._rows_with.pop(room))
        needed = -(-count // (self._width // length))
        self.rows += needed
        return self._width, np.arange(self.rows - needed, self.rows)

    def _put(self, room: int, rows: np.ndarray) -> None:
        if room == 0 or len(rows) == 0:
            return
        if room not in self._rows_with:
            self._rows_with[room] = []
            insort(self._rooms, room)
        self._rows_with[room].append(rows)
