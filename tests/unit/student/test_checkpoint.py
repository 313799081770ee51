"""Checkpoints: what is one, what is not, and how a model is published whole."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from pad_ray.errors import ConfigError
from pad_ray.student.checkpoint import (
    INDEX_FILE,
    REPORT_FILE,
    WEIGHTS_FILE,
    anatomy_of,
    checkpoint_fingerprint,
    describe_checkpoint,
    publish_model,
    published_report,
    tensor_shapes,
)

LLAMA = {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "max_position_embeddings": 77}
T5 = {"model_type": "t5", "architectures": ["T5ForConditionalGeneration"], "is_encoder_decoder": True}


def make(folder: Path, config: dict | None = LLAMA, *, weights: bool = True) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    if config is not None:
        (folder / "config.json").write_text(json.dumps(config))
    if weights:
        save_file({"a": np.zeros((3, 4), np.float32), "b": np.ones(5, np.float16)}, folder / WEIGHTS_FILE)
    return folder


def test_the_kind_is_told_from_the_config_and_the_size_from_the_weights(tmp_path: Path) -> None:
    causal = describe_checkpoint(make(tmp_path / "causal"))
    assert (causal.encoder_decoder, causal.parameters, causal.max_positions) == (False, 17, 77)
    seq2seq = describe_checkpoint(make(tmp_path / "seq2seq", T5))
    assert (seq2seq.encoder_decoder, seq2seq.max_positions, seq2seq.model_type) == (True, None, "t5")


def test_weights_in_several_files(tmp_path: Path) -> None:
    folder = make(tmp_path, weights=False)
    save_file({"a": np.zeros(3, np.float32)}, folder / "one.safetensors")
    save_file({"b": np.zeros(4, np.float32)}, folder / "two.safetensors")
    (folder / INDEX_FILE).write_text(json.dumps({"weight_map": {"a": "one.safetensors", "b": "two.safetensors"}}))
    assert describe_checkpoint(folder).parameters == 7
    (folder / "two.safetensors").unlink()
    with pytest.raises(ConfigError, match=r"two\.safetensors, which is missing"):
        describe_checkpoint(folder)


def test_shapes_of_the_tensors(tmp_path: Path) -> None:
    assert tensor_shapes(make(tmp_path)) == {"a": (3, 4), "b": (5,)}


def test_a_head_that_is_the_embedding_counts_once(tmp_path: Path) -> None:
    size = {"hidden_size": 4, "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 6}
    for tied, parameters in ((True, 24), (False, 48)):
        folder = make(tmp_path / str(tied), LLAMA | size | {"tie_word_embeddings": tied}, weights=False)
        table = np.zeros((6, 4), np.float32)
        save_file({"model.embed_tokens.weight": table, "lm_head.weight": table}, folder / WEIGHTS_FILE)
        assert anatomy_of(folder).parameters == parameters
        assert anatomy_of(folder).linears == {}


def refused(folder: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        describe_checkpoint(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_is_no_checkpoint_is_refused_in_one_line(tmp_path: Path) -> None:
    assert "no config.json" in refused(tmp_path / "nowhere")
    assert "no weights" in refused(make(tmp_path / "bare", weights=False))
    assert "config.json cannot be used" in refused(make(tmp_path / "unknown", {"model_type": "no_such_model"}))
    assert "config.json cannot be used" in refused(make(tmp_path / "no_type", {}))


@pytest.mark.parametrize("wrong", [{"hidden_size": "abc"}, {"model_type": ["a"]}, {"max_position_embeddings": []}])
def test_a_value_of_another_type_is_refused_in_one_line(tmp_path: Path, wrong: dict) -> None:
    assert "config.json cannot be used" in refused(make(tmp_path, LLAMA | wrong))


def test_pickles_are_refused_by_name(tmp_path: Path) -> None:
    folder = make(tmp_path, weights=False)
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    assert "pickles there (pytorch_model.bin)" in refused(folder)


def test_remote_code_is_not_run(tmp_path: Path) -> None:
    folder = make(tmp_path, {"model_type": "mine", "auto_map": {"AutoConfig": "configuration_mine.MineConfig"}})
    (folder / "configuration_mine.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    refused(folder)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("kept", [0, 4, 20, -1])
def test_cut_off_weights_are_refused(tmp_path: Path, kept: int) -> None:
    folder = make(tmp_path)
    whole = (folder / WEIGHTS_FILE).read_bytes()
    (folder / WEIGHTS_FILE).write_bytes(whole[:kept])
    assert WEIGHTS_FILE in refused(folder)


def test_a_header_that_is_not_one_is_refused(tmp_path: Path) -> None:
    folder = make(tmp_path)
    (folder / WEIGHTS_FILE).write_bytes((4).to_bytes(8, "little") + b"[1]]" + b"x" * 8)
    assert "header" in refused(folder)


def test_the_fingerprint_follows_config_and_weights(tmp_path: Path) -> None:
    one, same = checkpoint_fingerprint(make(tmp_path / "one")), checkpoint_fingerprint(make(tmp_path / "same"))
    assert one == same
    assert checkpoint_fingerprint(make(tmp_path / "config", LLAMA | {"rope_theta": 5.0})) != one
    other = make(tmp_path / "weights")
    save_file({"a": np.ones((3, 4), np.float32), "b": np.ones(5, np.float16)}, other / WEIGHTS_FILE)
    assert checkpoint_fingerprint(other) != one


def test_publishing_replaces_a_model_and_takes_the_tokenizer_along(tmp_path: Path) -> None:
    base, final = make(tmp_path / "base"), tmp_path / "model"
    (base / "tokenizer.json").write_text("{}")
    assert published_report(final) is None
    for round_ in (1, 2):
        unfinished = make(tmp_path / "unfinished")
        publish_model(unfinished, final, base=base, report={"round": round_})
        assert not unfinished.exists()
        assert published_report(final) == {"round": round_}
    assert sorted(p.name for p in final.iterdir()) == ["config.json", WEIGHTS_FILE, "tokenizer.json", REPORT_FILE]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["base", "model"]


def test_an_encoder_decoder_with_a_section_for_each_side(tmp_path: Path) -> None:
    """T5Gemma has no layers of its own, and was taken for a decoder."""
    side = {"hidden_size": 8, "num_attention_heads": 2, "head_dim": 4, "vocab_size": 16}
    sides = {
        "encoder": side | {"num_hidden_layers": 2},
        "decoder": side | {"num_hidden_layers": 3, "max_position_embeddings": 99},
    }
    folder = make(tmp_path, {"model_type": "t5gemma", "is_encoder_decoder": True} | sides)
    anatomy = anatomy_of(folder)
    assert anatomy.encoder_decoder
    assert (anatomy.encoder_layers, anatomy.decoder_layers, anatomy.hidden, anatomy.attention) == (2, 3, 8, 8)
    assert anatomy.max_positions == describe_checkpoint(folder).max_positions == 99
