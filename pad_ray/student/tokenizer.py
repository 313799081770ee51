"""The tokenizer of a checkpoint: loading it, telling two apart, and whether it is that of the model beside it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pad_ray.errors import ConfigError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "vocab.txt",
    "spiece.model",
    "tokenizer.model",
    "chat_template.jinja",
)
"""Every file of a checkpoint that can decide what its tokenizer does."""


def load_tokenizer(path: str) -> PreTrainedTokenizerBase:
    """The tokenizer of the checkpoint at `path`; no code of the checkpoint's own is run.

    Raises:
        ConfigError: there is none, or it has no end-of-sequence token.
    """
    from transformers import AutoTokenizer

    try:
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(
            path, local_files_only=True, trust_remote_code=False
        )
    except (OSError, ValueError) as error:
        raise ConfigError(f"tokenizer {path}: cannot be loaded ({' '.join(str(error).split())[:200]})") from None
    if tokenizer.eos_token_id is None:
        raise ConfigError(f"tokenizer {path}: has no eos_token, so a student could not learn where to stop; set one")
    return tokenizer


def tokenizer_fingerprint(path: Path) -> str:
    """Hash of the tokenizer files of a checkpoint.

    Raises:
        ConfigError: there are none.
    """
    digest = hashlib.sha256()
    found = [path / name for name in TOKENIZER_FILES if (path / name).is_file()]
    if not found:
        raise ConfigError(f"tokenizer {path}: no tokenizer files there; give the folder of a checkpoint")
    for file in found:
        digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def check_vocabulary(vocabulary: int, checkpoint: Path) -> None:
    """Refuse a tokenizer of `vocabulary` ids if the model beside it has fewer embeddings.

    Raises:
        ConfigError: says how many each has.
    """
    path = checkpoint / "config.json"
    if not path.is_file():
        return  # a tokenizer alone; a model is looked at before it is trained
    config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    rows = config.get("vocab_size") or config.get("text_config", {}).get("vocab_size")
    if rows is not None and vocabulary > rows:
        raise ConfigError(
            f"tokenizer {checkpoint}: has {vocabulary:,} token ids and the model {rows:,} embeddings; "
            "take the tokenizer that the model was trained with, or resize the model's embeddings"
        )


def check_tokenizer(checkpoint: Path) -> None:
    """Refuse a tokenizer that is not that of the model beside it, as far as their files tell; neither is loaded.

    Raises:
        ConfigError: it has more ids than the model has embeddings, or ends a text with another token than the model.
    """
    described = _json(checkpoint / "tokenizer.json")
    ids = _ids(described.get("model", {}).get("vocab", {}))
    ids |= {token["content"]: token["id"] for token in described.get("added_tokens") or ()}
    if not ids:
        return  # of an older kind, which is loaded, and looked at, when the corpus is made
    check_vocabulary(max(ids.values()) + 1, checkpoint)
    end = _json(checkpoint / "tokenizer_config.json").get("eos_token")
    end = end.get("content") if isinstance(end, dict) else end
    of_model = _end_ids(checkpoint)
    if end in ids and of_model and ids[end] not in of_model:
        raise ConfigError(
            f"tokenizer {checkpoint}: ends a text with {end} (id {ids[end]}) and the model with id "
            f"{', '.join(map(str, sorted(of_model)))}; take the tokenizer that the model was trained with, or mend "
            "eos_token_id in config.json"
        )


def _ids(vocabulary: dict[str, int] | list[Any]) -> dict[str, int]:
    """Unigram models have a list of tokens and scores, all others a table."""
    if isinstance(vocabulary, list):
        return {entry[0]: number for number, entry in enumerate(vocabulary)}
    return dict(vocabulary)


def _end_ids(checkpoint: Path) -> set[int]:
    """The ids with which a text of the model ends."""
    config = _json(checkpoint / "config.json")
    sections = [config, config.get("text_config") or {}, _json(checkpoint / "generation_config.json")]
    found = [section.get("eos_token_id") for section in sections]
    return {number for ids in found for number in (ids if isinstance(ids, list) else [ids]) if number is not None}


def _json(path: Path) -> dict[str, Any]:
    """What is in a file of a checkpoint; nothing where there is none."""
    if not path.is_file():
        return {}
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise ConfigError(f"{path}: not JSON; copy the checkpoint again") from None
    return content
