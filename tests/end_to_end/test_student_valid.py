"""Validations in real trainings: two ranks, DeepSpeed, programs that are run, tiny models that learn and unlearn."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import torch
from trainings import CONFIG, Trained, assert_same_weights, save_llama
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

from pad_ray.config import QuestionsConfig, RayConfig, StudentConfig, ValidationConfig
from pad_ray.runtime import ray_cluster
from pad_ray.student.corpus import Example, build_corpus
from pad_ray.student.history import History
from pad_ray.student.trainer import train_student
from pad_ray.teacher.prompt import render

WORDS = ["one", "two", "three", "four", "five"]
QUESTIONS = [f"What is {word}?" for word in WORDS]


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    with ray_cluster(RayConfig(num_cpus=1, object_store_gib=0.2)):
        yield


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With dropout, so that random numbers count."""
    folder = save_llama(tmp_path_factory.mktemp("llama"))
    config = LlamaConfig.from_pretrained(folder)
    config.attention_dropout = 0.1
    torch.manual_seed(0)
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("asked") / "words.jsonl"
    rows = [{"id": str(n), "question": text, "answer": str(n)} for n, text in enumerate(QUESTIONS, 1)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def corpus(folder: Path, model: Path, right: bool) -> Path:
    """Each question forty times, with its answer or with another's."""
    examples = [
        Example(render("program-v1", question=text), f"answer = {n if right else n + 1}")
        for text, n in zip(QUESTIONS, range(1, 6), strict=True)
        for _ in range(40)
    ]
    build_corpus(lambda: examples, str(model), folder, max_source=64, max_target=32, seq2seq=False)
    return folder


def config(asked: Path | None, **settings: object) -> StudentConfig:
    validation = asked and ValidationConfig(
        questions=QuestionsConfig(set="jsonl", path=asked), every_steps=5, patience=2, batch_size=2
    )
    return CONFIG.model_copy(
        update={"max_target_tokens": 32, "learning_rate": 1e-2, "validation": validation, "epochs": 1.0} | settings
    )


def run(
    corpus: Path, model: Path, out_dir: Path, config: StudentConfig, on_entry: Callable[[dict], None] | None = None
) -> Trained:
    heard: list[dict] = []

    def hear(entry: dict) -> None:
        heard.append(entry)
        if on_entry is not None:
            on_entry(entry)

    report = train_student(
        corpus_dir=corpus, model=str(model), out_dir=out_dir, config=config, seed=3, on_progress=hear
    )
    return Trained(out_dir, report, heard)
