"""What a training takes, by its settings: parameters, memory per rank, arithmetic. Numbers in, numbers out.

Weights, gradients and optimizer states by "ZeRO: Memory Optimizations Toward Training Trillion Parameter Models",
section 3, https://arxiv.org/abs/1910.02054: 2 + 2 + 12 bytes per parameter in mixed precision (12: master copy,
momentum and variance in fp32), of which stage 1 shards the 12, stage 2 also the gradients, stage 3 also the weights.
Those are certain. Activations are an estimate: see `activation_bytes`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pad_ray.config import LoraConfig, StudentConfig
from pad_ray.student.zero import BUCKET_ELEMENTS, packed_width

EMBEDDINGS = frozenset(
    [
        "shared",
        "embed_tokens",
        "embed_in",
        "word_embeddings",
        "wte",
        "wpe",
        "embed_positions",
        "relative_attention_bias",
    ]
)
"""Last parts of the names of tables that are looked up, not multiplied."""

HEADS = frozenset(["lm_head", "embed_out"])
"""Last parts of the names of layers that give the logits; LoRA's all-linear leaves them out, as PEFT does."""

OPTIMIZER_BYTES = 12
"""Per trainable parameter: fp32 master copy, momentum and variance. DeepSpeed keeps the copy in fp32 trainings too."""

MOMENTS_BYTES = 8
"""The same without a master copy: fp32 and stage 0, where torch's optimizer works on the weights themselves."""

FP32_GRADIENT_BYTES = 4
"""Per trainable parameter of a rank's share, while the optimizer steps."""

SAVED_FACTOR = 1.3
"""What a layer saves for its backward pass over the inputs and outputs of its linear layers. Counted for a Llama block
in bf16: 22 h + 8 i bytes a token against 18 h + 6 i; the difference is the norms (fp32) and the gate. Against what
autograd saves of a small Qwen2 the estimate is 1.01 (bf16, fused attention) to 1.19 times as large (fp32, eager)."""

DROPOUT_FACTOR = 1.45
"""The same on top of it for encoder-decoders, which train with dropout: masks, and what comes after them. Measured on a
small T5: 1.44 in bf16, 1.17 in fp32."""

LOGIT_BYTES = 14
"""Per token and word of the vocabulary at the loss: logits 2, their fp32 copy 4, log-softmax 4, its gradient 4."""

SCORE_BYTES = 8
"""Per pair of tokens and head, where attention is not fused: scores 2, softmax in fp32 4, its bf16 copy 2."""

LIVE_PARAMETERS = 1_000_000_000
"""Parameters that ZeRO-3 keeps gathered at most at a time (DeepSpeed's stage3_max_live_parameters)."""


@dataclass(frozen=True)
class Anatomy:
    """A model by the shapes of its tensors, as the headers of a checkpoint have them."""

    tensors: Mapping[str, tuple[int, ...]]
    encoder_layers: int
    """0 in a decoder-only model."""
    decoder_layers: int
    hidden: int
    attention: int
    """Heads times the width of one."""
    heads: int
    vocabulary: int
    max_positions: int | None = None
    """Tokens that the model has positions for; None where it has no such limit."""

    @property
    def encoder_decoder(self) -> bool:
        return self.encoder_layers > 0

    @property
    def parameters(self) -> int:
        return sum(math.prod(shape) for shape in self.tensors.values())

    @property
    def linears(self) -> dict[str, tuple[int, int]]:
        """Name and the two widths of each layer that multiplies, the head left out."""
        return {
            name: (shape[0], shape[1])
            for name, shape in self.tensors.items()
            if name.endswith(".weight") and len(shape) == 2 and layer_of(name) not in EMBEDDINGS | HEADS
        }


@dataclass(frozen=True)
class Batch:
    """The micro-batch of one rank, as wide as it can get."""

    rows: int
    sources: int
    """Tokens of a source; 0 where source and target go through the model as one."""
    targets: int
    """Tokens of a target, or of a whole row of a decoder-only model."""


