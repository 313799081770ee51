"""The batch whose loss is not a number: which one it is, and what is kept of it."""

import json
from pathlib import Path

import pytest
import torch
from torch.utils.data import DataLoader
from trainings import EXAMPLES, save_tokenizer

from pad_ray.student.bad_batch import Fed, Losses, MicroStep, bad_ranks, file_name, save
from pad_ray.student.collator import Rows
from pad_ray.student.corpus import build_corpus
from pad_ray.student.examples import Example
from pad_ray.student.mapped import MappedCorpus
from pad_ray.student.tokenizer import load_tokenizer


def micro_step(step: int, loss: float) -> MicroStep:
    return MicroStep(step, 1, [step], torch.tensor(loss))


def test_the_first_loss_that_is_no_number_is_found_and_what_was_checked_is_forgotten() -> None:
    losses = Losses()
    for step, loss in enumerate([1.0, float("inf"), float("nan")], start=1):
        losses.keep(micro_step(step, loss))
    bad = losses.first_bad()
    assert bad is not None and (bad.step, bad.entries) == (2, [2])
    losses.clear()
    losses.keep(micro_step(4, 0.5))
    assert losses.first_bad() is None


def test_it_began_at_the_ranks_where_it_came_first() -> None:
    assert bad_ranks([None, 7, 8, 7]) == [1, 3]
    assert bad_ranks([None, None]) == []


def test_what_is_remembered_is_what_a_loader_gave_although_it_reads_ahead() -> None:
    class Numbers:
        def __getitem__(self, entry: int) -> int:
            return 10 * entry

        def __len__(self) -> int:
            return 6

    fed = Fed(Numbers())
    loader = iter(DataLoader(fed, batch_size=2, sampler=[5, 3, 1, 0, 2, 4], collate_fn=list))
    batches = [next(loader), next(loader)]
    assert batches == [[10 * entry for entry in fed.next()] for _ in batches] == [[50, 30], [10, 0]]


@pytest.mark.parametrize("seq2seq", [False, True])
def test_it_can_be_read_by_a_person(tmp_path: Path, seq2seq: bool) -> None:
    save_tokenizer(tmp_path / "model")
    examples = [Example(e.source, e.target, f"program-{n}") for n, e in enumerate(EXAMPLES[:20])]
    build_corpus(
        lambda: examples, str(tmp_path / "model"), tmp_path / "corpus", max_source=64, max_target=64, seq2seq=seq2seq
    )
    rows = Rows(MappedCorpus(tmp_path / "corpus"))
    entries = [3, -1, 12] if seq2seq else [(3, 12), ()]
    bad = MicroStep(17, 2, entries, torch.tensor(float("nan")))
    tokenizer = load_tokenizer(str(tmp_path / "model"))
    save(tmp_path, 1, bad, rows, tokenizer, encoder_decoder=seq2seq, gradient_norm=float("inf"))
    saved = json.loads((tmp_path / file_name(1)).read_text())
    assert {name: saved[name] for name in ("step", "micro_step", "rank", "loss", "gradient_norm")} == {
        "step": 17, "micro_step": 2, "rank": 1, "loss": "nan", "gradient_norm": "inf",
    }  # fmt: skip
    assert [example["program"] for example in saved["examples"]] == ["program-3", "program-12"]
    for index, example in zip((3, 12), saved["examples"], strict=True):
        assert example["source"] == examples[index].source
        assert example["target"] == examples[index].target + "</s>"
        assert example["input_ids"] == rows[index]["input_ids"].tolist()
