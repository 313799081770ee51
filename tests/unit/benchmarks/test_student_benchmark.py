"""The pure parts of the student's benchmark: steady rates, settings of the contenders, batches, what is published."""

import sys
from pathlib import Path

import numpy as np
import pytest

from pad_ray.config import StudentConfig
from pad_ray.student.mapped import MappedCorpus
from pad_ray.student.order import Schedule
from pad_ray.student.varlen import VARLEN
from pad_ray.teacher.engine import resolve_model

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "benchmarks"))
sys.path.insert(0, str(ROOT / "benchmarks" / "student_peers"))
try:
    import batches
    from harness.rounds import Rates
    from student_peers import corpora, marks, published, settings
    from student_peers.models import MIDDLE, SMALL
finally:
    # A benchmark has the name of the room that it measures; nobody shall import one for the other.
    sys.path.remove(str(ROOT / "benchmarks"))
    sys.path.remove(str(ROOT / "benchmarks" / "student_peers"))

WORK = settings.Work(batch=32, steps=12, warm_up=5)
MODEL = Path(resolve_model(SMALL))


def test_a_steady_rate_leaves_the_warm_up_out() -> None:
    """100 tokens a step; 10 s for each of the first five, 1 s for the others."""
    seconds = np.cumsum([10.0] * 5 + [1.0] * 5).tolist()
    entries = [(step, seconds[step - 1], 100 * step) for step in (1, 5, 10)]
    assert marks.steady_rate(entries, 5) == 100
    assert marks.steady_rate(entries, 2) == 100  # the first mark after it
    with pytest.raises(RuntimeError, match="take more steps"):
        marks.steady_rate(entries, 6)


@pytest.mark.parametrize("gpus", [0, 1, 4])
@pytest.mark.parametrize("model", [SMALL, MIDDLE, "/models/some"])
def test_all_contenders_take_as_many_examples_in_a_step(model: str, gpus: int) -> None:
    work = settings.work_of(model, gpus=gpus)
    assert work.warm_up < work.steps
    config = StudentConfig(**settings.student(work, gpus))
    per_row = settings.LONGEST / settings.MEAN_TOKENS if config.packing else 1
    assert config.workers * config.batch_size * per_row == pytest.approx(work.batch, rel=0.2)
    for change in settings.TRL_TRIED:
        asked = settings.trl(model, work, gpus, **change)
        per_row = settings.LONGEST / settings.MEAN_TOKENS if asked["packing"] else 1
        assert asked["processes"] * asked["batch"] * per_row == pytest.approx(work.batch, rel=0.2)
        # Examples of similar length meet in a padded batch; in a packed row those that fill it.
        assert asked["sampling"] == "random" or not asked["packing"]


def test_changes_to_ours_are_settings_of_a_student() -> None:
    for change in settings.OURS_TRIED:
        config = StudentConfig(**settings.student(WORK, 0, **change))
        assert all(getattr(config, key) == value for key, value in change.items())
    assert StudentConfig(**settings.student(WORK, 0, workers=1)).batch_size == 32


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return corpora.made_up(70, MODEL, tmp_path_factory.mktemp("made-up"))


class Model:
    """As much of a model as batches are made by."""

    class config:
        pad_token_id, max_position_embeddings, model_type, _attn_implementation = 0, 512, "llama", VARLEN


def prepared(corpus: Path, config: StudentConfig, layout: str, rank: int | None) -> batches.Batches:
    return batches.prepared(corpus, Model, config, layout=layout, seed=7, rank=rank)


@pytest.mark.parametrize("layout", ["ours", "packed", "bucketed", "shuffled", "widest"])
def test_in_every_layout_every_token_comes_once(corpus: Path, layout: str) -> None:
    config = StudentConfig(**settings.student(WORK, 0, packing=layout == "packed", batch_size=4))
    how = "ours" if layout == "packed" else layout
    ranks = [prepared(corpus, config, how, rank) for rank in (0, 1)]
    joined = prepared(corpus, config, how, None)
    # No token of a made-up corpus is the padding.
    useful = sum(int((b["input_ids"] != 0).sum()) for rank in ranks for step in rank.steps for b in step)
    assert useful == MappedCorpus(corpus).lengths.sum() == ranks[0].tokens[-1]
    assert ranks[0].tokens == ranks[1].tokens == joined.tokens
    assert len(ranks[0].steps) == len(ranks[1].steps) == len(joined.steps) == len(joined.tokens)
    shares = [useful / sum(rank.computed for rank in ranks), useful / joined.computed]
    if layout == "widest":
        assert {batch["input_ids"].shape[1] for step in joined.steps for batch in step} == {512}
    elif how == "ours":
        assert min(shares) > 0.95
    else:
        assert min(shares) > (0.85 if layout == "bucketed" else 0.6)


