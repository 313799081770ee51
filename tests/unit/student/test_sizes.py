"""Parameters, memory and arithmetic of published models, against the figures that are known of them."""

import dataclasses

import pytest
from anatomies import CODET5_BASE, CODET5_LARGE, CODET5_SMALL, QWEN_05, QWEN_7, QWEN_15
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.config import LoraConfig, StudentConfig
from pad_ray.student.sizes import (
    Anatomy,
    Batch,
    activation_bytes,
    flops_per_token,
    layer_of,
    memory,
    over_source,
    trainable,
    widest_batch,
)
from pad_ray.student.zero import BUCKET_ELEMENTS

ONE = StudentConfig(workers=1, zero_stage=0, precision="bf16")


def settings(**changed) -> StudentConfig:
    return ONE.model_copy(update=changed)


@pytest.mark.parametrize(
    ("model", "parameters", "adapters"),
    [
        (CODET5_SMALL, 60_492_288, 2_162_688),
        (CODET5_BASE, 222_882_048, 6_488_064),
        (CODET5_LARGE, 737_639_424, 17_301_504),
        (QWEN_05, 494_032_768, 8_798_208),
        (QWEN_15, 1_543_714_304, 18_464_768),
        (QWEN_7, 7_615_616_512, 40_370_176),
    ],
)
def test_parameters_and_rank_16_adapters(model: Anatomy, parameters: int, adapters: int) -> None:
    assert model.parameters == parameters
    assert trainable(model, None) == parameters
    assert trainable(model, LoraConfig(rank=16)) == adapters


def test_targets_narrow_the_adapters() -> None:
    # PEFT's own figure for r=16 on q_proj and v_proj of a 7B: 28 layers x 16 x (3584 + 3584 + 3584 + 512).
    assert trainable(QWEN_7, LoraConfig(rank=16, targets=("q_proj", "v_proj"))) == 28 * 16 * (2 * 3584 + 3584 + 512)
    assert trainable(QWEN_7, LoraConfig(targets=("nothing",))) == 0


def test_sixteen_bytes_a_parameter_in_mixed_precision() -> None:
    """ZeRO, section 3.1: 7.5B parameters take 120 GB."""
    model = Anatomy({"layers.0.up.weight": (75_000, 100_000)}, 0, 1, 8, 8, 1, 8)
    assert memory(model, ONE, gpus=True).certain == 120 * 10**9


@pytest.mark.parametrize(
    ("stage", "bytes_per_parameter"), [(0, 16.0), (1, 4 + 12 / 64), (2, 2 + 14 / 64), (3, 16 / 64)]
)
def test_what_each_stage_shards(stage: int, bytes_per_parameter: float) -> None:
    """ZeRO, figure 1: 120, 31.4, 16.6 and 1.9 GB a GPU on 64 of them."""
    model = Anatomy({"layers.0.up.weight": (75_000, 100_000)}, 0, 1, 8, 8, 1, 8)
    needs = memory(model, settings(zero_stage=stage, workers=64), gpus=True)
    states = needs.weights + needs.gradients + needs.optimizer
    assert states == pytest.approx(7.5e9 * bytes_per_parameter, rel=1e-9)
    gathered = 10**9 * 2 if stage == 3 else 0
    assert needs.buffers == (BUCKET_ELEMENTS * 2 if stage else 0) + gathered


def test_fp32_takes_the_bytes_of_fp32() -> None:
    whole = memory(QWEN_05, settings(precision="fp32"), gpus=True)
    sharded = memory(QWEN_05, settings(precision="fp32", zero_stage=1), gpus=True)
    per_parameter = [n / QWEN_05.parameters for n in (whole.weights, whole.gradients, whole.optimizer)]
    assert per_parameter == [4, 4, 8]
    assert sharded.optimizer == 12 * QWEN_05.parameters


def test_lora_needs_states_for_the_adapters_alone() -> None:
    needs = memory(QWEN_7, settings(zero_stage=2, lora=LoraConfig(rank=16)), gpus=True)
    assert needs.weights == 2 * QWEN_7.parameters
    assert needs.gradients + needs.optimizer == 14 * 40_370_176
    assert needs.loading == 2 * QWEN_7.parameters


@pytest.mark.parametrize(("where", "at"), [("cpu", "offloaded"), ("nvme", "files")])
def test_offloading_moves_the_states_and_loses_none(where: str, at: str) -> None:
    kept = memory(QWEN_7, settings(zero_stage=3, workers=8), gpus=True)
    moved = memory(QWEN_7, settings(zero_stage=3, workers=8, offload=where), gpus=True)
    assert (moved.optimizer, moved.gradients) == (0, 0)
    # Adam's states and the fp32 gradient that they are stepped with.
    assert getattr(moved, at) == pytest.approx(QWEN_7.parameters * 16 / 8, rel=1e-9)
    assert (moved.offloaded == 0) != (moved.files == 0)
    assert moved.total < kept.total


