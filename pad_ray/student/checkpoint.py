"""Model checkpoints in Hugging Face's layout: what lies at a path, and how a finished model is put at one.

Only safetensors are read. The other format, pickles, can run any code while it is loaded.
"""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pad_ray.errors import ConfigError
from pad_ray.shards.files import commit_json, replace_durably
from pad_ray.student.tokenizer import TOKENIZER_FILES

WEIGHTS_FILE = "model.safetensors"
INDEX_FILE = "model.safetensors.index.json"
REPORT_FILE = "training_report.json"
"""In the folder of a model that we trained; written before the folder gets its name, so what has it is whole."""

HEADER_LIMIT = 100 * 2**20
"""Bytes; what the safetensors library takes for a header at most. A number beyond it is not a safetensors file."""


@dataclass(frozen=True, slots=True)
class CheckpointInfo:
    """What a checkpoint holds, by its config and the headers of its weights; no weights are loaded."""

    encoder_decoder: bool
    model_type: str
    parameters: int
    max_positions: int | None
    """Tokens that the model has positions for; None where positions are relative and have no limit (T5)."""


def describe_checkpoint(path: str | Path) -> CheckpointInfo:
    """Look at the checkpoint in the folder `path`.

    Raises:
        ConfigError: it is no checkpoint that can be loaded; one line that says why.
    """
    folder = Path(path)
    if not (folder / "config.json").is_file():
        raise ConfigError(f"model {path}: no config.json there; give the folder of a Hugging Face checkpoint")
    parameters = sum(_parameters(file) for file in weight_files(folder))
    from huggingface_hub.errors import StrictDataclassError
    from transformers import AutoConfig  # seconds: a path that is no checkpoint is told at once

    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError, TypeError, StrictDataclassError) as error:
        raise ConfigError(f"model {path}: config.json cannot be used ({_line(error)})") from None
    return CheckpointInfo(
        encoder_decoder=bool(config.is_encoder_decoder),
        model_type=config.model_type,
        parameters=parameters,
        max_positions=getattr(config, "max_position_embeddings", None),
    )


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of a checkpoint, all of which are there.

    Raises:
        ConfigError: there are none, or the index names one that is missing.
    """
    if (folder / WEIGHTS_FILE).is_file():
        return [folder / WEIGHTS_FILE]
    if not (folder / INDEX_FILE).is_file():
        pickles = sorted(p.name for pattern in ("*.bin", "*.pt", "*.pth", "*.ckpt") for p in folder.glob(pattern))
        if pickles:
            raise ConfigError(
                f"model {folder}: only pickles there ({pickles[0]}), which can run code when loaded; "
                f"convert them to safetensors ({WEIGHTS_FILE})"
            )
        raise ConfigError(f"model {folder}: no weights there; wanted is {WEIGHTS_FILE} or {INDEX_FILE}")
    try:
        named = json.loads((folder / INDEX_FILE).read_text(encoding="utf-8"))["weight_map"].values()
        files = [folder / name for name in sorted(set(named))]
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise ConfigError(f"model {folder}: {INDEX_FILE} cannot be read ({_line(error)})") from None
    for file in files:
        if not file.is_file():
            raise ConfigError(f"model {folder}: {INDEX_FILE} names {file.name}, which is missing; copy it there")
    return files


def _parameters(file: Path) -> int:
    """Number of values in a safetensors file, from its header. Layout: u64 header length, JSON header, data."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        header_bytes = int.from_bytes(stream.read(8), "little")
        if not 2 <= header_bytes <= min(HEADER_LIMIT, size - 8):
            raise ConfigError(f"model {file}: not a safetensors file, or cut off; copy it again")
        try:
            header: dict[str, Any] = json.loads(stream.read(header_bytes))
            tensors = [tensor for name, tensor in header.items() if name != "__metadata__"]
            end = max((tensor["data_offsets"][1] for tensor in tensors), default=0)
            parameters: int = sum(math.prod(tensor["shape"]) for tensor in tensors)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            raise ConfigError(f"model {file}: header of the safetensors file cannot be read ({_line(error)})") from None
    if 8 + header_bytes + end != size:
        raise ConfigError(f"model {file}: {size} bytes where its header says {8 + header_bytes + end}; copy it again")
    return parameters


def _line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]


def checkpoint_fingerprint(folder: Path) -> str:
    """Hash of everything in a checkpoint that decides a training: config and weights (about 1 s per GB)."""
    digest = hashlib.sha256((folder / "config.json").read_bytes())
    for file in weight_files(folder):
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def publish_model(temporary: Path, final: Path, *, base: Path, report: dict[str, Any]) -> None:
    """Make the weights and config in `temporary` the model at `final`: with the tokenizer of `base`, byte for byte, and
    `report`; a model that is there already gives way.
    """
    for name in TOKENIZER_FILES:
        if (base / name).is_file():
            shutil.copyfile(base / name, temporary / name)
    commit_json(temporary / REPORT_FILE, report)
    if final.exists():
        outdated = final.with_name(f".{final.name}.outdated")
        shutil.rmtree(outdated, ignore_errors=True)
        final.rename(outdated)
        replace_durably(temporary, final)
        shutil.rmtree(outdated)
    else:
        replace_durably(temporary, final)


def published_report(final: Path) -> dict[str, Any] | None:
    """The report in a published model, or None where there is no whole model."""
    try:
        report: dict[str, Any] = json.loads((final / REPORT_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return report
