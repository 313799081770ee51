"""Which trainings are possible, and the DeepSpeed config of one."""

from __future__ import annotations

import sys
from typing import Any

from pad_ray.config import StudentConfig
from pad_ray.errors import ConfigError

CPUS_PER_RANK = 0.5
"""Logical CPUs that a rank without a GPU reserves: two ranks must fit beside nothing else on the smallest machine that
we support (two cores, of which other actors may still hold one). It limits no thread."""


BUCKET_ELEMENTS = 200_000_000
"""Elements of the buffer in which gradients are collected before ranks exchange them. DeepSpeed allocates it whole,
however small the model: its own 5e8 are 2 GB in fp32. Messages of 2e8 are long past the size from which links are used
to the full."""

WIDEST_ROW = 2048
"""Tokens of a packed row where the model has positions for more and the limits do not ask for more: products of a few
such rows keep a GPU busy, and wider ones only cost memory."""


def packed_width(config: StudentConfig, *, encoder_decoder: bool, max_positions: int | None) -> int | None:
    """Tokens of a packed row; None where examples are not packed. Without `pack_width` wide enough for every example:
    those that the model has no positions for are left out of a corpus."""
    if encoder_decoder or not config.packing:
        return None
    if config.pack_width:
        return config.pack_width
    width = max(WIDEST_ROW, config.max_source_tokens + config.max_target_tokens)
    return width if max_positions is None else min(max_positions, width)


def check_student(
    config: StudentConfig,
    *,
    gpus: int,
    cpus: float,
    encoder_decoder: bool,
    longest: int = 0,
    max_positions: int | None = None,
) -> None:
    """Refuse what cannot be trained.

    Args:
        gpus: GPUs of the cluster.
        cpus: CPUs of the cluster.
        longest: longest example of the corpus, source and target together, in tokens; 0 where not yet known.
        max_positions: tokens that the model has positions for; None where it has no such limit.

    Raises:
        ConfigError: names the key and what would be right.
    """
    _check_offload(config, gpus)
    if gpus and config.workers > gpus:
        raise ConfigError(
            f"student.workers: {config.workers} ranks need a GPU each and this cluster has {gpus}; "
            f"set it to {gpus} or less"
        )
    if not gpus and config.workers * CPUS_PER_RANK > cpus:
        raise ConfigError(
            f"student.workers: {config.workers} ranks need {config.workers * CPUS_PER_RANK:g} CPUs and this cluster "
            f"has {cpus:g}; set it to {max(1, int(cpus / CPUS_PER_RANK))} or less"
        )
    if encoder_decoder:
        _check_sides(config, max_positions)
    else:
        _check_rows(config, longest, max_positions)


def _check_offload(config: StudentConfig, gpus: int) -> None:
    where = config.offload
    if (where == "nvme") != (config.offload_folder is not None):
        raise ConfigError(
            "student.offload_folder: belongs to offload: nvme; give both (a folder on each node's own disk) or neither"
        )
    if where == "none":
        return
    if gpus == 0:
        raise ConfigError(
            f"student.offload: {where} needs a GPU to offload from and this cluster has none; set it to none"
        )
    if config.zero_stage == 0:
        raise ConfigError(
            f"student.offload: {where} needs sharded optimizer states; set student.zero_stage to 1, 2 or 3"
        )
    if where == "nvme" and config.zero_stage != 3:
        raise ConfigError("student.offload: nvme needs ZeRO stage 3; set student.zero_stage to 3, or offload to cpu")


def _check_sides(config: StudentConfig, max_positions: int | None) -> None:
    """Source and target of an encoder-decoder, each by itself."""
    if config.pack_width is not None:
        raise ConfigError(
            "student.pack_width: examples of an encoder-decoder are not packed but bucketed by length; leave it out"
        )
    if max_positions is not None and max(config.max_source_tokens, config.max_target_tokens) > max_positions:
        raise ConfigError(
            f"student.max_source_tokens: the model has positions for {max_positions} tokens on either side; "
            f"let max_source_tokens and max_target_tokens be {max_positions} or less"
        )


def _check_rows(config: StudentConfig, longest: int, max_positions: int | None) -> None:
    """Source and target of a decoder-only model, joined."""
    if max_positions is not None and longest > max_positions:
        raise ConfigError(
            f"student.max_source_tokens: the longest example has {longest} tokens with its target and the model has "
            f"positions for {max_positions}; let max_source_tokens + max_target_tokens be {max_positions} or less"
        )
    width = packed_width(config, encoder_decoder=False, max_positions=max_positions)
    if width is None:
        return
    if max_positions is not None and width > max_positions:
        raise ConfigError(
            f"student.pack_width: the model has positions for {max_positions} tokens; set it to {max_positions} or less"
        )
    if longest > width:
        raise ConfigError(
            f"student.pack_width: the longest example has {longest} tokens and a row {width}; "
            f"set it to {longest} or more, or max_source_tokens and max_target_tokens lower"
        )


def deepspeed_config(
    config: StudentConfig, *, accumulation: int | None = None, universal: bool = False
) -> dict[str, Any]:
    """The DeepSpeed config of a training, for transformers' `deepspeed=`, which fills in `auto`.

    Args:
        accumulation: micro-steps per optimizer step, where they are not those of `config`.
        universal: the states that are loaded lie there as a universal checkpoint (see `universal`).

    `lr` is `auto` and not left out: left out, the optimizer is made with torch's default of 1e-3, and the schedule
    multiplies that.
    """
    zero: dict[str, Any] = {
        "stage": config.zero_stage,
        "reduce_bucket_size": BUCKET_ELEMENTS,
        "allgather_bucket_size": BUCKET_ELEMENTS,
    }
    if config.zero_stage == 3:
        zero["stage3_gather_16bit_weights_on_model_save"] = True
    if config.offload != "none":
        zero["offload_optimizer"] = {"device": config.offload, "pin_memory": True}
    if config.offload == "nvme":
        zero["offload_optimizer"]["nvme_path"] = str(config.offload_folder)
    return {
        "train_micro_batch_size_per_gpu": config.batch_size,
        "gradient_accumulation_steps": accumulation or config.gradient_accumulation,
        "gradient_clipping": config.max_grad_norm,
        "optimizer": {
            "type": "AdamW",
            # torch's own fused AdamW, on GPUs too and where states are offloaded: DeepSpeed's are compiled on first use
            # and want a CUDA toolkit of the same version on every node.
            "params": {"torch_adam": True, "fused": True, "lr": "auto", "weight_decay": config.weight_decay},
        },
        "zero_force_ds_cpu_optimizer": False,
        "zero_optimization": zero,
        "checkpoint": {"load_universal": universal},
        "bf16": {"enabled": config.precision == "bf16"},
        "steps_per_print": sys.maxsize,
    }
