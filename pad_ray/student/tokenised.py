"""Texts -> tokens: a list of examples becomes columns, by one call of the tokenizer a side and numpy from there.

Source and target are tokenised apart and then joined, because that is what happens when the student is sampled: the
prompt is tokenised alone and the completion follows it. Tokenised together, tokens could straddle the seam.

    decoder-only      input_ids = source + target + eos     labels = -100 ... -100 + target + eos
    encoder-decoder   input_ids = source                    labels = target + eos

A plain `source` is exactly what `tokenizer(text)` gives: with the BOS, or T5's eos, where the tokenizer is set to add
one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from pad_ray.student.examples import Example
from pad_ray.student.mapped import CORPUS_SCHEMA, IGNORED
from pad_ray.student.tokenizer import load_tokenizer, tokenizer_fingerprint
from pad_ray.teacher.form import Form, in_form

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

FORMAT = 2
"""Of the corpus, and of how it is made. A change that gives other tokens or another layout counts one up, so that a
corpus that was made before is made again."""

TOKENISED_SCHEMA = pa.schema(
    [
        *CORPUS_SCHEMA,
        pa.field("source_tokens", pa.int32()),
        pa.field("target_tokens", pa.int32()),
        pa.field("too_long", pa.bool_()),
    ]
)
"""A row of the corpus and its two lengths; where it is `too_long` it has no tokens, and the lengths that it would have
had."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything, besides the texts, that decides what is in a corpus."""

    tokenizer: str
    """Hash of the tokenizer's files."""
    form: Form
    max_source: int
    """Tokens, special ones included."""
    max_target: int
    """Tokens, eos included."""
    max_length: int | None
    """Tokens of source and target together; None for no limit but those of the sides."""
    seq2seq: bool
    format: int = FORMAT

    def settings(self) -> dict[str, Any]:
        """As the corpus's record has them."""
        return asdict(self)

    def limits(self) -> dict[str, int]:
        """Most tokens of `source`, `target` and `example` (both sides); what has no limit is not there."""
        limits = {"source": self.max_source, "target": self.max_target}
        return limits if self.max_length is None else limits | {"example": self.max_length}


Ragged = tuple[np.ndarray, np.ndarray]
"""Rows of different length: (values int32[tokens], lengths int64[rows])."""


def tokenised(tokenizer: PreTrainedTokenizerBase, examples: Sequence[Example], recipe: Recipe) -> pa.Table:
    """The examples as a table of `TOKENISED_SCHEMA`, in their order."""
    # The programs of one question follow each other: what they share is tokenised once.
    distinct = list(dict.fromkeys(example.source for example in examples))
    ids = dict(zip(distinct, source_ids(tokenizer, recipe.form, distinct), strict=True))
    sources = ragged([ids[example.source] for example in examples])
    programs = [example.target for example in examples]
    targets = ended(ragged(_ids(tokenizer, programs, special=recipe.seq2seq, target=True)), tokenizer.eos_token_id)
    source_tokens, target_tokens = sources[1], targets[1]
    too_long = (source_tokens > recipe.max_source) | (target_tokens > recipe.max_target)
    if recipe.max_length is not None:
        too_long |= source_tokens + target_tokens > recipe.max_length
    sources, targets = emptied(sources, too_long), emptied(targets, too_long)
    input_ids, labels = (sources, targets) if recipe.seq2seq else joined(sources, targets)
    columns = [
        _list_array(input_ids),
        _list_array(labels),
        _int32(source_tokens + target_tokens),
        pa.array([example.source_id for example in examples], pa.string()),
        _int32(source_tokens),
        _int32(target_tokens),
        pa.array(too_long, pa.bool_()),
    ]
    return pa.Table.from_arrays(columns, schema=TOKENISED_SCHEMA)


def source_ids(tokenizer: PreTrainedTokenizerBase, form: Form, sources: Sequence[str]) -> list[list[int]]:
    """What the student reads of each source, in training and when it is asked.

    Raises:
        ConfigError: as `in_form`.
    """
    # A chat template has written its special tokens itself.
    return _ids(tokenizer, in_form(tokenizer, form, sources), special=form == "plain", target=False)


def ragged(rows: Sequence[Sequence[int]]) -> Ragged:
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    return np.fromiter(chain.from_iterable(rows), np.int32, int(lengths.sum())), lengths


def ended(rows: Ragged, eos: int) -> Ragged:
    """Each row with `eos` behind it, where it does not end in one."""
    values, lengths = rows
    ends = np.cumsum(lengths)
    # An empty row has no last token: it gets its eos whatever stands before it.
    last = np.full(len(lengths), eos - 1, dtype=np.int64)
    last[lengths > 0] = values[ends[lengths > 0] - 1]
    lacks = last != eos
    return np.insert(values, ends[lacks], eos), lengths + lacks


def emptied(rows: Ragged, out: np.ndarray) -> Ragged:
    """The rows, those in the mask `out` without their values."""
    if not out.any():
        return rows
    values, lengths = rows
    return values[np.repeat(~out, lengths)], np.where(out, 0, lengths)


def joined(sources: Ragged, targets: Ragged) -> tuple[Ragged, Ragged]:
    """(input ids, labels) of a decoder: each source followed by its target; the source bears no loss."""
    both = np.stack([sources[1], targets[1]], axis=1)
    of_target = np.repeat(np.tile([False, True], len(both)), both.ravel())
    input_ids = np.empty(len(of_target), np.int32)
    input_ids[of_target] = targets[0]
    input_ids[~of_target] = sources[0]
    labels = np.where(of_target, input_ids, np.int32(IGNORED))
    lengths = both.sum(axis=1)
    return (input_ids, lengths), (labels, lengths)


def _list_array(rows: Ragged) -> pa.ListArray:
    values, lengths = rows
    offsets = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values), type=CORPUS_SCHEMA.field("input_ids").type)


def _int32(values: np.ndarray) -> pa.Array:
    return pa.array(values.astype(np.int32))


def _ids(tokenizer: PreTrainedTokenizerBase, texts: list[str], *, special: bool, target: bool) -> list[list[int]]:
    """What `tokenizer(texts)`, or `tokenizer(text_target=texts)`, gives, without the time that it takes to wrap it."""
    if not tokenizer.is_fast or hasattr(tokenizer, "_switch_to_target_mode"):
        side = "text_target" if target else "text"
        wrapped = tokenizer(**{side: texts}, add_special_tokens=special, return_attention_mask=False)
        ids: list[list[int]] = wrapped["input_ids"]
        return ids
    backend = tokenizer.backend_tokenizer
    # A tokenizer.json may say otherwise; transformers' own calls set these three too.
    backend.no_truncation()
    backend.no_padding()
    backend.encode_special_tokens = tokenizer.split_special_tokens
    return [encoding.ids for encoding in backend.encode_batch_fast(texts, add_special_tokens=special)]


@lru_cache(maxsize=1)
def _loaded(path: str, fingerprint: str) -> PreTrainedTokenizerBase:
    return load_tokenizer(path)


def the_tokenizer(path: str) -> PreTrainedTokenizerBase:
    """The tokenizer of a checkpoint; a process loads the same one once.

    Raises:
        ConfigError: there is none that can be used.
    """
    return _loaded(path, tokenizer_fingerprint(Path(path)))