@dataclass(frozen=True)
class Memory:
    """Bytes of one rank."""

    weights: int
    gradients: int
    optimizer: int
    buffers: int
    """Gradients on their way to other ranks, and ZeRO-3's gathered weights."""
    working: int
    """Activations and logits, or the optimizer's step, whichever is more."""
    offloaded: int
    """In the host's memory."""
    files: int
    """In the offload folder."""
    loading: int
    """In the host's memory while the checkpoint is read."""
    merging: int
    """In the memory of one host at the end, while adapters are merged."""

    @property
    def certain(self) -> int:
        """Where the model is computed on, without what is estimated."""
        return self.weights + self.gradients + self.optimizer + self.buffers

    @property
    def total(self) -> int:
        """Where the model is computed on."""
        return self.certain + self.working


def layer_of(name: str) -> str:
    """`model.layers.0.self_attn.q_proj.weight` -> `q_proj`."""
    return name.removesuffix(".weight").rpartition(".")[2]


def over_source(name: str) -> bool:
    """Whether a layer of an encoder-decoder reads source tokens: the encoder, and keys and values across."""
    if ".encoder." in f".{name}":
        return True
    return any(part in name for part in ("EncDecAttention", "encoder_attn", "cross_attn")) and layer_of(name)[0] in "kv"


def targeted(model: Anatomy, lora: LoraConfig) -> dict[str, tuple[int, int]]:
    """The layers that get an adapter."""
    return {n: widths for n, widths in model.linears.items() if not lora.targets or layer_of(n) in lora.targets}


def trainable(model: Anatomy, lora: LoraConfig | None) -> int:
    """Parameters that are trained: all, or the two factors of each adapter."""
    if lora is None:
        return model.parameters
    return sum(lora.rank * (one + other) for one, other in targeted(model, lora).values())


def widest_batch(model: Anatomy, config: StudentConfig, longest: int = 0) -> Batch:
    """The micro-batch that needs most memory; `longest`: longest example with its target, 0 where not yet known."""
    if model.encoder_decoder:
        return Batch(config.batch_size, config.max_source_tokens, config.max_target_tokens)
    width = packed_width(config, encoder_decoder=False, max_positions=model.max_positions)
    return Batch(config.batch_size, 0, width or longest or config.max_source_tokens + config.max_target_tokens)


def memory(model: Anatomy, config: StudentConfig, *, longest: int = 0, gpus: bool) -> Memory:
    """Bytes that each of `config.workers` ranks needs.

    Args:
        longest: longest example in tokens, source and target together; 0 where not yet known.
        gpus: each rank has one.
    """
    batch = widest_batch(model, config, longest)
    ranks, stage, element = config.workers, config.zero_stage, element_bytes(config)
    everything, trained = model.parameters, trainable(model, config.lora)
    states = MOMENTS_BYTES if stage == 0 and config.precision == "fp32" else OPTIMIZER_BYTES
    optimizer = math.ceil(trained * states / (ranks if stage >= 1 else 1))
    gradients = math.ceil(trained * element / (ranks if stage >= 2 else 1))
    stepping = math.ceil(trained * FP32_GRADIENT_BYTES / ranks) if stage else 0
    away = config.offload != "none"
    resting = optimizer + stepping if away else 0
    # The buffer is allocated whole; a host gives memory only to the part that is written to.
    bucket = 0 if stage == 0 else BUCKET_ELEMENTS if gpus else min(BUCKET_ELEMENTS, trained)
    gathered = min(everything, LIVE_PARAMETERS) * element if stage == 3 and ranks > 1 else 0
    return Memory(
        weights=math.ceil(everything * element / (ranks if stage == 3 else 1)),
        # What is offloaded is stepped on by the host, which takes the gradients as they come (ZeRO-Offload, section 4,
        # https://arxiv.org/abs/2101.06840); stage 1 does so at the end of a step.
        gradients=0 if away and stage >= 2 else gradients,
        optimizer=0 if away else optimizer,
        buffers=bucket * element + gathered,
        working=max(activation_bytes(model, config, batch, gpus=gpus), 0 if away else stepping),
        offloaded=resting if config.offload == "cpu" else 0,
        files=resting if config.offload == "nvme" else 0,
        # Under ZeRO-3 the file is mapped, and a rank keeps its share of each weight as it reads it.
        loading=math.ceil(everything * loaded_bytes(config) / (ranks if stage == 3 else 1)),
        merging=4 * everything if config.lora and config.lora.merge else 0,
    )


