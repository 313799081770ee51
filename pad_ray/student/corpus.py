"""The corpus: (source, target) texts, tokenised once, in Arrow files that every rank maps into memory.

It is known by what it was made of: the tokenizer, the templates, the limits and the texts. What is there already is not
made again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from pad_ray.errors import TrainingError
from pad_ray.shards.files import commit_json, fingerprint_of, sweep, sync
from pad_ray.student.budget import Draw
from pad_ray.student.examples import Example, Source
from pad_ray.student.mapped import DATA_FILES, LEFT_OUT_FILE, RECORD_FILE, damaged_file, read_record
from pad_ray.student.spread import in_process, spread, worth_spreading
from pad_ray.student.tokenised import Recipe, the_tokenizer
from pad_ray.student.tokenizer import check_vocabulary, tokenizer_fingerprint
from pad_ray.student.writing import Tally, drawn, write_files, write_left_out
from pad_ray.teacher.form import Form

__all__ = ["CorpusReport", "Example", "Source", "build_corpus", "corpus_fingerprint"]

ALL = "all.arrow"
"""Name, while a corpus is made, of all the examples that it is drawn from."""

BUILDING = ".building"
"""Folder in which the files of a corpus are made; they get their place when all of them are whole."""


@dataclass(frozen=True, slots=True)
class CorpusReport:
    """What is in a corpus."""

    examples: int
    left_out_too_long: int
    """Named in `left_out.jsonl`."""
    source_tokens: int
    target_tokens: int
    """The tokens that bear a loss."""


def build_corpus(
    examples: Source | Callable[[], Iterable[Example]],
    tokenizer_path: str,
    out_dir: Path,
    *,
    max_source: int,
    max_target: int,
    seq2seq: bool,
    max_length: int | None = None,
    form: Form = "plain",
    draw: Draw | None = None,
) -> CorpusReport:
    """Tokenise `examples`, in a stream, into the folder `out_dir`; a whole corpus of the same content is kept.

    A source that has an identity, several parts and some thousand examples is tokenised by Ray Data, where Ray has been
    initialised; anything else in this process. The files are the same byte for byte.

    Args:
        examples: a source, or a function that gives the same examples whenever it is called. Without an identity its
            texts are hashed: once to compare them with a corpus that is there, and once while they are tokenised.
        max_source: longest source in tokens, special tokens included; examples beyond it are left out and counted.
        max_target: longest target in tokens, eos included; examples beyond it are left out and counted.
        seq2seq: write the columns for an encoder-decoder.
        max_length: longest example, both sides together: the positions of a decoder-only model.
        form: the sources as they are, or in the tokenizer's chat template.
        draw: only so many of the examples that are not too long.

    Raises:
        ConfigError: there is no usable tokenizer at `tokenizer_path`, it has no end-of-sequence token or chat template,
            or the model beside it has no embedding for some of its tokens.
        ShardError: the disk is full or the folder cannot be written.
        TrainingError: no example is left to train on.
    """
    sweep(out_dir)
    source = Source.of(examples)
    recipe = Recipe(
        tokenizer=tokenizer_fingerprint(Path(tokenizer_path)),
        form=form,
        max_source=max_source,
        max_target=max_target,
        max_length=max_length,
        seq2seq=seq2seq,
    )
    made_of = _made_of(recipe, draw)
    if record := _kept(out_dir, made_of, source):
        check_vocabulary(record["vocabulary"], Path(tokenizer_path))
        return CorpusReport(**record["report"])
    vocabulary = max(the_tokenizer(tokenizer_path).get_vocab().values()) + 1
    check_vocabulary(vocabulary, Path(tokenizer_path))
    building = out_dir / BUILDING
    shutil.rmtree(building, ignore_errors=True)
    tally, digest = Tally(), hashlib.sha256()
    try:
        tables = _tables(source, tokenizer_path, recipe, digest)
        files = write_files(drawn(tables, building / ALL, draw) if draw else tables, building, tally)
        if tally.examples == 0:
            raise TrainingError(f"corpus {out_dir}: no example to train on{_hint(tally)}")
        write_left_out(tally, recipe, building)
        _put_in_place(building, out_dir)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    report = CorpusReport(tally.examples, tally.left_out_too_long, tally.source_tokens, tally.target_tokens)
    content = made_of | {"source": source.identity or digest.hexdigest()}
    about = {"fingerprint": fingerprint_of(content), "longest": tally.longest, "vocabulary": vocabulary}
    commit_json(out_dir / RECORD_FILE, content | about | {"files": files, "report": asdict(report)})
    return report


def corpus_fingerprint(examples: Source | Callable[[], Iterable[Example]], recipe: Recipe, draw: Draw | None) -> str:
    """The fingerprint that the corpus of these examples has, or would have; nothing is tokenised."""
    source = Source.of(examples)
    return fingerprint_of(_made_of(recipe, draw) | {"source": source.identity or _sha256(source)})


def _made_of(recipe: Recipe, draw: Draw | None) -> dict[str, Any]:
    """What a corpus is known by, besides the texts."""
    return {"settings": recipe.settings()} | ({"draw": asdict(draw)} if draw else {})


def _kept(out_dir: Path, made_of: dict[str, Any], source: Source) -> dict[str, Any] | None:
    """The record of the corpus that is there, if it is the one that is wanted, and undamaged."""
    record = read_record(out_dir)
    if record is None or {name: record[name] for name in ("settings", "draw") if name in record} != made_of:
        return None
    if record["source"] != (source.identity or _sha256(source)) or damaged_file(out_dir, record):
        return None
    return record


def _tables(source: Source, tokenizer_path: str, recipe: Recipe, digest: hashlib._Hash) -> Iterator[pa.Table]:
    if not source.identity:
        return in_process(_hashed(source, digest), tokenizer_path, recipe)
    if worth_spreading(source):
        return spread(source, tokenizer_path, recipe)
    return in_process(source, tokenizer_path, recipe)


def _put_in_place(building: Path, out_dir: Path) -> None:
    """Let the new files take the place of those of another corpus, whose record goes first."""
    (out_dir / RECORD_FILE).unlink(missing_ok=True)
    for old in [*out_dir.glob(DATA_FILES), out_dir / LEFT_OUT_FILE]:
        old.unlink(missing_ok=True)
    for new in building.iterdir():
        os.replace(new, out_dir / new.name)
    sync(out_dir)


def _hint(tally: Tally) -> str:
    if tally.left_out:
        return (
            f" ({tally.left_out_too_long} left out as too long; "
            "see student.max_source_tokens and student.max_target_tokens)"
        )
    return (
        "; none of the teacher's programs is right: look at the yield that pad-ray synthesize shows, and change "
        "teacher.model or teacher.prompt, or learn from wrong ones too (student.learn_from=all)"
    )


def _sha256(examples: Iterable[Example]) -> str:
    digest = hashlib.sha256()
    for _ in _hashed(examples, digest):
        pass
    return digest.hexdigest()


def _hashed(examples: Iterable[Example], digest: hashlib._Hash) -> Iterator[Example]:
    """The examples as they come; what passed is in `digest`. Lengths go in too, so that no two sequences collide."""
    for example in examples:
        for text in (example.source, example.target, example.source_id):
            data = text.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "little"))
            digest.update(data)
        yield example
