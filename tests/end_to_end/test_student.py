"""The student trained for real: Ray Train, two ranks, DeepSpeed, tiny random models."""

import dataclasses
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

from pad_ray.config import RayConfig, StudentConfig
from pad_ray.errors import RunDirectoryError, TrainingError
from pad_ray.runtime import ray_cluster
from pad_ray.student.corpus import Example, build_corpus
from pad_ray.student.cursor import Steps
from pad_ray.student.trainer import TrainingReport, train_student

EXAMPLES = [
    Example(f"tom has {a} apples and buys {b}" + " more" * (a % 5), f"x = {a}\ny = {b}\nanswer = x + y")
    for a in range(20)
    for b in range(10)
]
CONFIG = StudentConfig(batch_size=2, pack_width=64, epochs=2, learning_rate=3e-3, checkpoint_steps=10)
STEPS = 48
"""200 examples of 21 to 27 tokens, two or three in a row, 2 rows on each of 2 ranks, 2 epochs."""


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    with ray_cluster(RayConfig(num_cpus=2, object_store_gib=0.2)):
        yield


def save_tokenizer(folder: Path) -> None:
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=["<pad>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator([e.source + e.target for e in EXAMPLES], trainer)
    PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token="</s>", pad_token="<pad>").save_pretrained(folder)


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("llama")
    torch.manual_seed(0)
    size = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4}
    ids = {"pad_token_id": 0, "eos_token_id": 1, "bos_token_id": None}
    LlamaForCausalLM(LlamaConfig(vocab_size=300, max_position_embeddings=128, **size, **ids)).save_pretrained(folder)
    save_tokenizer(folder)
    return folder


@pytest.fixture(scope="module")
def t5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("t5")
    torch.manual_seed(0)
    size = {"d_model": 64, "d_kv": 16, "d_ff": 128, "num_layers": 2, "num_heads": 4}
    T5ForConditionalGeneration(T5Config(vocab_size=300, decoder_start_token_id=0, **size)).save_pretrained(folder)
    save_tokenizer(folder)
    return folder


def corpus_of(folder: Path, model: Path, *, seq2seq: bool = False) -> Path:
    build_corpus(lambda: EXAMPLES, str(model), folder, max_source=64, max_target=64, seq2seq=seq2seq)
    return folder


@pytest.fixture(scope="module")
def llama_corpus(tmp_path_factory: pytest.TempPathFactory, llama: Path) -> Path:
    return corpus_of(tmp_path_factory.mktemp("corpus"), llama)


@dataclasses.dataclass
class Trained:
    out_dir: Path
    report: TrainingReport
    heard: list[dict]

    @property
    def weights(self) -> dict[str, torch.Tensor]:
        return load_file(self.report.model_path / "model.safetensors")

    @property
    def messages(self) -> list[str]:
        return [entry["message"] for entry in self.heard if "message" in entry]


def run(corpus: Path, model: Path, out_dir: Path, config: StudentConfig = CONFIG, on_entry=None) -> Trained:
    heard: list[dict] = []

    def hear(entry: dict) -> None:
        heard.append(entry)
        if on_entry is not None:
            on_entry(entry)

    report = train_student(
        corpus_dir=corpus, model=str(model), out_dir=out_dir, config=config, seed=3, on_progress=hear
    )
    return Trained(out_dir, report, heard)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, llama: Path, llama_corpus: Path) -> Trained:
    """ZeRO-2, fp32, two ranks, undisturbed."""
    return run(llama_corpus, llama, tmp_path_factory.mktemp("trained") / "out")


def assert_same_weights(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor], tolerance: float) -> None:
    assert one.keys() == other.keys()
    for name in one:
        torch.testing.assert_close(one[name].float(), other[name].float(), atol=tolerance, rtol=0)


def test_it_learns_and_says_so(trained: Trained, llama_corpus: Path) -> None:
    entries = [entry for entry in trained.heard if "loss" in entry]
    assert [entry["step"] for entry in entries] == [1, *range(5, STEPS, 5), STEPS]
    assert entries[-1]["loss"] < 0.5 * entries[0]["loss"]
    assert entries[-1]["eta_seconds"] == 0
    assert all(entry["total"] == STEPS for entry in entries)
    assert max(entry["learning_rate"] for entry in entries) <= CONFIG.learning_rate
    assert entries[1]["learning_rate"] > 0.9 * CONFIG.learning_rate
    counted = json.loads((llama_corpus / "corpus.json").read_text())["report"]
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


def test_called_again_it_returns_the_report_at_once(trained: Trained, llama: Path, llama_corpus: Path) -> None:
    again = run(llama_corpus, llama, trained.out_dir)
    assert again.report == trained.report
    assert again.heard == []


def test_another_training_in_the_same_folder_is_refused(trained: Trained, llama: Path, llama_corpus: Path) -> None:
    with pytest.raises(RunDirectoryError, match=r"student\.batch_size"):
        run(llama_corpus, llama, trained.out_dir, CONFIG.model_copy(update={"batch_size": 8}))