def element_bytes(config: StudentConfig) -> int:
    """Bytes of a weight, a gradient or an activation."""
    return 2 if config.precision == "bf16" else 4


def loaded_bytes(config: StudentConfig) -> int:
    """Bytes of a weight as it is read: weights that are trained start from fp32, or the master copy would lack bits."""
    return element_bytes(config) if config.lora else 4


def activation_bytes(model: Anatomy, config: StudentConfig, batch: Batch, *, gpus: bool) -> int:
    """Estimate of what forward keeps for backward, and of the logits.

    Inputs and outputs of every linear layer times `SAVED_FACTOR`; attention scores where attention is not fused
    (without a GPU, and in T5 because of its position bias); with checkpointing the input of each layer and the whole of
    one layer.
    """
    element, layers = element_bytes(config), model.encoder_layers + model.decoder_layers
    source_tokens, target_tokens = batch.rows * batch.sources, batch.rows * batch.targets
    widths = sum(
        (one + other) * (source_tokens if model.encoder_decoder and over_source(name) else target_tokens)
        for name, (one, other) in model.linears.items()
    )
    saved = SAVED_FACTOR * widths * element
    if model.encoder_decoder or not gpus:
        pairs = model.encoder_layers * batch.sources**2
        # An example of a packed row attends to no other.
        attended = min(batch.targets, config.max_source_tokens + config.max_target_tokens)
        pairs += model.decoder_layers * batch.targets * (attended + batch.sources)
        saved += batch.rows * model.heads * pairs * SCORE_BYTES
    if model.encoder_decoder:
        saved *= DROPOUT_FACTOR
    if config.gradient_checkpointing and layers:
        inputs = model.encoder_layers * source_tokens + model.decoder_layers * target_tokens
        saved = saved / layers + inputs * model.hidden * element
    return math.ceil(saved + target_tokens * model.vocabulary * LOGIT_BYTES)


def flops_per_token(model: Anatomy, config: StudentConfig, *, sources: float, targets: float) -> float:
    """Arithmetic of forward and backward per token of an example with `sources` and `targets` tokens.

    6 N + 12 L H T as in PaLM's definition of model FLOPs utilisation (appendix B, https://arxiv.org/abs/2204.02311), N
    the parameters that multiply; the head only where a target is predicted. Weights that LoRA leaves as they are need
    no gradient of their own: 4 N for them. What checkpointing computes again does not count.
    """
    frozen = 6 if config.lora is None else 4
    adapters = targeted(model, config.lora) if config.lora else {}
    rank = config.lora.rank if config.lora else 0
    length = sources + targets

    def tokens(name: str) -> float:
        if not model.encoder_decoder:
            return length
        return sources if over_source(name) else targets

    products = sum(frozen * one * other * tokens(name) for name, (one, other) in model.linears.items())
    products += sum(6 * rank * (one + other) * tokens(name) for name, (one, other) in adapters.items())
    products += frozen * model.hidden * model.vocabulary * targets  # of a source nothing is predicted
    pairs = model.decoder_layers * length**2
    if model.encoder_decoder:
        pairs = model.encoder_layers * sources**2 + model.decoder_layers * targets * length
    return (products + 12 * model.attention * pairs) / length if length else 0.0
