"""Which trainings are possible, and the DeepSpeed config of one."""

from __future__ import annotations

import sys
from typing import Any

from pad_ray.config import StudentConfig
from pad_ray.errors import ConfigError

CPUS_PER_RANK = 0.5
"""Logical CPUs that a rank without a GPU reserves: two ranks must fit beside nothing else on the smallest machine that
we support (two cores, of which other actors may still hold one). It limits no thread."""


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
    if config.offload == "cpu" and gpus == 0:
        raise ConfigError("student.offload: cpu needs a GPU to offload from and this cluster has none; set it to none")
    if config.offload == "cpu" and config.zero_stage == 0:
        raise ConfigError("student.offload: cpu needs sharded optimizer states; set student.zero_stage to 1, 2 or 3")
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
    if max_positions is None:
        return
    if encoder_decoder and max(config.max_source_tokens, config.max_target_tokens) > max_positions:
        raise ConfigError(
            f"student.max_source_tokens: the model has positions for {max_positions} tokens on either side; "
            f"let max_source_tokens and max_target_tokens be {max_positions} or less"
        )
    if not encoder_decoder and longest > max_positions:
        raise ConfigError(
            f"student.max_source_tokens: the longest example has {longest} tokens with its target and the model has "
            f"positions for {max_positions}; let max_source_tokens + max_target_tokens be {max_positions} or less"
        )


def deepspeed_config(config: StudentConfig) -> dict[str, Any]:
    """The DeepSpeed config of a training, for transformers' `deepspeed=`, which fills in `auto`.

    `lr` is `auto` and not left out: left out, the optimizer is made with torch's default of 1e-3, and the schedule
    multiplies that.
    """
    zero: dict[str, Any] = {"stage": config.zero_stage}
    if config.zero_stage == 3:
        zero["stage3_gather_16bit_weights_on_model_save"] = True
    if config.offload == "cpu":
        zero["offload_optimizer"] = {"device": "cpu", "pin_memory": True}
    return {
        "train_micro_batch_size_per_gpu": config.batch_size,
        "gradient_accumulation_steps": config.gradient_accumulation,
        "gradient_clipping": config.max_grad_norm,
        "optimizer": {
            "type": "AdamW",
            # torch's own fused AdamW, on GPUs too and where states are offloaded: DeepSpeed's are compiled on first use
            # and want a CUDA toolkit of the same version on every node.
            "params": {"torch_adam": True, "fused": True, "lr": "auto", "weight_decay": config.weight_decay},
        },
        "zero_force_ds_cpu_optimizer": False,
        "zero_optimization": zero,
        "bf16": {"enabled": config.precision == "bf16"},
        "steps_per_print": sys.maxsize,
    }
