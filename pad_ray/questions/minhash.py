"""Near-duplicate texts by MinHash signatures and locality-sensitive hashing, in flat arrays. Pure.

A signature keeps, for each of many random permutations, the least hash of a text's shingles; two texts agree at a place
with the probability of their Jaccard similarity (Broder 1997, "On the resemblance and containment of documents").
Signatures that agree in a whole band of places are candidates (Leskovec, Rajaraman, Ullman, "Mining of Massive
Datasets", 3.4), and a candidate is near if enough of all places agree. 64 bytes of signature and 64 to 128 bytes of
band tables per text, and no Python object.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Signatures = NDArray[np.uint8]

PLACES = 64
"""Permutations: the similarity is then known to 0.05 (one standard deviation at 0.8)."""

BANDS = 8
"""Bands of `PLACES // BANDS` places at most."""

RECALL = 0.95
"""Of pairs right at the threshold, those that should be candidates; most of more similar ones are."""

PRIME = np.uint64(2**31 - 1)
"""Mersenne prime of the universal hashing (Carter and Wegman 1979): products stay within 64 bits, and its modulus is a
shift and a sum."""

SHIFT = np.uint64(31)

SEED = 20_240_613
"""Of the permutations: the same in every process, so that a cut that is done again drops the same questions."""

WAYS = 4
"""Texts kept per bucket of a band table; where a template fills a bucket its first texts stand for the rest."""

FIRST_BUCKETS = 1 << 10
"""Buckets of an empty band table; a power of two, doubled when there are more than `LOAD` texts a bucket."""

LOAD = 2
"""Texts per bucket, of `WAYS`: one bucket in twenty overflows."""

FREE = np.uint32(2**32 - 1)
"""Marks a free place in a bucket."""

MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
"""2^64 divided by the golden ratio: multiplying by it spreads neighbouring values (Knuth, vol. 3, 6.4)."""


def mixed(values: Hashes) -> Hashes:
    """Every bit of a value spread over all bits of the result (splitmix64's finaliser)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


class Signer:
    """Makes signatures."""

    def __init__(self) -> None:
        random = np.random.Generator(np.random.PCG64(SEED))
        self._factors = random.integers(1, int(PRIME), PLACES, dtype=np.uint64)
        self._terms = random.integers(0, int(PRIME), PLACES, dtype=np.uint64)

    def sign(self, shingles: Hashes, starts: NDArray[np.intp]) -> Signatures:
        """Signatures of several texts, `(texts, PLACES)`: the lowest byte of each least hash.

        `shingles`: the hashes of all texts one after the other; `starts`: where each text's begin. No text has none.
        """
        least = np.empty((PLACES, len(starts)), np.uint64)
        reduced = shingles % PRIME
        work, fold = np.empty_like(reduced), np.empty_like(reduced)
        for place, (factor, term) in enumerate(zip(self._factors, self._terms, strict=True)):
            np.multiply(reduced, factor, out=work)
            work += term
            np.right_shift(work, SHIFT, out=fold)
            work &= PRIME
            work += fold
            np.subtract(work, PRIME, out=fold)  # wraps round where there is nothing to take off
            np.minimum(work, fold, out=work)
            np.minimum.reduceat(work, starts, out=least[place])
        # A byte of the hash would be biased towards 0, since the hash is a minimum: a byte of its mixture is not.
        return np.ascontiguousarray((mixed(least) & np.uint64(255)).astype(np.uint8).T)


class NearTexts:
    """Signatures of texts seen before, and which of them a new one is near to."""

    def __init__(self, threshold: float) -> None:
        """`threshold`: least Jaccard similarity of two texts that are near, above 0 and at most 1."""
        # Places per band, so that 1 - (1 - threshold^rows)^BANDS is `RECALL`.
        share = 1 - (1 - RECALL) ** (1 / BANDS)
        rows = PLACES // BANDS if threshold == 1 else int(math.log(share) / math.log(threshold))
        self._rows = min(max(rows, 1), PLACES // BANDS)
        # Two different hashes share a byte once in 256.
        self._least = math.ceil(PLACES * (threshold + (1 - threshold) / 256) - 1e-9)
        self._signatures = np.empty((FIRST_BUCKETS, PLACES), np.uint8)
        self._tables = np.full((BANDS, FIRST_BUCKETS, WAYS), FREE, np.uint32)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def take(self, signatures: Signatures) -> NDArray[np.int64]:
        """Add the texts that are near to no text before them, those of the same call included.

        Returns the number of the near earlier text for each one that is left out, and -1 for each one taken. Texts are
        numbered from 0 in the order in which they are taken.
        """
        near = self._near_before(signatures)
        first = self._count
        numbers = np.full(len(signatures), -1, np.int64)
        within = self._near_within(signatures, near < 0)
        for index in np.flatnonzero(near < 0):
            earlier = [numbers[other] for other in within.get(int(index), ()) if numbers[other] >= 0]
            if earlier:
                near[index] = min(earlier)
            else:
                numbers[index] = self._count
                self._count += 1
        self._add(signatures[numbers >= 0], first)
        return near

    def _agree(self, one: Signatures, other: Signatures) -> NDArray[np.bool_]:
        agreeing: NDArray[np.bool_] = np.count_nonzero(one == other, axis=-1) >= self._least
        return agreeing

    def _near_before(self, signatures: Signatures) -> NDArray[np.int64]:
        buckets = self._buckets(signatures)
        near = np.full(len(signatures), FREE, np.uint32)
        for band in range(BANDS):
            for way in range(WAYS):
                found = self._tables[band, buckets[band], way]
                asked = np.flatnonzero(found < near)
                others = found[asked]
                agreeing = self._agree(signatures[asked], self._signatures[others])
                near[asked[agreeing]] = others[agreeing]
        return np.where(near == FREE, -1, near.astype(np.int64))

    def _near_within(self, signatures: Signatures, asked: NDArray[np.bool_]) -> dict[int, list[int]]:
        """For each text the earlier ones of the same call that are near: of each band, the first and the one before."""
        texts = np.flatnonzero(asked)
        pairs = set[tuple[int, int]]()
        for keys in self._keys(signatures[texts]):
            order = np.argsort(keys, kind="stable")
            same = keys[order][1:] == keys[order][:-1]
            begins = (
                np.maximum.accumulate(np.where(np.r_[True, ~same], np.arange(len(order)), 0)) if len(order) else order
            )
            later = np.flatnonzero(same) + 1
            for earlier in (later - 1, begins[later]):
                pairs.update(zip(texts[order[later]].tolist(), texts[order[earlier]].tolist(), strict=True))
        if not pairs:
            return {}
        ordered = np.array(sorted(pairs))
        near: dict[int, list[int]] = {}
        for text, earlier in ordered[self._agree(signatures[ordered[:, 0]], signatures[ordered[:, 1]])].tolist():
            near.setdefault(text, []).append(earlier)
        return near

    def _keys(self, signatures: Signatures) -> Hashes:
        """The hash of each band, `(BANDS, texts)`."""
        keys = np.zeros((BANDS, len(signatures)), np.uint64)
        for band in range(BANDS):
            for place in range(band * self._rows, (band + 1) * self._rows):
                keys[band] = (keys[band] + signatures[:, place] + np.uint64(1)) * MULTIPLIER
        return mixed(keys)

    def _buckets(self, signatures: Signatures) -> NDArray[np.intp]:
        return (self._keys(signatures) & np.uint64(self._tables.shape[1] - 1)).astype(np.intp)

    def _add(self, signatures: Signatures, first: int) -> None:
        if self._count > len(self._signatures):
            grown: Any = np.empty((max(2 * len(self._signatures), self._count), PLACES), np.uint8)
            grown[:first] = self._signatures[:first]
            self._signatures = grown
        self._signatures[first : self._count] = signatures
        if self._count > LOAD * self._tables.shape[1]:
            while self._count > LOAD * self._tables.shape[1]:
                self._tables = np.full((BANDS, 2 * self._tables.shape[1], WAYS), FREE, np.uint32)
            first, signatures = 0, self._signatures[: self._count]
        self._enter(signatures, first)

    def _enter(self, signatures: Signatures, first: int) -> None:
        """Put texts into the band tables, in order, where their buckets have room."""
        buckets = self._buckets(signatures)
        for table, places in zip(self._tables, buckets, strict=True):
            order = np.argsort(places, kind="stable")
            ordered = places[order]
            begins = (
                np.maximum.accumulate(np.where(np.r_[True, ordered[1:] != ordered[:-1]], np.arange(len(order)), 0))
                if len(order)
                else order
            )
            ways = np.count_nonzero(table[ordered] != FREE, axis=1) + np.arange(len(order)) - begins
            fits = ways < WAYS
            table[ordered[fits], ways[fits]] = order[fits] + first
