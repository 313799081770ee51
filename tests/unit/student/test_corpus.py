"""The corpus: what a row holds, what is left out, what is kept on disk."""

import contextlib
import json
import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from pad_ray.errors import ConfigError, ShardError, TrainingError
from pad_ray.student import corpus as corpus_module
from pad_ray.student.corpus import CorpusReport, Example, build_corpus
from pad_ray.student.mapped import DATA_FILE, IGNORED, RECORD_FILE, MappedCorpus

EXAMPLES = [Example(f"tom has {i} apples and {i} pears", f"return {i} + {i}") for i in range(10)]


def make_tokenizer(folder: Path, *, bos: bool = False, eos_after: bool = False) -> str:
    """A BPE tokenizer in which `ab` is one token, so that a seam between `a` and `b` can be told."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=["<pad>", "</s>", "<s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator(["ab ab ab ab return apples pears tom has and"] * 20, trainer)
    if bos:
        bpe.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 2)])
    if eos_after:
        bpe.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token="</s>", pad_token="<pad>", bos_token="<s>")
    tokenizer.save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def tokenizer_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_tokenizer(tmp_path_factory.mktemp("tokenizer"))


def encode(path: str, text: str, *, special: bool = False) -> list[int]:
    ids: list[int] = corpus_module.load_tokenizer(path)(text, add_special_tokens=special)["input_ids"]
    return ids


def build(out: Path, path: str, examples: Sequence[Example] = EXAMPLES, **changed) -> CorpusReport:
    """The examples are given as the pipeline gives them: by a generator that is made anew at every call."""
    return build_corpus(
        lambda: iter(examples), path, out, **({"max_source": 64, "max_target": 64, "seq2seq": False} | changed)
    )


def test_decoder_only_rows_bear_a_loss_on_the_target_and_its_eos_alone(tmp_path: Path, tokenizer_path: str) -> None:
    report = build(tmp_path, tokenizer_path)
    corpus = MappedCorpus(tmp_path)
    source, target = encode(tokenizer_path, EXAMPLES[3].source), [*encode(tokenizer_path, EXAMPLES[3].target), 1]
    row = corpus[3]
    assert row["input_ids"].tolist() == source + target
    assert row["labels"].tolist() == [IGNORED] * len(source) + target
    assert corpus.lengths[3] == len(source) + len(target)
    assert (report.examples, len(corpus)) == (10, 10)
    assert report.target_tokens == sum(int((corpus[i]["labels"] != IGNORED).sum()) for i in range(10))
    assert report.source_tokens + report.target_tokens == int(corpus.lengths.sum())


def test_source_and_target_are_tokenised_apart(tmp_path: Path, tokenizer_path: str) -> None:
    assert len(encode(tokenizer_path, "ab")) == 1
    build(tmp_path, tokenizer_path, [Example("a", "b")])
    expected = [*encode(tokenizer_path, "a"), *encode(tokenizer_path, "b"), 1]
    assert MappedCorpus(tmp_path)[0]["input_ids"].tolist() == expected


def test_bos_begins_the_source_and_not_the_target(tmp_path: Path) -> None:
    path = make_tokenizer(tmp_path / "tokenizer", bos=True)
    build(tmp_path / "corpus", path, [Example("a", "b")])
    ids = MappedCorpus(tmp_path / "corpus")[0]["input_ids"].tolist()
    assert ids == [2, *encode(path, "a"), *encode(path, "b"), 1]


def test_encoder_decoder_rows_keep_the_sides_apart_and_end_in_one_eos(tmp_path: Path) -> None:
    path = make_tokenizer(tmp_path / "tokenizer", eos_after=True)
    build(tmp_path / "corpus", path, seq2seq=True)
    corpus = MappedCorpus(tmp_path / "corpus")
    row = corpus[0]
    assert row["input_ids"].tolist() == [*encode(path, EXAMPLES[0].source), 1]
    assert row["labels"].tolist() == [*encode(path, EXAMPLES[0].target), 1]
    assert corpus.lengths[0] == len(row["input_ids"]) + len(row["labels"])


def test_examples_beyond_a_limit_are_left_out_and_counted(tmp_path: Path, tokenizer_path: str) -> None:
    long = "x" * 65
    examples = [Example(long, "a"), Example("a", long[:64]), Example("a", long[:63]), Example(long[:64], "a")]
    report = build(tmp_path, tokenizer_path, examples)
    assert (report.examples, report.left_out_too_long) == (2, 2)


def test_nothing_left_is_an_error_that_names_the_setting(tmp_path: Path, tokenizer_path: str) -> None:
    with pytest.raises(TrainingError, match="max_source_tokens"):
        build(tmp_path, tokenizer_path, [Example("x" * 100, "a")])
    assert list(tmp_path.iterdir()) == []


def test_without_any_example_the_teacher_is_asked_after(tmp_path: Path, tokenizer_path: str) -> None:
    with pytest.raises(TrainingError, match="no example to train on; is the yield of the teacher 0"):
        build(tmp_path, tokenizer_path, [])


def test_nothing_left_leaves_the_corpus_that_was_there(tmp_path: Path, tokenizer_path: str) -> None:
    first = build(tmp_path, tokenizer_path)
    with pytest.raises(TrainingError):
        build(tmp_path, tokenizer_path, [])
    assert len(MappedCorpus(tmp_path)) == first.examples


@contextlib.contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """A write beyond `size` bytes fails as on a full disk."""
    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))


def test_a_full_disk_is_a_shard_error_that_leaves_nothing(tmp_path: Path, tokenizer_path: str) -> None:
    with pytest.raises(ShardError, match=r"corpus\.arrow: cannot be written"), file_size_limit(100):
        build(tmp_path, tokenizer_path)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_build_left_is_swept(tmp_path: Path, tokenizer_path: str) -> None:
    first = build(tmp_path, tokenizer_path)
    (tmp_path / f".{DATA_FILE}.4711.tmp").write_bytes(b"half a corpus")
    assert build(tmp_path, tokenizer_path) == first
    assert sorted(p.name for p in tmp_path.iterdir()) == [DATA_FILE, RECORD_FILE]


def test_rows_are_found_across_record_batches_without_a_copy(
    tmp_path: Path, tokenizer_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path / "one", tokenizer_path)
    monkeypatch.setattr(corpus_module, "ROWS_PER_BATCH", 3)
    build(tmp_path / "many", tokenizer_path)
    one, many = MappedCorpus(tmp_path / "one"), MappedCorpus(tmp_path / "many")
    for i in range(10):
        for column in ("input_ids", "labels"):
            np.testing.assert_array_equal(one[i][column], many[i][column])
            assert not many[i][column].flags.owndata
            assert not many[i][column].flags.writeable


def test_the_same_corpus_is_not_tokenised_again(
    tmp_path: Path, tokenizer_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build(tmp_path, tokenizer_path)

    def refuse(path: str) -> None:
        raise AssertionError("tokenised again")

    monkeypatch.setattr(corpus_module, "load_tokenizer", refuse)
    assert build(tmp_path, tokenizer_path) == first
    with pytest.raises(AssertionError):
        build(tmp_path, tokenizer_path, max_source=63)


def test_the_same_corpus_is_left_in_place(tmp_path: Path, tokenizer_path: str) -> None:
    first = build(tmp_path, tokenizer_path)
    before = (tmp_path / DATA_FILE).stat()
    assert build(tmp_path, tokenizer_path) == first
    assert (tmp_path / DATA_FILE).stat().st_mtime_ns == before.st_mtime_ns
    assert sorted(p.name for p in tmp_path.iterdir()) == [DATA_FILE, RECORD_FILE]


@pytest.mark.parametrize(
    "change",
    [
        {"examples": [*EXAMPLES[1:], EXAMPLES[0]]},
        {"examples": [Example("a", "b"), *EXAMPLES[1:]]},
        {"max_target": 63},
        {"seq2seq": True},
    ],
)
def test_other_content_has_another_fingerprint(tmp_path: Path, tokenizer_path: str, change: dict) -> None:
    build(tmp_path, tokenizer_path)
    before = MappedCorpus(tmp_path).record["fingerprint"]
    build(tmp_path, tokenizer_path, **change)
    assert MappedCorpus(tmp_path).record["fingerprint"] != before


def test_another_tokenizer_has_another_fingerprint(tmp_path: Path, tokenizer_path: str) -> None:
    other = make_tokenizer(tmp_path / "tokenizer", bos=True)
    build(tmp_path / "corpus", tokenizer_path)
    before = MappedCorpus(tmp_path / "corpus").record["fingerprint"]
    build(tmp_path / "corpus", other)
    assert MappedCorpus(tmp_path / "corpus").record["fingerprint"] != before


def test_a_cut_off_corpus_is_refused_and_built_again(tmp_path: Path, tokenizer_path: str) -> None:
    build(tmp_path, tokenizer_path)
    whole = (tmp_path / DATA_FILE).read_bytes()
    (tmp_path / DATA_FILE).write_bytes(whole[:-10])
    with pytest.raises(TrainingError, match="incomplete"):
        MappedCorpus(tmp_path)
    build(tmp_path, tokenizer_path)
    assert (tmp_path / DATA_FILE).read_bytes() == whole


def test_a_corpus_without_its_record_is_refused(tmp_path: Path, tokenizer_path: str) -> None:
    build(tmp_path, tokenizer_path)
    assert json.loads((tmp_path / RECORD_FILE).read_text())["longest"] == MappedCorpus(tmp_path).lengths.max()
    (tmp_path / RECORD_FILE).unlink()
    with pytest.raises(TrainingError, match="incomplete"):
        MappedCorpus(tmp_path)


def test_a_folder_without_a_tokenizer_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no tokenizer"):
        build(tmp_path / "corpus", str(tmp_path))


def test_importing_the_corpus_is_light() -> None:
    code = (
        "import sys, pad_ray.student.corpus, pad_ray.student.trainer, pad_ray.student.worker, pad_ray.student.zero;"
        "print({'torch', 'transformers', 'deepspeed', 'ray'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
