"""The corpus: what a row holds, what is left out, what is kept on disk."""

import contextlib
import json
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from pad_ray.errors import ConfigError, ShardError, TrainingError
from pad_ray.student import spread, tokenised, writing
from pad_ray.student.corpus import CorpusReport, Example, Source, build_corpus
from pad_ray.student.mapped import IGNORED, LEFT_OUT_FILE, RECORD_FILE, MappedCorpus, data_file
from pad_ray.student.tokenizer import load_tokenizer

EXAMPLES = [Example(f"tom has {i} apples and {i} pears", f"return {i} + {i}", f"q/{i}@p#0") for i in range(10)]
DATA_FILE = data_file(0)


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
    ids: list[int] = load_tokenizer(path)(text, add_special_tokens=special)["input_ids"]
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
    examples = [
        Example(long, "a", "one"),
        Example("a", long[:64], "two"),
        Example("a", long[:63], "three"),
        Example(long[:64], "a", "four"),
        Example(long, long, "five"),
        Example(long[:64], long, "six"),
    ]
    report = build(tmp_path, tokenizer_path, examples)
    assert (report.examples, report.left_out_too_long) == (2, 4)
    assert MappedCorpus(tmp_path).source_ids([0, 1]) == ["three", "four"]
    lines = [json.loads(line) for line in (tmp_path / LEFT_OUT_FILE).read_text().splitlines()]
    assert [(line["id"], line["part"], line["length"], line["limit"]) for line in lines] == [
        ("one", "source", 65, 64),
        ("two", "target", 65, 64),  # with its eos
        ("five", "source", 65, 64),
        ("five", "target", 66, 64),
        ("six", "target", 66, 64),
    ]


def test_an_example_beyond_the_models_positions_is_left_out_though_both_sides_are_within_theirs(
    tmp_path: Path, tokenizer_path: str
) -> None:
    examples = [Example("x" * 20, "y" * 9, "fits"), Example("x" * 20, "y" * 10, "long")]
    report = build(tmp_path, tokenizer_path, examples, max_length=30)
    assert (report.examples, report.left_out_too_long) == (1, 1)
    assert MappedCorpus(tmp_path).source_ids([0]) == ["fits"]
    assert json.loads((tmp_path / LEFT_OUT_FILE).read_text()) == {
        "id": "long", "part": "example", "length": 31, "limit": 30,
    }  # fmt: skip


def test_a_list_of_those_left_out_goes_with_its_corpus(tmp_path: Path, tokenizer_path: str) -> None:
    build(tmp_path, tokenizer_path, [*EXAMPLES, Example("x" * 65, "a")])
    assert (tmp_path / LEFT_OUT_FILE).exists()
    build(tmp_path, tokenizer_path)
    assert not (tmp_path / LEFT_OUT_FILE).exists()


def test_nothing_left_is_an_error_that_names_the_setting(tmp_path: Path, tokenizer_path: str) -> None:
    with pytest.raises(TrainingError, match="max_source_tokens"):
        build(tmp_path, tokenizer_path, [Example("x" * 100, "a")])
    assert list(tmp_path.iterdir()) == []


def test_without_any_example_the_teacher_is_asked_after(tmp_path: Path, tokenizer_path: str) -> None:
    with pytest.raises(
        TrainingError, match=r"no example to train on; none of the teacher's programs is right: .*teacher\.model"
    ):
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
    with pytest.raises(ShardError, match=r"corpus-00000\.arrow: cannot be written"), file_size_limit(100):
        build(tmp_path, tokenizer_path)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_build_left_is_swept(tmp_path: Path, tokenizer_path: str) -> None:
    first = build(tmp_path, tokenizer_path)
    (tmp_path / f".{RECORD_FILE}.4711.tmp").write_bytes(b"half a record")
    (tmp_path / ".building").mkdir()
    (tmp_path / ".building" / DATA_FILE).write_bytes(b"half a corpus")
    assert build(tmp_path, tokenizer_path) == first
    first = build(tmp_path, tokenizer_path, EXAMPLES[1:])
    assert sorted(p.name for p in tmp_path.iterdir()) == [DATA_FILE, RECORD_FILE]


def test_rows_are_found_across_files_and_record_batches_without_a_copy(
    tmp_path: Path, tokenizer_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path / "one", tokenizer_path)
    monkeypatch.setattr(writing, "ROWS_PER_BATCH", 3)
    monkeypatch.setattr(writing, "BATCHES_PER_FILE", 2)
    build(tmp_path / "many", tokenizer_path)
    one, many = MappedCorpus(tmp_path / "one"), MappedCorpus(tmp_path / "many")
    assert [file["rows"] for file in many.record["files"]] == [6, 4]
    np.testing.assert_array_equal(one.lengths, many.lengths)
    assert many.source_ids([9, 5, 6]) == ["q/9@p#0", "q/5@p#0", "q/6@p#0"]
    for i in range(10):
        for column in ("input_ids", "labels"):
            np.testing.assert_array_equal(one[i][column], many[i][column])
            assert not many[i][column].flags.owndata
            assert not many[i][column].flags.writeable
    with pytest.raises(IndexError):
        many[10]


