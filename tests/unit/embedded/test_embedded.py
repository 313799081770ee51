"""What ships: sizes, tokenizer, cards; and what the models were allowed to read."""

from __future__ import annotations

import json
import struct
from itertools import islice
from pathlib import Path

import pytest

from pad_ray.config import EMBEDDED
from pad_ray.embedded import documents
from pad_ray.questions.wordsums.reader import families, phrasings

LIMITS = {"embedded:teacher": 8_000_000, "embedded:student": 4_000_000}


def _header(folder: Path) -> dict[str, dict[str, object]]:
    """The header of a safetensors file: name -> dtype and shape."""
    with open(folder / "model.safetensors", "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header: dict[str, dict[str, object]] = json.loads(file.read(size))
    header.pop("__metadata__", None)
    return header


@pytest.mark.parametrize("name", EMBEDDED)
def test_a_shipped_model_is_small_and_in_bf16(name: str) -> None:
    header = _header(EMBEDDED[name])
    parameters = 0
    for tensor in header.values():
        assert tensor["dtype"] == "BF16"
        count = 1
        for side in tensor["shape"]:  # type: ignore[attr-defined]
            count *= side
        parameters += count
    assert parameters <= LIMITS[name]


def test_both_models_together_are_at_most_24_mb() -> None:
    assert sum(p.stat().st_size for folder in EMBEDDED.values() for p in folder.rglob("*")) <= 24 * 10**6


@pytest.mark.parametrize("name", EMBEDDED)
def test_every_digit_is_a_token_of_its_own(name: str) -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(EMBEDDED[name] / "tokenizer.json"))
    text = "Ana has 1234567890 apples for $12.50, 25% of them red: naïve \u2603\n    x = 307"
    tokens = tokenizer.encode(text).tokens
    assert [t for t in tokens if any(c.isdigit() for c in t)] == list("1234567890" + "1250" + "25" + "307")
    assert tokenizer.decode(tokenizer.encode(text).ids) == text


@pytest.mark.parametrize("name", EMBEDDED)
def test_the_card_says_how_the_model_was_made_and_how_good_it_is(name: str) -> None:
    card = (EMBEDDED[name] / "README.md").read_text()
    facts = json.loads((EMBEDDED[name] / "training.json").read_text())
    assert "pass@1" in card and "seed" in card
    for stage in facts["stages"]:
        assert stage["documents"] in card and f"{stage['steps']:,}" in card
    assert f"{facts['parameters']:,}" in card


def test_no_document_uses_a_phrasing_held_out_for_test() -> None:
    held_out = {text for family in families() for text in phrasings(family, "test")}
    told = []

    def record(family, phrasing, random):  # type: ignore[no-untyped-def]
        told.append(phrasing)
        return original(family, phrasing, random)

    original = documents.draw_problem
    documents.draw_problem = record
    try:
        for recipe in documents.RECIPES.values():
            list(islice(recipe(), 300))
    finally:
        documents.draw_problem = original
    assert len(told) > 500
    assert not held_out & set(told)


def test_the_base_never_sees_a_question_with_its_program_or_its_reasoning() -> None:
    for document in islice(documents.reading_documents(), 2_000):
        whole = document.source + document.target
        assert not ("Question:" in whole and "def solution" in whole)
        assert "The answer is" not in whole


def test_documents_are_deterministic() -> None:
    for recipe in documents.RECIPES.values():
        assert list(islice(recipe(), 20)) == list(islice(recipe(), 20))
