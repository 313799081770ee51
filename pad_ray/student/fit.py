"""Whether a training fits into the memory that is there, and which settings would make it fit. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pad_ray.config import LoraConfig, StudentConfig
from pad_ray.errors import ConfigError
from pad_ray.student.sizes import Anatomy, Memory, layer_of, memory, targeted

GIB = 1 << 30

GPU_RESERVE = 2 * GIB
"""Bytes of a GPU that are no tensor of ours: CUDA context, NCCL, cuBLAS, and what the allocator cannot use."""

PROCESS_BYTES = GIB
"""Host memory of a rank before there is any model: torch, transformers, DeepSpeed, Ray's worker."""

CHANGES: tuple[tuple[str, Any], ...] = (
    ("gradient_checkpointing", True),
    ("batch_size", 1),
    ("zero_stage", 2),
    ("zero_stage", 3),
    ("precision", "bf16"),
    ("offload", "cpu"),
    ("lora", LoraConfig()),
)
"""What may make a training fit, the least invasive first: the same steps, only slower; other arithmetic; another
method. Where `batch_size` is lowered `gradient_accumulation` makes up for it."""


@dataclass(frozen=True)
class Node:
    """One machine of those that train; all are alike."""

    ranks: int
    """Ranks on it."""
    gpu_bytes: int | None
    """Memory of a GPU; None: ranks compute on the host's CPUs."""
    host_bytes: int | None
    """Memory of the host; None: not known, and taken as enough."""

    @property
    def gpus(self) -> bool:
        return self.gpu_bytes is not None


def parse_node(text: str, workers: int) -> Node:
    """`8x80` or `8x80/1024`: GPUs of a node, GiB of each, GiB of the host.

    Raises:
        ConfigError: it is written in another way.
    """
    found = re.fullmatch(r"(\d+)x(\d+(?:\.\d+)?)(?:/(\d+(?:\.\d+)?))?", text)
    if found is None or int(found[1]) == 0:
        raise ConfigError(f"--on {text}: write GPUs x GiB, e.g. 8x80, or with the host's memory 8x80/1024")
    host = int(float(found[3]) * GIB) if found[3] else None
    return Node(min(int(found[1]), workers), int(float(found[2]) * GIB), host)


def on_host(needs: Memory, node: Node, *, estimated: bool = True) -> int:
    """Bytes of host memory that a node needs: while the checkpoint is read, before anything is offloaded, or later."""
    computed = needs.total if estimated else needs.certain
    training = needs.offloaded if node.gpus else computed
    processes = node.ranks * PROCESS_BYTES
    return processes + max(node.ranks * needs.loading, node.ranks * training + needs.merging)


def lacking(needs: Memory, node: Node, *, estimated: bool = True) -> str:
    """What there is too little of, in words; empty where it fits.

    Args:
        estimated: activations count too. They are an estimate, so nobody should be kept from trying because of them.
    """
    wanted = needs.total if estimated else needs.certain
    if node.gpu_bytes is not None and wanted + GPU_RESERVE > node.gpu_bytes:
        return f"{gib(wanted + GPU_RESERVE)} per GPU and one has {gib(node.gpu_bytes)}"
    host = on_host(needs, node, estimated=estimated)
    if node.host_bytes is not None and host > node.host_bytes:
        return f"{gib(host)} of host memory for {node.ranks} ranks on a node and it has {gib(node.host_bytes)}"
    return ""


def check_fits(
    model: Anatomy, config: StudentConfig, node: Node, *, longest: int = 0, estimated: bool = True
) -> Memory:
    """What each rank needs.

    Args:
        longest: longest example in tokens, source and target together; 0 where not yet known.
        estimated: as in `lacking`.

    Raises:
        ConfigError: it is not there; says what would fit.
    """
    check_targets(model, config)
    needs = memory(model, config, longest=longest, gpus=node.gpus)
    lacks = lacking(needs, node, estimated=estimated)
    if not lacks:
        return needs
    parts = f"weights {gib(needs.weights)}, gradients {gib(needs.gradients)}, optimizer {gib(needs.optimizer)}"
    raise ConfigError(
        f"student: the training needs {lacks} ({parts}, activations about {gib(needs.working)}); "
        f"{advice(model, config, node, longest=longest)}"
    )


def advice(model: Anatomy, config: StudentConfig, node: Node, *, longest: int = 0) -> str:
    """The least invasive changes with which it fits: one, or as many as are needed."""

    def needs(changes: dict[str, Any]) -> Memory:
        return memory(model, config.model_copy(update=changes), longest=longest, gpus=node.gpus)

    def fits(*steps: dict[str, Any]) -> bool:
        return not lacking(needs(_joined(steps)), node)

    steps = [step for key, value in CHANGES if (step := _step(config, node, key, value))]
    enough = next(([step] for step in steps if fits(step)), None)
    if enough is None:
        enough = next((steps[:count] for count in range(2, len(steps) + 1) if fits(*steps[:count])), [])
        for step in list(enough):
            others = [other for other in enough if other is not step]
            enough = others if fits(*others) else enough
    if not enough:
        return "no setting makes it fit: take more ranks with zero_stage=3, GPUs with more memory, or a smaller model"
    changes = _joined(enough)
    wanted = " ".join(f"student.{key}={_written(value)}" for key, value in changes.items())
    return f"{wanted} would fit ({gib(_in_one_place(needs(changes), node))})"


def check_targets(model: Anatomy, config: StudentConfig) -> None:
    """Every name under `lora.targets` is that of a layer.

    Raises:
        ConfigError: one is not; names those that are.
    """
    if config.lora is None:
        return
    names = sorted({layer_of(name) for name in model.linears})
    unknown = sorted(set(config.lora.targets) - set(names))
    if unknown:
        raise ConfigError(
            f"student.lora.targets: the model has no layer {unknown[0]!r}; its layers: {', '.join(names)}"
        )
    if not targeted(model, config.lora):
        raise ConfigError("student.lora: the model has no linear layer to adapt; train all weights (student.lora=null)")


def _joined(steps: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Changes together; of two ZeRO stages the higher."""
    changes: dict[str, Any] = {}
    for step in steps:
        stage = max(changes.get("zero_stage", 0), step.get("zero_stage", 0))
        changes |= step | ({"zero_stage": stage} if stage else {})
    return changes


def _in_one_place(needs: Memory, node: Node) -> int:
    return needs.total + GPU_RESERVE if node.gpus else on_host(needs, node)


def _step(config: StudentConfig, node: Node, key: str, value: Any) -> dict[str, Any]:
    """One of `CHANGES` as settings to replace; empty where it changes nothing, or cannot be had."""
    was = getattr(config, key)
    if was == value or (key == "lora" and was is not None):
        return {}
    if key == "zero_stage" and (config.workers == 1 or was > value):
        return {}
    if key == "offload":
        if not node.gpus or was != "none":
            return {}
        return {"offload": value} if config.zero_stage >= 2 else {"zero_stage": 2, "offload": value}
    if key == "batch_size":
        return {key: 1, "gradient_accumulation": config.gradient_accumulation * config.batch_size}
    return {key: value}


def _written(value: Any) -> str:
    """A value as an override has it."""
    if isinstance(value, LoraConfig):
        return f"'{{rank: {value.rank}}}'"
    return str(value).lower() if isinstance(value, bool) else str(value)


def gib(count: float) -> str:
    """Bytes as people read them."""
    return f"{count / GIB:.1f} GiB" if count >= GIB / 10 or not count else f"{count / (1 << 20):.1f} MiB"