def test_checkpointing_keeps_a_fraction() -> None:
    batch = Batch(rows=4, sources=0, targets=2048)
    logits = 4 * 2048 * 152064 * 14
    everything = activation_bytes(QWEN_7, ONE, batch, gpus=True) - logits
    checkpointed = activation_bytes(QWEN_7, settings(gradient_checkpointing=True), batch, gpus=True) - logits
    assert checkpointed == pytest.approx(everything / 28 + 28 * 4 * 2048 * 3584 * 2, rel=1e-6)


def test_scores_count_where_attention_is_not_fused() -> None:
    batch = Batch(rows=2, sources=0, targets=512)  # as many as the limits of both sides
    extra = activation_bytes(QWEN_05, ONE, batch, gpus=False) - activation_bytes(QWEN_05, ONE, batch, gpus=True)
    assert extra == pytest.approx(24 * 2 * 14 * 512 * 512 * 8, abs=2)
    # Examples of a packed row attend to no other.
    batch = Batch(rows=2, sources=0, targets=2048)
    extra = activation_bytes(QWEN_05, ONE, batch, gpus=False) - activation_bytes(QWEN_05, ONE, batch, gpus=True)
    assert extra == pytest.approx(24 * 2 * 14 * 2048 * 512 * 8, abs=2)


def test_sides_of_an_encoder_decoder() -> None:
    assert over_source("encoder.block.0.layer.0.SelfAttention.q.weight")
    assert over_source("decoder.block.3.layer.1.EncDecAttention.k.weight")
    assert over_source("model.decoder.layers.0.encoder_attn.v_proj.weight")
    assert not over_source("decoder.block.3.layer.1.EncDecAttention.q.weight")
    assert not over_source("decoder.block.3.layer.0.SelfAttention.k.weight")
    assert layer_of("decoder.block.0.layer.2.DenseReluDense.wi.weight") == "wi"


def test_the_widest_batch() -> None:
    assert widest_batch(CODET5_BASE, settings(batch_size=8, max_source_tokens=128)) == Batch(8, 128, 256)
    assert widest_batch(QWEN_7, settings(batch_size=2)) == Batch(2, 0, 2048)
    assert widest_batch(QWEN_7, settings(batch_size=2, pack_width=4096)) == Batch(2, 0, 4096)
    assert widest_batch(QWEN_7, settings(batch_size=2, packing=False), longest=300) == Batch(2, 0, 300)
    assert widest_batch(QWEN_7, settings(batch_size=2, packing=False)) == Batch(2, 0, 512)


def test_six_flops_per_parameter_that_multiplies_and_token() -> None:
    """Of an untied decoder all but the embedding, the head for targets alone; the attention term is PaLM's 12 L H T."""
    head = 152064 * 3584
    multiplying = QWEN_7.parameters - 2 * head - (28 * (4608 + 2 * 3584) + 3584)
    assert flops_per_token(QWEN_7, ONE, sources=150, targets=50) == pytest.approx(
        6 * (multiplying + head / 4) + 12 * 28 * 3584 * 200, rel=1e-9
    )


def test_frozen_weights_need_no_gradients_of_their_own() -> None:
    full = flops_per_token(QWEN_7, ONE, sources=0, targets=1e-9)
    lora = flops_per_token(QWEN_7, settings(lora=LoraConfig(rank=16)), sources=0, targets=1e-9)
    assert lora == pytest.approx(full * 4 / 6 + 6 * 40_370_176, rel=1e-9)


def test_an_encoder_decoder_reads_each_token_on_one_side() -> None:
    sources = sum(a * b for name, (a, b) in CODET5_BASE.linears.items() if over_source(name))
    targets = sum(a * b for name, (a, b) in CODET5_BASE.linears.items() if not over_source(name)) + 32100 * 768
    attention = 12 * 768 * (12 * 100**2 + 12 * 50 * 150)
    assert flops_per_token(CODET5_BASE, ONE, sources=100, targets=50) == pytest.approx(
        (6 * (100 * sources + 50 * targets) + attention) / 150, rel=1e-9
    )


@given(
    stage=st.sampled_from([1, 2, 3]), ranks=st.integers(1, 512), batch=st.integers(1, 64), checkpointing=st.booleans()
)
def test_more_ranks_never_need_more(stage: int, ranks: int, batch: int, checkpointing: bool) -> None:
    one = settings(zero_stage=stage, workers=ranks, batch_size=batch, gradient_checkpointing=checkpointing)
    fewer, more = (memory(QWEN_15, one.model_copy(update={"workers": n}), gpus=True) for n in (ranks + 1, ranks + 9))
    assert all(value >= 0 for value in dataclasses.astuple(more))
    assert more.total <= fewer.total