def test_a_rank_that_dies_is_replaced_and_the_weights_are_the_same(
    trained: Trained, llama: Path, llama_corpus: Path, tmp_path: Path
) -> None:
    killed: list[int] = []

    def kill_one_rank(entry: dict) -> None:
        if not killed and entry.get("step", 0) >= 15:
            ranks = [p for p in psutil.Process().children(recursive=True) if "RayTrainWorker" in " ".join(p.cmdline())]
            ranks[-1].kill()
            killed.append(ranks[-1].pid)

    after = run(llama_corpus, llama, tmp_path / "out", on_entry=kill_one_rank)
    assert killed
    assert any("training goes on from checkpoint-" in message for message in after.messages)
    assert_same_weights(after.weights, trained.weights, 1e-6)
    assert after.report.tokens == trained.report.tokens


def test_a_half_written_savepoint_is_passed_over(
    trained: Trained, llama: Path, llama_corpus: Path, tmp_path: Path
) -> None:
    """As a machine leaves it that stops while it writes the last savepoint, in the middle of the second epoch."""
    out_dir = tmp_path / "out"
    shutil.copytree(trained.out_dir, out_dir)
    shutil.rmtree(out_dir / "model")
    assert sorted(p.name for p in (out_dir / "checkpoints").iterdir()) == ["checkpoint-30", "checkpoint-40"]
    states = next((out_dir / "checkpoints" / "checkpoint-40").rglob("*optim_states.pt"))
    states.write_bytes(states.read_bytes()[:1000])
    after = run(llama_corpus, llama, out_dir)
    assert "savepoint checkpoint-40 is incomplete and passed over" in after.messages
    assert "training goes on from checkpoint-30" in after.messages
    assert min(entry["step"] for entry in after.heard if "loss" in entry) == 35
    assert_same_weights(after.weights, trained.weights, 1e-6)


def test_an_encoder_decoder_learns_too(t5: Path, tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "corpus", t5, seq2seq=True)
    after = run(
        corpus, t5, tmp_path / "out", CONFIG.model_copy(update={"zero_stage": 1, "pack_width": None, "batch_size": 4})
    )
    losses = [entry["loss"] for entry in after.heard if "loss" in entry]
    assert losses[-1] < 0.7 * losses[0]
    assert AutoModelForSeq2SeqLM.from_pretrained(after.report.model_path).config.is_encoder_decoder


def test_a_loss_that_is_no_number_ends_the_training_once(llama: Path, llama_corpus: Path, tmp_path: Path) -> None:
    base = tmp_path / "base"
    shutil.copytree(llama, base)
    weights = load_file(base / "model.safetensors")
    weights["model.norm.weight"][0] = float("nan")
    save_file(weights, base / "model.safetensors", metadata={"format": "pt"})
    config = CONFIG.model_copy(update={"workers": 1})
    with pytest.raises(TrainingError, match=r"training failed: the loss is nan at step 1; .*student\.learning_rate"):
        run(llama_corpus, base, tmp_path / "out", config)
    starts = (tmp_path / "out" / "progress.jsonl").read_text().count("training starts")
    assert starts == 1
    assert not (tmp_path / "out" / "model").exists()


@pytest.mark.slow
@pytest.mark.parametrize("stage", [0, 3])
def test_every_zero_stage_comes_to_the_same_weights(
    stage: int, trained: Trained, llama: Path, llama_corpus: Path, tmp_path: Path
) -> None:
    after = run(llama_corpus, llama, tmp_path / "out", CONFIG.model_copy(update={"zero_stage": stage}))
    assert_same_weights(after.weights, trained.weights, 2e-3)
    assert after.report.final_loss == pytest.approx(trained.report.final_loss, rel=0.01)


@pytest.mark.slow
def test_one_rank_with_accumulation_takes_the_same_steps(
    trained: Trained, llama: Path, llama_corpus: Path, tmp_path: Path
) -> None:
    """The loss is averaged over the tokens of a step, however they are dealt out to ranks and micro-batches."""
    one = run(
        llama_corpus, llama, tmp_path / "out", CONFIG.model_copy(update={"workers": 1, "gradient_accumulation": 2})
    )
    assert one.report.steps == trained.report.steps
    # Other examples meet in a step, so the losses are alike and not the same; twice as large would be a sum.
    assert [e["loss"] for e in one.heard if "loss" in e] == pytest.approx(
        [e["loss"] for e in trained.heard if "loss" in e], rel=0.15
    )


@pytest.mark.slow
def test_bf16_without_sharding_learns_and_exports_bf16(llama: Path, llama_corpus: Path, tmp_path: Path) -> None:
    """Stage 2 in bf16 is the quickstart's, in test_distillation.py."""
    config = CONFIG.model_copy(update={"precision": "bf16", "zero_stage": 0})
    after = run(llama_corpus, llama, tmp_path / "out", config)
    assert after.report.final_loss < 2
    assert {tensor.dtype for tensor in after.weights.values()} == {torch.bfloat16}
