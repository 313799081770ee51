"""The figures of a config, from what lies on the disk."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from safetensors.numpy import save_file

from pad_ray.config import QuestionsConfig, RunConfig, StudentConfig, SynthesisConfig
from pad_ray.errors import ConfigError
from pad_ray.report.sizes import sizes_table
from pad_ray.student.estimate import Estimate, estimate, known_corpus, this_node
from pad_ray.student.fit import GIB, Node
from pad_ray.student.mapped import RECORD_FILE

SIZE = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 16}


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "base"
    folder.mkdir()
    llama = {"model_type": "llama", "max_position_embeddings": 512, "tie_word_embeddings": True}
    (folder / "config.json").write_text(json.dumps(llama | SIZE))
    tensors = {"model.embed_tokens.weight": (16, 8), "model.layers.0.self_attn.q_proj.weight": (8, 8)}
    save_file({name: np.zeros(shape, np.float32) for name, shape in tensors.items()}, folder / "model.safetensors")
    return folder


def config(tmp_path: Path, limit: int | None = 100, **student) -> RunConfig:
    return RunConfig(
        run_dir=tmp_path / "run",
        questions=QuestionsConfig(set="gsm8k", limit=limit),
        synthesis=SynthesisConfig(keep=3),
        student=StudentConfig(workers=1, **student),
    )


def write_record(run: RunConfig, longest: int = 60) -> None:
    folder = run.run_dir / "student" / "corpus"
    folder.mkdir(parents=True)
    report = {"examples": 10, "source_tokens": 100, "target_tokens": 200, "left_out_too_long": 0}
    record = {"report": report, "longest": longest, "files": [], "bytes": 0}
    (folder / RECORD_FILE).write_text(json.dumps(record))


def test_a_corpus_that_is_there_is_what_counts(tmp_path: Path) -> None:
    run = config(tmp_path)
    bound = known_corpus(run)
    assert bound is not None and not bound.known
    assert bound.examples == 300
    write_record(run)
    found = known_corpus(run)
    assert found is not None and found.known
    assert (found.examples, found.tokens) == (10, 300)


def test_without_a_corpus_or_a_limit_there_is_no_count(tmp_path: Path, base: Path) -> None:
    known = estimate(config(tmp_path, limit=None), base, "1x80")
    assert known.corpus is None and known.work is None
    assert "not known before the synthesis" in table_text(known)


def test_the_figures_are_in_the_table(tmp_path: Path, base: Path) -> None:
    run = config(tmp_path, epochs=2)
    write_record(run)
    known = estimate(run, base, "1x80")
    assert (known.model.parameters, known.trainable) == (192, 192)
    assert known.node == Node(1, 80 * GIB, None)
    text = table_text(known)
    for said in ("192, decoder-only", "of 80.0 GiB", "10, 30 tokens on average", "rows of 512 tokens", "300 useful"):
        assert said in text
    assert "2 (2 epochs of 1)" in text


def test_what_is_only_bounded_is_said_to_be(tmp_path: Path, base: Path) -> None:
    assert "at most 300" in table_text(estimate(config(tmp_path), base, "1x80"))


def test_what_does_not_fit_is_refused(tmp_path: Path, base: Path) -> None:
    with pytest.raises(ConfigError, match=r"per GPU and one has 1\.0 GiB"):
        estimate(config(tmp_path), base, "1x1")


def test_the_longest_example_of_the_corpus_counts(tmp_path: Path, base: Path) -> None:
    run = config(tmp_path)
    write_record(run, longest=600)
    with pytest.raises(ConfigError, match=r"student\.max_source_tokens: the longest example has 600"):
        estimate(run, base, "1x80")


def test_this_machine(tmp_path: Path, base: Path) -> None:
    node, cpus = this_node(1)
    assert cpus >= 1 and node.host_bytes is not None and node.host_bytes > GIB
    assert estimate(config(tmp_path), base).node == node


def table_text(known: Estimate) -> str:
    console = Console(width=120, file=io.StringIO())
    console.print(sizes_table(known))
    return console.file.getvalue()
