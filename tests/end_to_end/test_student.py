"""The student trained for real: Ray Train, two ranks, DeepSpeed, tiny random models."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from trainings import CONFIG, EXAMPLES, STEPS, Trained, assert_same_weights, corpus_of, run, save_t5
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
)

from pad_ray.config import RayConfig
from pad_ray.errors import RunDirectoryError, TrainingError
from pad_ray.runtime import ray_cluster
from pad_ray.student.cursor import Steps


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    with ray_cluster(RayConfig(num_cpus=2, object_store_gib=0.2)):
        yield


@pytest.fixture(scope="module")
def t5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_t5(tmp_path_factory.mktemp("t5"))


def test_it_learns_and_says_so(trained: Trained, corpus: Path) -> None:
    entries = [entry for entry in trained.heard if "loss" in entry]
    assert [entry["step"] for entry in entries] == [1, *range(5, STEPS, 5), STEPS]
    assert entries[-1]["loss"] < 0.5 * entries[0]["loss"]
    assert entries[-1]["eta_seconds"] == 0
    assert all(entry["total"] == STEPS for entry in entries)
    assert max(entry["learning_rate"] for entry in entries) <= CONFIG.learning_rate
    assert entries[1]["learning_rate"] > 0.9 * CONFIG.learning_rate
    counted = json.loads((corpus / "corpus.json").read_text())["report"]
    assert trained.report.tokens == 2 * (counted["source_tokens"] + counted["target_tokens"])
    assert trained.report.steps == STEPS
    assert trained.report.final_loss == entries[-1]["loss"]
    assert any(p.name.startswith("events.") for p in (trained.out_dir / "tensorboard").iterdir())


def test_the_examples_of_every_step_can_be_read_back(trained: Trained) -> None:
    steps = Steps(trained.out_dir)
    assert len(steps) == STEPS
    assert sum(len(ids) for step in range(1, STEPS + 1) for ids in steps.programs(step)) == 2 * len(EXAMPLES)


def test_the_model_is_an_ordinary_checkpoint(trained: Trained, llama: Path) -> None:
    path = trained.report.model_path
    model = AutoModelForCausalLM.from_pretrained(path)
    assert model.config.use_cache is True
    assert not list(path.glob("*.bin"))
    assert (path / "tokenizer.json").read_bytes() == (llama / "tokenizer.json").read_bytes()
    tokenizer = AutoTokenizer.from_pretrained(path)
    example = EXAMPLES[57]
    prompt = tokenizer(example.source, return_tensors="pt")
    made = model.generate(**prompt, max_new_tokens=40, do_sample=False)
    text = tokenizer.decode(made[0, prompt["input_ids"].shape[1] :], skip_special_tokens=True)
    assert text.startswith("x = ")
    assert made[0, -1] == tokenizer.eos_token_id


def test_called_again_it_returns_the_report_at_once(trained: Trained, llama: Path, corpus: Path) -> None:
    again = run(corpus, llama, trained.out_dir)
    assert again.report == trained.report
    assert again.heard == []


def test_another_training_in_the_same_folder_is_refused(trained: Trained, llama: Path, corpus: Path) -> None:
    with pytest.raises(RunDirectoryError, match=r"student\.batch_size"):
        run(corpus, llama, trained.out_dir, CONFIG.model_copy(update={"batch_size": 8}))


@pytest.mark.slow
def test_a_half_written_savepoint_is_passed_over(trained: Trained, llama: Path, corpus: Path, tmp_path: Path) -> None:
    """As a machine leaves it that stops while it writes the last savepoint, in the middle of the second epoch. Incomplete
    and damaged ones are in test_student_resume.py."""
    out_dir = tmp_path / "out"
    shutil.copytree(trained.out_dir, out_dir)
    shutil.rmtree(out_dir / "model")
    assert sorted(p.name for p in (out_dir / "checkpoints").iterdir()) == ["checkpoint-30", "checkpoint-40"]
    states = next((out_dir / "checkpoints" / "checkpoint-40").rglob("*optim_states.pt"))
    states.write_bytes(states.read_bytes()[:1000])
    after = run(corpus, llama, out_dir, CONFIG.model_copy(update={"checkpoint_steps": 9}))
    assert sorted(p.name for p in (out_dir / "checkpoints").iterdir()) == ["checkpoint-36", "checkpoint-45"]
    assert "savepoint checkpoint-40 is incomplete and passed over" in after.messages
    assert "training goes on from checkpoint-30" in after.messages
    assert min(entry["step"] for entry in after.heard if "loss" in entry) == 35
    assert_same_weights(after.weights, trained.weights, 0)


@pytest.mark.slow
def test_an_encoder_decoder_learns_too(t5: Path, tmp_path: Path) -> None:
    """The quick one is in test_student_stream.py."""
    corpus = corpus_of(tmp_path / "corpus", t5, seq2seq=True)
    after = run(
        corpus, t5, tmp_path / "out", CONFIG.model_copy(update={"zero_stage": 1, "pack_width": None, "batch_size": 4})
    )
    losses = [entry["loss"] for entry in after.heard if "loss" in entry]
    assert losses[-1] < 0.7 * losses[0]
    assert AutoModelForSeq2SeqLM.from_pretrained(after.report.model_path).config.is_encoder_decoder


def test_a_step_that_was_left_out_ends_the_training_too(llama: Path, corpus: Path, tmp_path: Path) -> None:
    """What the head is given is 0, and so are the logits: a loss like any other, of which the gradient is infinite."""
    base = tmp_path / "base"
    shutil.copytree(llama, base)
    weights = load_file(base / "model.safetensors")
    weights["model.norm.weight"].zero_()
    weights["lm_head.weight"] = 3e38 * weights["lm_head.weight"].sign()
    save_file(weights, base / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(TrainingError, match=r"the gradient is not a number at step 1; .*no batch's own loss is"):
        run(corpus, base, tmp_path / "out", CONFIG.model_copy(update={"workers": 1}))


@pytest.mark.slow
@pytest.mark.parametrize("stage", [0, 3])
def test_every_zero_stage_comes_to_the_same_weights(
    stage: int, trained: Trained, llama: Path, corpus: Path, tmp_path: Path
) -> None:
    after = run(corpus, llama, tmp_path / "out", CONFIG.model_copy(update={"zero_stage": stage}))
    assert_same_weights(after.weights, trained.weights, 2e-3)
    assert after.report.final_loss == pytest.approx(trained.report.final_loss, rel=0.01)


@pytest.mark.slow
def test_one_rank_with_accumulation_takes_the_same_steps(
    trained: Trained, llama: Path, corpus: Path, tmp_path: Path
) -> None:
    """The loss is averaged over the tokens of a step, however they are dealt out to ranks and micro-batches."""
    one = run(corpus, llama, tmp_path / "out", CONFIG.model_copy(update={"workers": 1, "gradient_accumulation": 2}))
    assert one.report.steps == trained.report.steps
    # Other examples meet in a step, so the losses are alike and not the same; twice as large would be a sum.
    assert [e["loss"] for e in one.heard if "loss" in e] == pytest.approx(
        [e["loss"] for e in trained.heard if "loss" in e], rel=0.15
    )


@pytest.mark.slow
@pytest.mark.parametrize("stage", [2, 3])
def test_what_gradient_checkpointing_computes_again_is_the_same(
    stage: int, trained: Trained, llama: Path, corpus: Path, tmp_path: Path
) -> None:
    config = CONFIG.model_copy(update={"zero_stage": stage, "gradient_checkpointing": True})
    after = run(corpus, llama, tmp_path / "out", config)
    assert_same_weights(after.weights, trained.weights, 1e-5 if stage == 2 else 2e-3)


@pytest.mark.slow
def test_bf16_without_sharding_learns_and_exports_bf16(llama: Path, corpus: Path, tmp_path: Path) -> None:
    """Stage 2 in bf16 is the quickstart's, in test_distillation.py."""
    config = CONFIG.model_copy(update={"precision": "bf16", "zero_stage": 0})
    after = run(corpus, llama, tmp_path / "out", config)
    assert after.report.final_loss < 2
    assert {tensor.dtype for tensor in after.weights.values()} == {torch.bfloat16}