def test_our_layout_is_that_of_the_training(corpus: Path) -> None:
    config = StudentConfig(**settings.student(WORK, 0, batch_size=4))
    made = prepared(corpus, config, "ours", 1)
    mapped = MappedCorpus(corpus)
    schedule = Schedule(mapped.lengths, batch=4, ranks=2, accumulation=1, epochs=1, seed=7)
    for number, step in enumerate(made.steps, 1):
        expected = sorted(mapped[index]["input_ids"].tolist() for index in schedule.members(number)[1])
        ids = step[0]["input_ids"][0]
        examples = [part.tolist() for part in np.split(ids.numpy(), step[0]["cu_seq_lens_q"][1:-1].numpy())]
        assert sorted(example for example in examples if example[0]) == expected


def test_a_made_up_corpus_has_the_record_and_the_rows_of_a_real_one(corpus: Path, tmp_path: Path) -> None:
    corpora.build(corpora.wordsums(70), MODEL, tmp_path)
    made, real = MappedCorpus(corpus), MappedCorpus(tmp_path)
    assert made.record.keys() == real.record.keys()
    settings_of = [{**record["settings"], "max_length": None} for record in (made.record, real.record)]
    assert settings_of[0] == settings_of[1]
    assert len(made) == len(real) == 70
    assert made.lengths.mean() == pytest.approx(real.lengths.mean(), rel=0.1)
    assert made.record["longest"] == made.lengths.max()
    ignored = [np.mean(corpus_[5]["labels"] == -100) for corpus_ in (made, real)]
    assert 0.2 < ignored[0] < 0.8 and 0.2 < ignored[1] < 0.8


def test_the_targets_are_set_at_figures_that_are_published() -> None:
    rates = Rates("useful tokens/s", {published.OURS: [120.0], published.TRL: [100.0]})
    figures = published.compared(rates, (published.TRL,), published.TRL_TARGET, of="trl, 4M")
    assert [(f.figure, f.met) for f in figures if f.target] == [("trl, 4M: train_student / TRL SFTTrainer", True)]

    layouts = (published.PACKED, published.PACKED_WHOLE, published.BUCKETS, published.PADDED, published.WIDEST)
    rates = Rates("useful tokens/s", dict(zip(layouts, ([160.0], [140.0], [120.0], [100.0], [50.0]), strict=True)))
    targeted = [f for f in published.layout_figures(rates, "packing") if f.target]
    assert [(f.figure, f.value, f.met) for f in targeted] == [("packing: packed / padded, shuffled", 1.6, True)]

    names = [
        published.TWO_RANKS, published.ONE_CORE, published.ONE_RANK, published.BARE_ONE_CORE, published.APART,
    ]  # fmt: skip
    rates = Rates("useful tokens/s", dict(zip(names, ([160.0], [100.0], [150.0], [110.0], [190.0]), strict=True)))
    targeted = [f for f in published.rank_figures(rates, "ranks") if f.target]
    assert [(f.value, f.met) for f in targeted] == [(1.6, False)]


def test_what_savepoints_cost() -> None:
    """25 steps of 1 s, 20 of them counted, savepoints of 0.5 s after steps 10 and 20: 20 s become 21."""
    assert published.savepoint_cost(20 / 21, 10, steps=25, warm_up=5) == pytest.approx(0.5)
    rates = Rates("useful tokens/s", {published.NONE: [21.0], published.OFTEN: [20.0]})
    figures = {f.figure: f for f in published.savepoint_figures(rates, "savepoint", steps=25, warm_up=5)}
    worked_out = figures["savepoint: savepoints every 100 steps, worked out: share of the time"]
    assert worked_out.value == pytest.approx(0.5 / 100.5, rel=0.01)
    assert worked_out.met


def test_a_start_that_was_not_what_is_measured_is_refused() -> None:
    published.check_start(published.STARTS[0], 1)
    published.check_start(published.STARTS[1], published.START_STEPS)
    with pytest.raises(RuntimeError, match="began with step 1, not 3"):
        published.check_start(published.STARTS[1], 1)


def test_ranks_that_compute_unevenly_wait_for_the_slowest() -> None:
    assert published.imbalance([[100, 100], [50, 50]]) == 0
    assert published.imbalance([[150, 50], [50, 150]]) == pytest.approx(0.5)


def test_partial_results_have_names_of_their_own() -> None:
    usual = (SMALL, MIDDLE)
    assert published.results_name(published.PARTS, usual, usual) == "student"
    assert published.results_name(["trl"], usual, usual) == "student-trl"
    assert published.results_name(["trl", "bare"], (MIDDLE,), usual) == "student-trl-bare-60m"
    assert published.results_name(["trl"], ("/models/qwen/",), usual) == "student-trl-qwen"
    with pytest.raises(ValueError, match="'trll' is no part"):
        published.chosen_parts("bare,trll")
