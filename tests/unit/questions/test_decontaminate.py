from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pad_ray.questions.decontaminate import EMPTY, HashSet, KnownQuestions, hash_of, normalise


def test_normalise_leaves_words_only() -> None:
    assert normalise("  Natalia sold\n48 CLIPS -- in  \u201cMay\u201d!") == "natalia sold 48 clips in may"
    assert normalise("Stra\u00dfe, \u00c9t\u00e9") == normalise("STRASSE \u00e9t\u00c9")


@given(st.text())
def test_normalise_is_settled_after_one_time(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_a_question_is_known_whatever_its_layout() -> None:
    known = KnownQuestions()
    known.add("Dan had $ 3 left. How much did it cost?")
    assert "dan had $3 left -- how much did it cost" in known
    assert "Dan had $4 left. How much did it cost?" not in known
    assert len(known) == 1


@given(st.lists(st.integers(1, 2**64 - 1) | st.integers(1, 5000)))
def test_hash_set_is_a_set(values: list[int]) -> None:
    table, model = HashSet(), set[int]()
    for value in values:
        assert table.add(value) == (value not in model)
        model.add(value)
    assert len(table) == len(model)
    assert all(value in table for value in model)
    assert all((value + 1) % 2**64 in model or (value + 1) % 2**64 not in table for value in model if value + 1 < 2**64)


def test_hash_set_grows_and_forgets_nothing() -> None:
    table = HashSet()
    hashes = [hash_of(f"gsm8k/train/{number}") for number in range(20_000)]
    assert all(table.add(value) for value in hashes)
    assert not any(table.add(value) for value in hashes)
    assert hash_of("gsm8k/train/20000") not in table
    assert len(table._slots) * 8 < 40 * len(hashes)


def test_a_hash_is_the_same_in_every_process_and_never_the_free_mark() -> None:
    assert hash_of("gsm8k/train/17") == HASH_OF_17
    assert hash_of("half a pair \ud800") != EMPTY


HASH_OF_17 = 2869432278756988929
"""Written down once: a change would part hashes made by different versions."""
