"""A corpus made by Ray Data: the same bytes as one made in one process, and the same errors."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from ray import cloudpickle

from pad_ray.config import RayConfig
from pad_ray.errors import ShardError
from pad_ray.questions.wordsums.reader import read_wordsums
from pad_ray.runtime import ray_cluster
from pad_ray.student import corpus as corpus_module
from pad_ray.student.corpus import Example, Source, build_corpus
from pad_ray.student.templates import program_example
from pad_ray.teacher.engine import resolve_model

# Ray's workers cannot import this file.
cloudpickle.register_pickle_by_value(sys.modules[__name__])

PER_PART = 500
PARTS = 12
LIMITS = {"max_source": 90, "max_target": 256, "seq2seq": False}
"""Some questions are longer."""


def part(number: int) -> Iterator[Example]:
    for question in read_wordsums("train", 7, number * PER_PART, PER_PART):
        yield program_example({"text": question.text, "code": question.reference, "program_id": question.question_id})


def broken(number: int) -> Iterator[Example]:
    yield from part(number)
    if number == 9:
        raise ShardError(f"shard-{number}.arrow: not a readable Arrow shard")


def source(of=part) -> Source:
    return Source(tuple(partial(of, number) for number in range(PARTS)), "the same")


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    with ray_cluster(RayConfig(num_cpus=2, object_store_gib=0.2)):
        yield


def test_ray_data_makes_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spread_out: list[Source] = []

    def watched(*arguments):
        spread_out.append(arguments[0])
        return spread(*arguments)

    spread = corpus_module.spread
    monkeypatch.setattr(corpus_module, "spread", watched)
    model = resolve_model("embedded:student")
    report = build_corpus(source(), model, tmp_path / "ray", **LIMITS)
    assert len(spread_out) == 1
    monkeypatch.setattr(corpus_module, "worth_spreading", lambda source: False)
    assert build_corpus(source(), model, tmp_path / "here", **LIMITS) == report
    assert len(spread_out) == 1
    assert report.left_out_too_long > 0
    assert report.examples + report.left_out_too_long == PARTS * PER_PART
    names = sorted(path.name for path in (tmp_path / "ray").iterdir())
    assert names == ["corpus-00000.arrow", "corpus.json", "left_out.jsonl"]
    for name in names:
        assert (tmp_path / "ray" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()


def test_what_a_part_raises_on_a_worker_is_raised_here(tmp_path: Path) -> None:
    with pytest.raises(ShardError, match=r"^shard-9\.arrow: not a readable Arrow shard"):
        build_corpus(source(broken), resolve_model("embedded:student"), tmp_path / "corpus", **LIMITS)
    assert list((tmp_path / "corpus").iterdir()) == []
