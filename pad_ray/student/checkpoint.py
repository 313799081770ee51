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
from typing import TYPE_CHECKING, Any

from pad_ray.errors import ConfigError
from pad_ray.shards.files import commit_json, replace_durably
from pad_ray.student.sizes import Anatomy
from pad_ray.student.tokenizer import TOKENIZER_FILES

if TYPE_CHECKING:
    import torch
    from transformers import PretrainedConfig, PreTrainedModel

WEIGHTS_FILE = "model.safetensors"
INDEX_FILE = "model.safetensors.index.json"
ADAPTER_FILE = "adapter_config.json"
"""Of a folder that holds a LoRA adapter and not a whole model (PEFT's name)."""

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
    folder = _folder(path)
    parameters = sum(math.prod(shape) for shape in tensor_shapes(folder).values())
    config = _config(folder)
    return CheckpointInfo(
        encoder_decoder=bool(config.is_encoder_decoder),
        model_type=config.model_type,
        parameters=parameters,
        max_positions=getattr(_sides(config)[1], "max_position_embeddings", None),
    )


def anatomy_of(path: str | Path) -> Anatomy:
    """The same checkpoint by the shapes of its tensors, for `sizes`.

    Raises:
        ConfigError: as `describe_checkpoint`.
    """
    folder = _folder(path)
    tensors, config = tensor_shapes(folder), _config(folder)
    encoder, decoder = _sides(config)
    if getattr(config, "tie_word_embeddings", False) or getattr(decoder, "tie_word_embeddings", False):
        # Some checkpoints hold the head, which is the embedding, a second time.
        tensors = {name: shape for name, shape in tensors.items() if not name.endswith("lm_head.weight")}
    # Rare architectures lack one of these; their figures then lack what follows from it, and nothing fails.
    layers, heads, hidden = (
        getattr(decoder, name, None) or 0 for name in ("num_hidden_layers", "num_attention_heads", "hidden_size")
    )
    of_decoder = [getattr(decoder, name, None) for name in ("num_decoder_layers", "decoder_layers")]
    return Anatomy(
        tensors=tensors,
        # At least one, or it would pass for a decoder.
        encoder_layers=max(getattr(encoder, "num_hidden_layers", None) or 0, 1) if encoder else 0,
        decoder_layers=next((n for n in of_decoder if n), layers),
        hidden=hidden,
        attention=heads * (getattr(decoder, "head_dim", None) or hidden // max(heads, 1)),
        heads=heads,
        vocabulary=getattr(decoder, "vocab_size", None) or 0,
        max_positions=getattr(decoder, "max_position_embeddings", None),
    )


def _sides(config: PretrainedConfig) -> tuple[PretrainedConfig | None, PretrainedConfig]:
    """The sections that describe encoder, None where there is none, and decoder.

    T5 and BART have one section for both, T5Gemma one for each; a model that also sees has one for the part that
    writes.
    """
    if not config.is_encoder_decoder:
        return None, config.get_text_config()
    encoder, decoder = getattr(config, "encoder", None), getattr(config, "decoder", None)
    if encoder is None or decoder is None:
        return config, config
    return encoder.get_text_config(), decoder.get_text_config()


def load_weights(
    path: Path, *, encoder_decoder: bool, dtype: torch.dtype, attention: str | None = None
) -> PreTrainedModel:
    """The model at `path`; no code of the checkpoint's own is run, and no pickle is read.

    Args:
        attention: transformers' `attn_implementation`; None leaves it the choice.
    """
    from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM

    kind = AutoModelForSeq2SeqLM if encoder_decoder else AutoModelForCausalLM
    model: PreTrainedModel = kind.from_pretrained(
        path,
        dtype=dtype,
        attn_implementation=attention,
        local_files_only=True,
        trust_remote_code=False,
        use_safetensors=True,
    )
    return model


def _folder(path: str | Path) -> Path:
    folder = Path(path)
    if (folder / "config.json").is_file():
        return folder
    if (folder / ADAPTER_FILE).is_file():
        raise ConfigError(f"model {path}: an adapter and no whole model; train it with student.lora.merge=true")
    raise ConfigError(f"model {path}: no config.json there; give the folder of a Hugging Face checkpoint")


def _config(folder: Path) -> PretrainedConfig:
    from huggingface_hub.errors import StrictDataclassError
    from transformers import AutoConfig  # seconds: a path that is no checkpoint is told before

    try:
        return AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError, TypeError, StrictDataclassError) as error:
        raise ConfigError(f"model {folder}: config.json cannot be used ({_line(error)})") from None


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


def tensor_shapes(folder: Path) -> dict[str, tuple[int, ...]]:
    """Name and shape of every tensor of a checkpoint.

    Raises:
        ConfigError: as `weight_files`, or a file is not whole.
    """
    return {name: shape for file in weight_files(folder) for name, shape in _header(file).items()}


def _header(file: Path) -> dict[str, tuple[int, ...]]:
    """Shapes by the header of a safetensors file. Layout: u64 header length, JSON header, data."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        header_bytes = int.from_bytes(stream.read(8), "little")
        if not 2 <= header_bytes <= min(HEADER_LIMIT, size - 8):
            raise ConfigError(f"model {file}: not a safetensors file, or cut off; copy it again")
        try:
            header: dict[str, Any] = json.loads(stream.read(header_bytes))
            tensors = {name: tensor for name, tensor in header.items() if name != "__metadata__"}
            end = max((tensor["data_offsets"][1] for tensor in tensors.values()), default=0)
            shapes = {name: tuple(map(int, tensor["shape"])) for name, tensor in tensors.items()}
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            raise ConfigError(f"model {file}: header of the safetensors file cannot be read ({_line(error)})") from None
    if 8 + header_bytes + end != size:
        raise ConfigError(f"model {file}: {size} bytes where its header says {8 + header_bytes + end}; copy it again")
    return shapes


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
