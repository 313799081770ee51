"""From lists of tokens to columns, whatever the rows."""

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.student.examples import Example
from pad_ray.student.mapped import IGNORED
from pad_ray.student.tokenised import Recipe, emptied, ended, joined, ragged, the_tokenizer, tokenised
from pad_ray.teacher.engine import resolve_model

EOS = 0
ROWS = st.lists(st.lists(st.integers(0, 5), max_size=6), max_size=12)
PAIRS = st.lists(st.tuples(*[st.lists(st.integers(0, 5), max_size=6)] * 2), max_size=12)


def rows_of(ragged_rows: tuple[np.ndarray, np.ndarray]) -> list[list[int]]:
    values, lengths = ragged_rows
    assert lengths.sum() == len(values)
    return [row.tolist() for row in np.split(values, np.cumsum(lengths)[:-1])] if len(lengths) else []


@given(ROWS)
def test_every_row_ends_in_one_eos(rows: list[list[int]]) -> None:
    expected = [row if row and row[-1] == EOS else [*row, EOS] for row in rows]
    assert rows_of(ended(ragged(rows), EOS)) == expected


@given(PAIRS)
def test_a_decoders_row_is_source_and_target_and_the_source_bears_no_loss(pairs: list) -> None:
    input_ids, labels = joined(ragged([source for source, _ in pairs]), ragged([target for _, target in pairs]))
    assert rows_of(input_ids) == [source + target for source, target in pairs]
    assert rows_of(labels) == [[IGNORED] * len(source) + target for source, target in pairs]


@given(ROWS, st.randoms(use_true_random=False))
def test_emptied_rows_leave_the_others_as_they_are(rows: list[list[int]], random) -> None:
    out = np.array([random.random() < 0.5 for _ in rows], dtype=bool)
    assert rows_of(emptied(ragged(rows), out)) == [[] if gone else row for row, gone in zip(rows, out, strict=True)]


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30)), min_size=1, max_size=5))
def test_the_tokens_are_those_that_the_tokenizer_gives_for_each_text_alone(texts: list[tuple[str, str]]) -> None:
    tokenizer = the_tokenizer(resolve_model("embedded:student"))
    recipe = Recipe("", "plain", 10_000, 10_000, None, seq2seq=False)
    table = tokenised(tokenizer, [Example(source, target) for source, target in texts], recipe)
    for (source, target), ids in zip(texts, table.column("input_ids").to_pylist(), strict=True):
        after = tokenizer(target, add_special_tokens=False)["input_ids"]
        # A target that ends in the words "<eos>" has its end.
        end = [] if after and after[-1] == tokenizer.eos_token_id else [tokenizer.eos_token_id]
        assert ids == tokenizer(source)["input_ids"] + after + end


def test_truncation_and_padding_that_a_tokenizer_file_asks_for_are_not_done(tmp_path: Path) -> None:
    tokenizer = the_tokenizer(resolve_model("embedded:student"))
    tokenizer.backend_tokenizer.enable_truncation(4)
    tokenizer.backend_tokenizer.enable_padding(length=64)
    recipe = Recipe("", "plain", 10_000, 10_000, None, seq2seq=False)
    table = tokenised(tokenizer, [Example("one two three four five six", "a = 1\nb = 2")], recipe)
    assert table.column("source_tokens").to_pylist() == [len(tokenizer("one two three four five six")["input_ids"])]
