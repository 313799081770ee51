"""The driver's side, without Ray: what is refused before anything starts, and what is done already."""

import json
import signal
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from pad_ray.config import StudentConfig
from pad_ray.errors import ConfigError, RunDirectoryError, TrainingError
from pad_ray.shards.files import fingerprint_of
from pad_ray.student.mapped import RECORD_FILE, data_file
from pad_ray.student.tokenizer import tokenizer_fingerprint
from pad_ray.student.trainer import _own_interrupts, finished, train_student


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "base"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": "llama"}))
    (folder / "tokenizer.json").write_text("{}")
    save_file({"a": np.zeros(3, np.float32)}, folder / "model.safetensors")
    return folder


def make_corpus(folder: Path, tokenizer: str, *, seq2seq: bool = False) -> Path:
    folder.mkdir()
    (folder / data_file(0)).write_bytes(b"")
    files = [{"name": data_file(0), "bytes": 0}]
    record = {
        "settings": {"seq2seq": seq2seq, "tokenizer": tokenizer, "form": "plain"}, "files": files, "fingerprint": "f", "longest": 9,
    }  # fmt: skip
    (folder / RECORD_FILE).write_text(json.dumps(record))
    return folder


@pytest.fixture(autouse=True)
def no_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another test of this process may have started it."""
    monkeypatch.setattr("ray.is_initialized", lambda: False)


def start(corpus: Path, base: Path, out: Path, **changed):
    return train_student(
        **({"corpus_dir": corpus, "model": str(base), "out_dir": out, "config": StudentConfig(), "seed": 7} | changed)
    )


def test_a_corpus_of_the_other_kind_is_refused(tmp_path: Path, base: Path) -> None:
    corpus = make_corpus(tmp_path / "corpus", tokenizer_fingerprint(base), seq2seq=True)
    with pytest.raises(TrainingError, match="seq2seq=False"):
        start(corpus, base, tmp_path / "out")


def test_a_corpus_of_another_tokenizer_is_refused(tmp_path: Path, base: Path) -> None:
    with pytest.raises(TrainingError, match="another tokenizer"):
        start(make_corpus(tmp_path / "corpus", "other"), base, tmp_path / "out")


def test_no_checkpoint_no_training(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no config\.json"):
        start(tmp_path, tmp_path, tmp_path / "out")


def test_without_ray_it_says_so(tmp_path: Path, base: Path) -> None:
    corpus = make_corpus(tmp_path / "corpus", tokenizer_fingerprint(base))
    with pytest.raises(TrainingError, match=r"ray\.init"):
        start(corpus, base, tmp_path / "out")


def test_a_finished_training_is_returned_without_ray(tmp_path: Path, base: Path) -> None:
    corpus = make_corpus(tmp_path / "corpus", tokenizer_fingerprint(base))
    out = tmp_path / "out"
    with pytest.raises(TrainingError, match=r"ray\.init"):
        start(corpus, base, out)
    fingerprint = fingerprint_of(json.loads((out / "run.json").read_text()))
    report = {"steps": 3, "tokens": 5, "useful_tokens_per_second": 1.0, "final_loss": 0.5, "seconds": 2.0}
    (out / "model").mkdir()
    (out / "model" / "training_report.json").write_text(json.dumps(report | {"fingerprint": fingerprint}))
    done = start(corpus, base, out)
    assert (done.steps, done.final_loss, done.model_path) == (3, 0.5, out / "model")
    assert done.useful_share is None, "that of an earlier version did not count"
    assert start(corpus, base, out, config=StudentConfig(checkpoint_steps=7)) == finished(out) == done
    assert finished(tmp_path) is None
    with pytest.raises(RunDirectoryError, match="differs in: epochs"):
        start(corpus, base, out, epochs=9.0)


def test_ctrl_c_is_the_callers_again_afterwards() -> None:
    before = signal.getsignal(signal.SIGINT)
    with _own_interrupts():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    assert signal.getsignal(signal.SIGINT) is before
