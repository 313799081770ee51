"""Small real trainings for end-to-end tests: models of random weights, a corpus of sums, and what came of it."""

import dataclasses
from contextlib import suppress
from pathlib import Path

import psutil
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

from pad_ray.config import StudentConfig
from pad_ray.student.corpus import Example, build_corpus
from pad_ray.student.trainer import TrainingReport, train_student

EXAMPLES = [
    Example(f"tom has {a} apples and buys {b}" + " more" * (a % 5), f"x = {a}\ny = {b}\nanswer = x + y")
    for a in range(20)
    for b in range(10)
]
CONFIG = StudentConfig(batch_size=2, pack_width=64, epochs=2, learning_rate=3e-3, checkpoint_steps=10)
STEPS = 48
"""200 examples of 21 to 27 tokens, two or three in a row, 2 rows on each of 2 ranks, 2 epochs."""


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


def save_llama(folder: Path, positions: int = 128) -> Path:
    """A Llama of 0.1M random parameters, with a tokenizer of 300 ids."""
    torch.manual_seed(0)
    size = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4}
    ids = {"pad_token_id": 0, "eos_token_id": 1, "bos_token_id": None}
    LlamaForCausalLM(LlamaConfig(vocab_size=300, max_position_embeddings=positions, **size, **ids)).save_pretrained(
        folder
    )
    save_tokenizer(folder)
    return folder


def save_t5(folder: Path) -> Path:
    """A T5 of 0.2M random parameters, with the same tokenizer."""
    torch.manual_seed(0)
    size = {"d_model": 64, "d_kv": 16, "d_ff": 128, "num_layers": 2, "num_heads": 4}
    T5ForConditionalGeneration(T5Config(vocab_size=300, decoder_start_token_id=0, **size)).save_pretrained(folder)
    save_tokenizer(folder)
    return folder


def corpus_of(folder: Path, model: Path, *, seq2seq: bool = False) -> Path:
    build_corpus(lambda: EXAMPLES, str(model), folder, max_source=64, max_target=64, seq2seq=seq2seq)
    return folder


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


def assert_same_weights(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor], tolerance: float) -> None:
    assert one.keys() == other.keys()
    for name in one:
        torch.testing.assert_close(one[name].float(), other[name].float(), atol=tolerance, rtol=0)


def rank_processes() -> list[psutil.Process]:
    """The ranks of a training that goes on in this process."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # ended meanwhile, or a zombie
            if "RayTrainWorker" in " ".join(process.cmdline()):
                found.append(process)
    return found