@pytest.mark.parametrize("chunk", [1, 3, 7])
def test_the_bytes_do_not_depend_on_how_many_are_tokenised_at_a_time(
    chunk: int, tmp_path: Path, tokenizer_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with Ray Data, whose tables end where the source's parts end."""
    monkeypatch.setattr(writing, "ROWS_PER_BATCH", 4)
    examples = [*EXAMPLES[:3], Example("x" * 65, "a"), *EXAMPLES[3:]]
    build(tmp_path / "one", tokenizer_path, examples)
    monkeypatch.setattr(spread, "CHUNK", chunk)
    build(tmp_path / "other", tokenizer_path, examples)
    for name in (DATA_FILE, LEFT_OUT_FILE, RECORD_FILE):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_the_same_corpus_is_not_tokenised_again(
    tmp_path: Path, tokenizer_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build(tmp_path, tokenizer_path)

    def refuse(path: str) -> None:
        raise AssertionError("tokenised again")

    tokenised._loaded.cache_clear()
    monkeypatch.setattr(tokenised, "load_tokenizer", refuse)
    assert build(tmp_path, tokenizer_path) == first
    with pytest.raises(AssertionError):
        build(tmp_path, tokenizer_path, max_source=63)


def test_a_source_with_an_identity_is_not_even_read_again(tmp_path: Path, tokenizer_path: str) -> None:
    read: list[str] = []

    def part(name: str) -> list[Example]:
        read.append(name)
        return EXAMPLES

    def source(identity: str) -> Source:
        return Source((lambda: part("one"), lambda: part("two")), identity)

    limits = {"max_source": 64, "max_target": 64, "seq2seq": False}
    first = build_corpus(source("a"), tokenizer_path, tmp_path, **limits)
    assert (first.examples, read) == (20, ["one", "two"])
    assert build_corpus(source("a"), tokenizer_path, tmp_path, **limits) == first
    assert read == ["one", "two"]
    before = MappedCorpus(tmp_path).record["fingerprint"]
    build_corpus(source("b"), tokenizer_path, tmp_path, **limits)
    assert read == ["one", "two"] * 2
    assert MappedCorpus(tmp_path).record["fingerprint"] != before


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
        {"examples": [Example(EXAMPLES[0].source, EXAMPLES[0].target, "another program"), *EXAMPLES[1:]]},
        {"max_target": 63},
        {"max_length": 128},
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


def test_a_corpus_with_a_changed_byte_is_built_again(tmp_path: Path, tokenizer_path: str) -> None:
    build(tmp_path, tokenizer_path)
    whole = (tmp_path / DATA_FILE).read_bytes()
    (tmp_path / DATA_FILE).write_bytes(whole[:500] + bytes([whole[500] ^ 1]) + whole[501:])
    build(tmp_path, tokenizer_path)
    assert (tmp_path / DATA_FILE).read_bytes() == whole


def test_a_corpus_of_an_earlier_version_is_built_again(tmp_path: Path, tokenizer_path: str) -> None:
    (tmp_path / "corpus.arrow").write_bytes(b"")
    (tmp_path / RECORD_FILE).write_text(json.dumps({"settings": {}, "bytes": 0, "fingerprint": "f", "longest": 9}))
    assert build(tmp_path, tokenizer_path).examples == 10


def test_a_corpus_without_its_record_is_refused(tmp_path: Path, tokenizer_path: str) -> None:
    build(tmp_path, tokenizer_path)
    assert json.loads((tmp_path / RECORD_FILE).read_text())["longest"] == MappedCorpus(tmp_path).lengths.max()
    (tmp_path / RECORD_FILE).unlink()
    with pytest.raises(TrainingError, match="incomplete"):
        MappedCorpus(tmp_path)


def test_a_folder_without_a_tokenizer_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no tokenizer"):
        build(tmp_path / "corpus", str(tmp_path))


@pytest.mark.parametrize("config", [{"vocab_size": 319}, {"text_config": {"vocab_size": 319}}])
def test_a_tokenizer_with_more_tokens_than_the_model_is_refused(
    config: dict, tmp_path: Path, tokenizer_path: str
) -> None:
    """Also when the corpus is there: the folder of the model may have got another config since."""
    shutil.copytree(tokenizer_path, tmp_path / "model")
    size = len(load_tokenizer(tokenizer_path))
    (tmp_path / "model" / "config.json").write_text(json.dumps({"vocab_size": size}))
    build(tmp_path / "corpus", str(tmp_path / "model"))
    (tmp_path / "model" / "config.json").write_text(json.dumps(config).replace("319", str(size - 1)))
    for out in ("corpus", "other"):
        with pytest.raises(ConfigError, match=rf"has {size} token ids and the model {size - 1} embeddings"):
            build(tmp_path / out, str(tmp_path / "model"))


def test_a_tokenizer_without_an_eos_is_refused(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    bare = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE(vocab={"a": 0}, merges=[])))
    bare.save_pretrained(tmp_path / "tokenizer")
    with pytest.raises(ConfigError, match="has no eos_token"):
        build(tmp_path / "corpus", str(tmp_path / "tokenizer"))


def test_a_chat_corpus_has_the_same_words_in_the_chat_template(tmp_path: Path) -> None:
    path = make_tokenizer(tmp_path / "tokenizer", bos=True)
    tokenizer = load_tokenizer(path)
    tokenizer.chat_template = "<s>{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}[answer]"
    tokenizer.save_pretrained(path)
    build(tmp_path / "corpus", path, [Example("a", "b")], form="chat")
    row = MappedCorpus(tmp_path / "corpus")[0]
    source, target = encode(path, "<s>[user]a[answer]"), [*encode(path, "b"), 1]
    assert source[0] == 2  # the BOS of the template, and no other
    assert row["input_ids"].tolist() == source + target
    assert row["labels"].tolist() == [IGNORED] * len(source) + target


def test_importing_the_corpus_is_light() -> None:
    code = (
        "import sys, pad_ray.student.corpus, pad_ray.student.trainer, pad_ray.student.worker, pad_ray.student.zero;"
        "print({'torch', 'transformers', 'deepspeed', 'ray'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
