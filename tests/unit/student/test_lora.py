"""Adapters by the real PEFT on tiny models: what is trained, what is written, what merging gives."""

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedModel, T5Config, T5ForConditionalGeneration

from pad_ray.config import LoraConfig, StudentConfig
from pad_ray.errors import ConfigError
from pad_ray.student.checkpoint import anatomy_of, describe_checkpoint, load_weights
from pad_ray.student.lora import adapt, merge
from pad_ray.student.sizes import trainable
from pad_ray.student.zero import BUCKET_ELEMENTS, deepspeed_config

LORA = LoraConfig(rank=4, alpha=64)


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    size = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = LlamaConfig(vocab_size=64, num_key_value_heads=2, max_position_embeddings=40, **size)
    return saved(LlamaForCausalLM(config), tmp_path_factory.mktemp("llama"))


@pytest.fixture(scope="module")
def t5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    size = {"d_model": 32, "d_kv": 8, "d_ff": 48, "num_layers": 2, "num_decoder_layers": 3, "num_heads": 4}
    config = T5Config(vocab_size=64, decoder_start_token_id=0, dropout_rate=0.0, **size)
    return saved(T5ForConditionalGeneration(config), tmp_path_factory.mktemp("t5"))


def saved(model: PreTrainedModel, folder: Path) -> Path:
    model.save_pretrained(folder)
    return folder


def load(folder: Path) -> Any:
    kind = describe_checkpoint(folder).encoder_decoder
    return load_weights(folder, encoder_decoder=kind, dtype=torch.float32).eval()


def adapted(folder: Path, lora: LoraConfig = LORA, seed: int = 1) -> Any:
    model = adapt(load(folder), lora, encoder_decoder=folder.name.startswith("t5"), seed=seed).eval()
    for name, parameter in model.named_parameters():
        if "lora_B" in name:  # PEFT starts them at 0, where merging could do nothing and no test would see it
            torch.nn.init.normal_(parameter, std=0.1)
    return model


def logits(model: Any) -> torch.Tensor:
    tokens = torch.arange(2, 22).reshape(2, 10)
    with torch.no_grad():
        return model(input_ids=tokens, labels=tokens).logits


@pytest.mark.parametrize(
    ("family", "targets"), [("llama", ()), ("llama", ("q_proj", "v_proj")), ("t5", ()), ("t5", ("q", "wo"))]
)
def test_what_is_counted_is_what_peft_trains(family: str, targets: tuple[str, ...], request: Any) -> None:
    folder = request.getfixturevalue(family)
    lora = LORA.model_copy(update={"targets": targets})
    trained = {n: p.numel() for n, p in adapted(folder, lora).named_parameters() if p.requires_grad}
    assert trained and all("lora_" in name for name in trained)
    assert sum(trained.values()) == trainable(anatomy_of(folder), lora)


@pytest.mark.parametrize("family", ["llama", "t5"])
def test_the_anatomy_is_that_of_the_model(family: str, request: Any) -> None:
    folder = request.getfixturevalue(family)
    anatomy, model = anatomy_of(folder), load(folder)
    assert anatomy.parameters == sum(p.numel() for p in model.parameters())
    linears = sum(isinstance(m, torch.nn.Linear) for n, m in model.named_modules() if "lm_head" not in n)
    assert len(anatomy.linears) == linears
    expected = (2, 3, None) if family == "t5" else (0, 2, 40)
    assert (anatomy.encoder_layers, anatomy.decoder_layers, anatomy.max_positions) == expected
    assert (anatomy.hidden, anatomy.attention, anatomy.heads, anatomy.vocabulary) == (32, 32, 4, 64)


def test_every_rank_starts_from_the_same_adapters(llama: Path) -> None:
    one, same, other = (adapt(load(llama), LORA, encoder_decoder=False, seed=s).state_dict() for s in (1, 1, 2))
    name = next(name for name in one if "lora_A" in name)
    assert torch.equal(one[name], same[name])
    assert not torch.equal(one[name], other[name])


@pytest.mark.parametrize("family", ["llama", "t5"])
def test_merged_it_computes_the_same_and_is_an_ordinary_checkpoint(family: str, request: Any, tmp_path: Path) -> None:
    base = request.getfixturevalue(family)
    model = adapted(base)
    model.save_pretrained(tmp_path)
    with pytest.raises(ConfigError, match=r"an adapter and no whole model; .*student\.lora\.merge=true"):
        describe_checkpoint(tmp_path)
    merge(tmp_path, base, encoder_decoder=family == "t5", dtype=torch.float32)
    torch.testing.assert_close(logits(load(tmp_path).eval()), logits(model), atol=1e-4, rtol=1e-4)
    assert (logits(model) - logits(load(base))).abs().max() > 1e-2
    assert describe_checkpoint(tmp_path).parameters == describe_checkpoint(base).parameters
    assert sorted(p.name for p in (tmp_path / "adapter").iterdir()) == [
        "adapter_config.json",
        "adapter_model.safetensors",
    ]
    assert not [p.name for p in tmp_path.iterdir() if "adapter_" in p.name or p.suffix == ".md"]


def test_merging_after_zero_3_still_loads_whole_weights(llama: Path, tmp_path: Path) -> None:
    from transformers.integrations.deepspeed import HfDeepSpeedConfig

    adapted(llama).save_pretrained(tmp_path)
    remembered = HfDeepSpeedConfig(deepspeed_config(StudentConfig(zero_stage=3)))
    assert remembered.is_zero3()
    merge(tmp_path, llama, encoder_decoder=False, dtype=torch.bfloat16)
    merged = load_weights(tmp_path, encoder_decoder=False, dtype=torch.bfloat16)
    assert {p.dtype for p in merged.parameters()} == {torch.bfloat16}
    assert all(p.numel() for p in merged.parameters())


def test_a_target_that_no_layer_has(llama: Path) -> None:
    with pytest.raises(ConfigError, match=r"student\.lora\.targets: .*wi"):
        adapt(load(llama), LORA.model_copy(update={"targets": ("wi",)}), encoder_decoder=False, seed=1)


def test_deepspeed_takes_the_config_that_is_made_for_it() -> None:
    """Its own models refuse unknown keys and values of another type."""
    from deepspeed.runtime.zero.config import DeepSpeedZeroConfig

    config = StudentConfig(offload="nvme", offload_folder="/local/nvme", zero_stage=3)
    taken = DeepSpeedZeroConfig(**deepspeed_config(config)["zero_optimization"])
    assert taken.offload_optimizer.device == "nvme"
    assert taken.reduce_bucket_size == BUCKET_ELEMENTS
