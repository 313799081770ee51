"""Tokens per step and steps, with numbers."""

import pytest
from anatomies import CODET5_BASE, QWEN_05

from pad_ray.config import StudentConfig
from pad_ray.student.work import at_most, recorded, work

RECORD = {"report": {"examples": 1000, "source_tokens": 60_000, "target_tokens": 90_000}, "longest": 400}


def settings(**changed) -> StudentConfig:
    return StudentConfig(**({"workers": 2, "batch_size": 4, "epochs": 3} | changed))


def test_a_corpus_by_its_record() -> None:
    corpus = recorded(RECORD)
    assert (corpus.examples, corpus.sources, corpus.targets, corpus.longest) == (1000, 60, 90, 400)
    assert (corpus.tokens, corpus.known) == (150_000, True)


def test_before_there_is_one_the_settings_bound_it() -> None:
    corpus = at_most(settings(max_source_tokens=128, max_target_tokens=256), 500)
    assert (corpus.tokens, corpus.longest, corpus.known) == (500 * 384, 384, False)


def test_packed_rows() -> None:
    """150,000 tokens are 147 rows of 1,024, 19 micro-steps of 8 rows, 10 steps of 2."""
    made = work(QWEN_05, settings(pack_width=1024, gradient_accumulation=2), recorded(RECORD))
    assert (made.steps_per_epoch, made.steps) == (10, 30)
    assert made.tokens_per_step == 15_000
    assert made.computed_per_step == 2 * 4 * 2 * 1024


def test_examples_one_by_one() -> None:
    made = work(QWEN_05, settings(packing=False, epochs=1.5), recorded(RECORD))
    assert (made.steps_per_epoch, made.steps) == (125, 188)
    assert (made.tokens_per_step, made.computed_per_step) == (1200, 8 * 400)


def test_an_encoder_decoder_is_not_packed() -> None:
    """As the paper trained CodeT5: batches of 8, 128 + 256 tokens."""
    config = settings(workers=1, batch_size=8, max_source_tokens=128, epochs=50)
    made = work(CODET5_BASE, config, recorded(RECORD))
    assert (made.steps, made.computed_per_step) == (50 * 125, 8 * 384)
    assert made.flops_per_token < 6 * CODET5_BASE.parameters


def test_flops_follow_the_examples_and_not_the_row() -> None:
    short, long = (
        work(QWEN_05, settings(pack_width=width), recorded(RECORD)).flops_per_token for width in (1024, 8192)
    )
    assert short == pytest.approx(long)
