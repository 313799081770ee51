"""What the trainings of several modules begin with: a tiny model, its corpus, and one training that nobody disturbs."""

from functools import cache
from pathlib import Path

import pytest
from trainings import Trained, corpus_of, run, save_llama


@pytest.fixture(scope="session")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_llama(tmp_path_factory.mktemp("llama"))


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory, llama: Path) -> Path:
    return corpus_of(tmp_path_factory.mktemp("corpus"), llama)


@cache
def undisturbed(corpus: Path, llama: Path, out_dir: Path) -> Trained:
    return run(corpus, llama, out_dir)


@pytest.fixture(scope="module")
def trained(cluster: None, corpus: Path, llama: Path) -> Trained:
    """ZeRO-2, fp32, two ranks, undisturbed: made once, on the cluster of the first module that asks for it."""
    return undisturbed(corpus, llama, corpus.with_name("undisturbed") / "out")
