"""A student trained for real while its synthesis goes on, killed on the way, stopped, and repeated."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from growing import KEEP, PER_SHARD, GrowingSynthesis
from safetensors.torch import load_file
from trainings import rank_processes, save_llama, save_t5

from pad_ray.config import RayConfig, StudentConfig
from pad_ray.errors import TrainingError
from pad_ray.progress import Event
from pad_ray.runtime import ray_cluster
from pad_ray.shards.files import read_json
from pad_ray.shards.place import Place
from pad_ray.student.cursor import Steps
from pad_ray.student.cutting import Cutter
from pad_ray.student.follow import Follower
from pad_ray.student.lesson import teach
from pad_ray.student.segments import recorded_segment, segment_dir
from pad_ray.student.streamed import LEAST_STEPS
from pad_ray.student.trainer import TrainingReport

SHARDS = 10
CONFIG = StudentConfig(
    stream=True, batch_size=2, epochs=1.5, learning_rate=3e-3, checkpoint_steps=5, max_source_tokens=400
)


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    with ray_cluster(RayConfig(num_cpus=2, object_store_gib=0.2)):
        yield


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_llama(tmp_path_factory.mktemp("llama"), positions=512)


def train(
    synthesis: GrowingSynthesis,
    model: Path,
    folder: Path,
    on_event: Callable[[Event, Follower], None],
    config: StudentConfig = CONFIG,
) -> TrainingReport:
    follower = Follower(Cutter(synthesis.place, synthesis.source, config, seed=3), look_seconds=0.2)
    return teach(
        follower,
        model=str(model),
        folder=folder,
        config=config,
        seed=3,
        stage="train",
        report=lambda event: on_event(event, follower),
    )


def loss_of(event: Event) -> float:
    return float(event.rows[0][1].split()[0])


class Disturbed:
    """Shards come as the training gets on, and a rank is killed on the way."""

    def __init__(self, synthesis: GrowingSynthesis) -> None:
        self._synthesis = synthesis
        self.killed = False
        self.said: list[str] = []
        self.shown: list[Event] = []

    def __call__(self, event: Event, _: Follower) -> None:
        self.said.append(event.note or event.detail)
        if not event.rows:
            return
        self.shown.append(event)
        if event.done >= 5 and self._synthesis.written < 8:
            # The ranks wait for it: what is not held back is used up after eight steps or some more.
            self._synthesis.write(4)
        elif event.done >= 15 and not self.killed:
            rank_processes()[-1].kill()
            self.killed = True
        elif event.done >= 20 and self.killed and self._synthesis.written < SHARDS:
            self._synthesis.close()


@pytest.fixture(scope="module")
def disturbed(
    tmp_path_factory: pytest.TempPathFactory, llama: Path
) -> tuple[GrowingSynthesis, Path, Disturbed, TrainingReport]:
    folder = tmp_path_factory.mktemp("stream")
    synthesis = GrowingSynthesis(Place.of(folder / "synthesis"), SHARDS)
    synthesis.write(4)
    what_happened = Disturbed(synthesis)
    return synthesis, folder / "student", what_happened, train(synthesis, llama, folder / "student", what_happened)


def test_the_training_follows_the_synthesis(
    disturbed: tuple[GrowingSynthesis, Path, Disturbed, TrainingReport],
) -> None:
    _, folder, happened, report = disturbed
    assert happened.killed
    assert any("training goes on from checkpoint-" in said for said in happened.said)
    unknown = [event for event in happened.shown if not event.total]
    assert unknown and all(event.detail == "as long as the synthesis goes on" for event in unknown)
    assert happened.shown[-1].done == happened.shown[-1].total == report.steps
    losses = [loss_of(event) for event in happened.shown]
    assert losses[-1] < 0.5 * losses[0]
    records = [
        recorded_segment(folder / "corpus", n) for n in range(read_json(folder / "corpus" / "end.json")["segments"])
    ]
    assert len(records) > 2
    assert [record is not None and record.last for record in records] == [False] * (len(records) - 1) + [True]
    shards = [file for record in records if record for file in record.shards]
    assert sorted(shards) == [f"shard-{index:06d}.arrow" for index in range(SHARDS)]


def test_every_program_enters_one_step_of_the_first_pass(
    disturbed: tuple[GrowingSynthesis, Path, Disturbed, TrainingReport],
) -> None:
    _, folder, _, report = disturbed
    steps = Steps(folder)
    assert len(steps) == report.steps
    first_pass = -(-report.steps * 2 // 3)
    entered: list[str] = []
    for step in range(1, first_pass + 1):
        ids = [name for of_rank in steps.programs(step) for name in of_rank]
        assert ids
        entered.extend(ids)
    assert len(set(entered)) == SHARDS * PER_SHARD * KEEP


@pytest.mark.slow
def test_repeated_from_its_records_it_gives_the_same_weights_though_it_was_stopped(
    disturbed: tuple[GrowingSynthesis, Path, Disturbed, TrainingReport], llama: Path, tmp_path: Path
) -> None:
    synthesis, folder, _, report = disturbed
    shutil.copytree(folder / "corpus", tmp_path / "corpus")
    # Damaged meanwhile: it is made again of the same shards.
    file = segment_dir(tmp_path / "corpus", 1) / "corpus-00000.arrow"
    file.write_bytes(file.read_bytes()[:-100] + bytes(100))

    def stop(event: Event, follower: Follower) -> None:
        if event.rows and event.done >= 8:
            follower.halt("enough for today")

    with pytest.raises(TrainingError, match="stopped with a savepoint: enough for today"):
        train(synthesis, llama, tmp_path, stop)
    assert not (tmp_path / "model").exists()
    said: list[str] = []
    again = train(synthesis, llama, tmp_path, lambda event, _: said.append(event.note or event.detail))
    assert any("training goes on from checkpoint-" in line for line in said)
    assert again.steps == report.steps and again.tokens == report.tokens
    ours, theirs = (load_file(r.model_path / "model.safetensors") for r in (again, report))
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_an_encoder_decoder_is_trained_on_a_synthesis_that_ended_before(tmp_path: Path) -> None:
    synthesis = GrowingSynthesis(Place.of(tmp_path / "synthesis"), 3)
    synthesis.close()
    model = save_t5(tmp_path / "t5")
    config = CONFIG.model_copy(update={"epochs": 1, "zero_stage": 1, "batch_size": 4, "gradient_accumulation": 2})
    shown: list[Event] = []
    report = train(synthesis, model, tmp_path / "student", lambda event, _: shown.append(event), config)
    losses = [loss_of(event) for event in shown if event.rows]
    assert losses[-1] < losses[0]
    # One segment, the last: 96 examples, 16 to a step.
    assert report.steps == 6 < LEAST_STEPS
