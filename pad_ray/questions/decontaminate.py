"""Questions that are already known, by 8-byte hashes: is a demonstration taken from an evaluation set?

Millions of questions must fit beside everything else in a driver's memory, so only hashes are kept, in a flat table
of 8-byte slots: about 16 bytes a question, where a Python set of integers takes about 100. Two different texts share a
hash once in 2**64 pairs: among 12 million questions with a chance below 1 in 100,000.
"""

from __future__ import annotations

import re
from array import array
from hashlib import blake2b

FIRST_SLOTS = 1024
"""Slots of an empty table; a power of two, doubled whenever it is more than half full."""
EMPTY = 0
"""Marks a free slot; a text that hashes to 0 is kept as 1."""

_WORD = re.compile(r"\w+")


def normalise(text: str) -> str:
    """The text as contamination is judged: case-folded, word characters only, single spaces.

    Punctuation and layout are the first things to change when a question is copied from one set to another.
    """
    return " ".join(words(text))


def words(text: str) -> list[str]:
    """The runs of word characters of a text, case-folded."""
    return _WORD.findall(text.casefold())


def hash_of(text: str) -> int:
    """8 bytes, the same in every process and on every machine; never `EMPTY`."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little") or 1


class HashSet:
    """A set of 8-byte hashes: open addressing with linear probing over one flat array."""

    def __init__(self) -> None:
        self._slots = array("Q", [EMPTY]) * FIRST_SLOTS
        self._count = 0

    def add(self, value: int) -> bool:
        """Add a hash; False if it was there already."""
        slot = self._slot(value)
        if self._slots[slot] == value:
            return False
        self._slots[slot] = value
        self._count += 1
        if 2 * self._count > len(self._slots):
            self._grow()
        return True

    def __contains__(self, value: int) -> bool:
        return self._slots[self._slot(value)] == value

    def __len__(self) -> int:
        return self._count

    def _slot(self, value: int) -> int:
        """Where the value is, or the free slot where it belongs."""
        mask = len(self._slots) - 1
        slot = value & mask
        while self._slots[slot] not in (EMPTY, value):
            slot = (slot + 1) & mask
        return slot

    def _grow(self) -> None:
        old = self._slots
        self._slots = array("Q", [EMPTY]) * (2 * len(old))
        for value in old:
            if value != EMPTY:
                self._slots[self._slot(value)] = value


class KnownQuestions:
    """The questions that have been seen, whatever their case, punctuation and layout."""

    def __init__(self) -> None:
        self._hashes = HashSet()

    def add(self, text: str) -> None:
        """Remember a question."""
        self._hashes.add(hash_of(normalise(text)))

    def __contains__(self, text: str) -> bool:
        return hash_of(normalise(text)) in self._hashes

    def __len__(self) -> int:
        return len(self._hashes)
