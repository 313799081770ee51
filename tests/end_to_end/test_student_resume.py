"""Trainings that are broken off: killed amid a savepoint, without room for one, gone on with on other ranks."""

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from trainings import CONFIG, EXAMPLES, STEPS, Trained, assert_same_weights, rank_processes, run

from pad_ray.config import RayConfig
from pad_ray.errors import TrainingError
from pad_ray.runtime import ray_cluster
from pad_ray.student.cursor import Steps
from pad_ray.student.savepoint import read

STATES_OF_RANK_1 = "zero_pp_rank_1_mp_rank_00_optim_states.pt"


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    with ray_cluster(RayConfig(num_cpus=2, object_store_gib=0.2)):
        yield


def file_of_rank_1(out_dir: Path, step: int) -> Path:
    """Where rank 1 will write at this step; the folder is made, so that something can be put in its way."""
    folder = out_dir / "checkpoints" / f"checkpoint-{step}" / f"global_step{step}"
    folder.mkdir(parents=True)
    return folder / STATES_OF_RANK_1


@pytest.mark.parametrize("seed", [1])
def test_killed_amid_a_savepoint_the_weights_are_the_same_to_the_bit(
    seed: int, trained: Trained, llama: Path, corpus: Path, tmp_path: Path
) -> None:
    """Rank 1 writes into a pipe that nobody reads: its savepoint is begun and never sealed, and training goes on."""
    draw = random.Random(seed)
    saved = draw.choice([20, 30])
    last = saved + draw.randint(1, 9)
    out_dir, killed = tmp_path / "out", []

    def disturb(entry: dict) -> None:
        if entry.get("message", "").startswith("training starts") and not killed:
            os.mkfifo(file_of_rank_1(out_dir, saved))
        if not killed and entry.get("step", 0) >= last:
            draw.choice(rank_processes()).kill()
            killed.append(entry["step"])

    after = run(corpus, llama, out_dir, on_entry=disturb)
    assert killed
    assert f"savepoint checkpoint-{saved} is incomplete and passed over" in after.messages
    assert f"training goes on from checkpoint-{saved - 10}" in after.messages
    assert_same_weights(after.weights, trained.weights, 0)
    assert after.report.tokens == trained.report.tokens


def test_a_training_goes_on_on_one_rank_and_again_on_two(
    trained: Trained, llama: Path, corpus: Path, tmp_path: Path
) -> None:
    out_dir = tmp_path / "out"
    shutil.copytree(trained.out_dir, out_dir)
    shutil.rmtree(out_dir / "model")
    states = next((out_dir / "checkpoints" / "checkpoint-40").rglob(STATES_OF_RANK_1))
    content = bytearray(states.read_bytes())
    content[len(content) // 2] ^= 1
    states.write_bytes(content)
    one = run(corpus, llama, out_dir, CONFIG.model_copy(update={"workers": 1}))
    name = states.relative_to(out_dir / "checkpoints" / "checkpoint-40")
    assert f"savepoint checkpoint-40 is damaged ({name} is not what was written) and passed over" in one.messages
    assert (
        "training goes on from checkpoint-30 on 1 rank (it was made on 2); a step stays 4 packed rows" in one.messages
    )
    assert one.report.tokens == trained.report.tokens
    losses = {entry["step"]: entry["loss"] for entry in one.heard if "loss" in entry}
    assert losses == pytest.approx(
        {e["step"]: e["loss"] for e in trained.heard if "loss" in e and e["step"] > 30}, rel=1e-4
    )
    assert_same_weights(one.weights, trained.weights, 1e-5)
    made_on_one = read(out_dir / "checkpoints" / "checkpoint-40")
    assert made_on_one is not None and made_on_one.ranks == 1

    shutil.rmtree(out_dir / "model")
    two = run(corpus, llama, out_dir)
    assert (
        "training goes on from checkpoint-40 on 2 ranks (it was made on 1); a step stays 4 packed rows" in two.messages
    )
    assert_same_weights(two.weights, trained.weights, 1e-5)
    steps = Steps(out_dir)
    assert sum(len(ids) for step in range(1, STEPS + 1) for ids in steps.programs(step)) == 2 * len(EXAMPLES)


def test_a_full_disk_ends_the_training_in_one_line(llama: Path, corpus: Path, tmp_path: Path) -> None:
    out_dir = tmp_path / "out"

    def fill(entry: dict) -> None:
        if entry.get("message", "").startswith("training starts"):
            file_of_rank_1(out_dir, 20).symlink_to("/dev/full")

    with pytest.raises(
        TrainingError, match=r"savepoint checkpoint-20 cannot be written \(No space left on device\); make room in "
    ):
        run(corpus, llama, out_dir, on_entry=fill)
    assert read(out_dir / "checkpoints" / "checkpoint-10") is not None
    assert read(out_dir / "checkpoints" / "checkpoint-20") is None
    assert (out_dir / "progress.jsonl").read_text().count("training starts") == 1
