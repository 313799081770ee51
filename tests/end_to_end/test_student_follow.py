"""What is shown of a training, and what becomes of one that goes wrong inside a rank."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file
from trainings import CONFIG, EXAMPLES, Trained, assert_same_weights, rank_processes, run, save_llama
from transformers import AutoTokenizer

from pad_ray.config import RayConfig
from pad_ray.errors import TrainingError
from pad_ray.runtime import ray_cluster
from pad_ray.student.corpus import Example, build_corpus
from pad_ray.student.cursor import Steps


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    with ray_cluster(RayConfig(num_cpus=2, object_store_gib=0.2)):
        yield


def test_entries_have_figures(trained: Trained) -> None:
    entries = [entry for entry in trained.heard if "loss" in entry]
    assert all(entry["tokens_per_second"] > 0 and entry["mean_tokens_per_second"] > 0 for entry in entries)
    # So small a model is far from the peak of any processor.
    assert all(0 < entry["mfu"] < 0.9 for entry in entries)
    assert all(0 <= entry["data_wait"] < 0.5 for entry in entries)
    assert all(2**26 < entry["memory_bytes"] < 2**34 for entry in entries)
    assert all(entry["grad_norm"] > 0 for entry in entries)
    # End to end, filled up to a multiple of 8: of two or three examples of 21 to 27 tokens, twice a step, a tenth at most.
    assert all(0.9 < entry["useful_share"] <= 1 for entry in entries)
    assert trained.report.useful_share == entries[-1]["useful_share"]
    curves = b"".join(path.read_bytes() for path in (trained.out_dir / "tensorboard").iterdir())
    assert all(
        f"train/{name}".encode() in curves for name in ("loss", "mfu", "data_wait", "useful_share", "memory_bytes")
    )
    assert not (trained.out_dir / "ranks").exists()


def test_a_stopped_rank_is_named_and_the_weights_are_the_same(
    trained: Trained, llama: Path, corpus: Path, tmp_path: Path
) -> None:
    stopped: list[int] = []

    def stop_one_rank(entry: dict) -> None:
        if not stopped and entry.get("step", 0) >= 25:
            rank = rank_processes()[-1]
            rank.suspend()
            stopped.append(rank.pid)

    config = CONFIG.model_copy(update={"hang_minutes": 0.1})
    after = run(corpus, llama, tmp_path / "out", config, on_entry=stop_one_rank)
    named = [message for message in after.messages if message.startswith("no progress for 0.1 min: rank ")]
    assert len(named) == 1
    assert f"process {stopped[0]}) runs no more" in named[0]
    assert any("training goes on from checkpoint-" in message for message in after.messages)
    assert_same_weights(after.weights, trained.weights, 0)


def test_the_batch_that_has_no_finite_loss_is_saved(llama: Path, tmp_path: Path) -> None:
    """A token that one example alone has is not a number to the model."""
    tokenizer = AutoTokenizer.from_pretrained(llama)
    (rare,) = set(tokenizer("~")["input_ids"]) - {i for e in EXAMPLES for i in tokenizer(e.source)["input_ids"]}
    base = save_llama(tmp_path / "base")
    weights = load_file(base / "model.safetensors")
    weights["model.embed_tokens.weight"][rare] = float("nan")
    save_file(weights, base / "model.safetensors", metadata={"format": "pt"})
    examples = [*EXAMPLES, Example("tom has ~ apples", "x = 1", "poison")]
    build_corpus(lambda: examples, str(base), tmp_path / "corpus", max_source=64, max_target=64, seq2seq=False)
    with pytest.raises(
        TrainingError,
        match=r"the loss is nan at step .*student\.learning_rate.*it began at step \d+, with the batch in .*-rank-\d\.json",
    ) as e:
        run(tmp_path / "corpus", base, tmp_path / "out")
    assert (tmp_path / "out" / "progress.jsonl").read_text().count("training starts") == 1
    assert not (tmp_path / "out" / "model").exists()
    (file,) = (tmp_path / "out").glob("bad-batch-rank-*.json")
    assert file.name in str(e.value)
    saved = json.loads(file.read_text())
    programs = [example["program"] for example in saved["examples"]]
    steps = Steps(tmp_path / "out")
    assert saved["step"] == next(steps.steps_of("poison"))
    assert sorted(programs) == sorted(steps.programs(saved["step"])[saved["rank"]])
    assert saved["loss"] == "nan"
    assert {"source": "tom has ~ apples", "target": "x = 1</s>"}.items() <= saved["examples"][
        programs.index("poison")
    ].items()
