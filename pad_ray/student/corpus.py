"""The corpus: (source, target) texts, tokenised once, in an Arrow file that every rank maps into memory.

Source and target are tokenised apart and then joined, because that is what happens when the student is sampled: the
prompt is tokenised alone and the completion follows it. Tokenised together, tokens could straddle the seam.

    decoder-only      input_ids = source + target + eos     labels = -100 ... -100 + target + eos
    encoder-decoder   input_ids = source                    labels = target + eos

`source` is exactly what `tokenizer(text)` gives: with the BOS, or T5's eos, where the tokenizer is set to add one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa

from pad_ray.errors import TrainingError
from pad_ray.shards.files import commit, commit_json, fingerprint_of, sweep
from pad_ray.student.mapped import CORPUS_SCHEMA, DATA_FILE, IGNORED, RECORD_FILE, read_record
from pad_ray.student.tokenizer import load_tokenizer, tokenizer_fingerprint

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

ROWS_PER_BATCH = 2048
"""Examples tokenised in one call and written as one record batch: the tokenizer's threads are kept busy, and some MB of
memory at the longest limits."""


@dataclass(frozen=True, slots=True)
class Example:
    """One training pair of texts."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class CorpusReport:
    """What is in a corpus."""

    examples: int
    left_out_too_long: int
    source_tokens: int
    target_tokens: int
    """The tokens that bear a loss."""


@dataclass(slots=True)
class _Tally:
    examples: int = 0
    left_out_too_long: int = 0
    source_tokens: int = 0
    target_tokens: int = 0
    longest: int = 0


def build_corpus(
    examples: Callable[[], Iterable[Example]],
    tokenizer_path: str,
    out_dir: Path,
    *,
    max_source: int,
    max_target: int,
    seq2seq: bool,
) -> CorpusReport:
    """Tokenise `examples`, in a stream, into the folder `out_dir`; a complete corpus of the same content is kept.

    Args:
        examples: gives the same examples whenever it is called: once to compare them with a corpus that is there, which
            takes a hash of their texts, and once to tokenise them, unless that corpus is theirs.
        max_source: longest source in tokens, special tokens included; examples beyond it are left out and counted.
        max_target: longest target in tokens, eos included; examples beyond it are left out and counted.
        seq2seq: write the columns for an encoder-decoder.

    Raises:
        ConfigError: there is no usable tokenizer at `tokenizer_path`, or it has no end-of-sequence token.
        ShardError: the disk is full or the folder cannot be written.
        TrainingError: no example is left to train on.
    """
    sweep(out_dir)
    limits = {"max_source": max_source, "max_target": max_target, "seq2seq": seq2seq}
    settings = {"tokenizer": tokenizer_fingerprint(Path(tokenizer_path)), **limits}
    record = read_record(out_dir)
    if record and record["settings"] == settings and record["examples_sha256"] == _sha256(examples()):
        return CorpusReport(**record["report"])

    tokenizer = load_tokenizer(tokenizer_path)
    digest, tally = hashlib.sha256(), _Tally()

    def write(file: BinaryIO) -> None:
        with pa.ipc.new_file(file, CORPUS_SCHEMA) as writer:
            stream = _hashed(examples(), digest)
            while chunk := list(islice(stream, ROWS_PER_BATCH)):
                columns = _tokenised(tokenizer, chunk, tally, max_source, max_target, seq2seq)
                writer.write_batch(pa.record_batch(columns, schema=CORPUS_SCHEMA))
        if tally.examples == 0:
            raise TrainingError(f"corpus {out_dir}: no example to train on{_hint(tally)}")
        # The record there is of the file that gives way now.
        (out_dir / RECORD_FILE).unlink(missing_ok=True)

    try:
        commit(out_dir / DATA_FILE, write)
    finally:
        sweep(out_dir)
    tallied = asdict(tally)
    longest = tallied.pop("longest")
    content = {"settings": settings, "examples_sha256": digest.hexdigest()}
    record = content | {
        "fingerprint": fingerprint_of(content),
        "longest": longest,
        "bytes": (out_dir / DATA_FILE).stat().st_size,
        "report": tallied,
    }
    commit_json(out_dir / RECORD_FILE, record)
    return CorpusReport(**tallied)


def _hint(tally: _Tally) -> str:
    if tally.left_out_too_long:
        return (
            f" ({tally.left_out_too_long} left out as too long; "
            "see student.max_source_tokens and student.max_target_tokens)"
        )
    return "; is the yield of the teacher 0? see the summary of the synthesis"


def _sha256(examples: Iterable[Example]) -> str:
    digest = hashlib.sha256()
    for _ in _hashed(examples, digest):
        pass
    return digest.hexdigest()


def _hashed(examples: Iterable[Example], digest: hashlib._Hash) -> Iterator[Example]:
    """The examples as they come; what passed is in `digest`. Lengths go in too, so that no two sequences collide."""
    for example in examples:
        for text in (example.source, example.target):
            data = text.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "little"))
            digest.update(data)
        yield example


def _tokenised(
    tokenizer: PreTrainedTokenizerBase,
    chunk: list[Example],
    tally: _Tally,
    max_source: int,
    max_target: int,
    seq2seq: bool,
) -> list[pa.Array]:
    """The three columns of those examples of `chunk` that are not too long; counts them in `tally`."""
    sources = tokenizer([e.source for e in chunk], return_attention_mask=False)["input_ids"]
    targets = tokenizer(text_target=[e.target for e in chunk], add_special_tokens=seq2seq, return_attention_mask=False)[
        "input_ids"
    ]
    eos = tokenizer.eos_token_id
    input_ids: list[list[int]] = []
    labels: list[list[int]] = []
    lengths: list[int] = []
    for source, target in zip(sources, targets, strict=True):
        if not target or target[-1] != eos:
            target = [*target, eos]
        if len(source) > max_source or len(target) > max_target:
            tally.left_out_too_long += 1
            continue
        input_ids.append(source if seq2seq else source + target)
        labels.append(target if seq2seq else [IGNORED] * len(source) + target)
        length = len(source) + len(target)
        lengths.append(length)
        tally.examples += 1
        tally.source_tokens += len(source)
        tally.target_tokens += len(target)
        tally.longest = max(tally.longest, length)
    return [
        pa.array(column, field.type) for column, field in zip((input_ids, labels, lengths), CORPUS_SCHEMA, strict=True)
    ]
