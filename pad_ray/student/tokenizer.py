"""The tokenizer of a checkpoint: loading it, and telling two apart."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

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
