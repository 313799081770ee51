"""Signatures and near texts, against plain arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pad_ray.questions.minhash import PLACES, PRIME, NearTexts, Signer, mixed

SIGNER = Signer()


def sign(*texts: set[int]) -> np.ndarray:
    starts = np.cumsum([0, *map(len, texts)])[:-1]
    return SIGNER.sign(np.array([h for text in texts for h in sorted(text)], np.uint64), starts)


@given(st.lists(st.sets(st.integers(0, 2**64 - 1), min_size=1, max_size=9), min_size=1, max_size=5))
def test_a_signature_holds_the_least_of_every_permutation(texts: list[set[int]]) -> None:
    signed = sign(*texts)
    for text, signature in zip(texts, signed, strict=True):
        least = [
            min((int(factor) * (shingle % int(PRIME)) + int(term)) % int(PRIME) for shingle in text)
            for factor, term in zip(SIGNER._factors, SIGNER._terms, strict=True)
        ]
        assert signature.tolist() == (mixed(np.array(least, np.uint64)) & np.uint64(255)).tolist()


@pytest.mark.parametrize("shared", [0, 200, 500, 800, 950])
def test_places_agree_as_often_as_the_sets_are_similar(shared: int) -> None:
    random = np.random.default_rng(shared)
    agreeing = []
    for _ in range(20):
        values = random.integers(0, 2**63, 2000 - shared).tolist()
        one, other = sign(set(values[:1000]), set(values[1000 - shared : 2000 - shared]))
        agreeing.append(np.count_nonzero(one == other) / PLACES)
    assert abs(np.mean(agreeing) - shared / (2000 - shared)) < 0.06


@given(st.lists(st.integers(0, 7), max_size=40), st.integers(1, 12))
@settings(max_examples=60)
def test_equal_texts_are_near_whatever_the_batches(drawn: list[int], size: int) -> None:
    shapes = sign(*({1000 * value + step for step in range(20)} for value in range(8)))
    texts = NearTexts(0.8)
    found = [n for at in range(0, len(drawn), size) for n in texts.take(shapes[drawn[at : at + size]]).tolist()]
    numbers: dict[int, int] = {}
    for value, near in zip(drawn, found, strict=True):
        assert near == numbers.get(value, -1)
        numbers.setdefault(value, len(numbers))
    assert len(texts) == len(numbers)
