"""What the cluster must have for the actors of a run."""

from __future__ import annotations

import pytest

from pad_ray.checks import check_capacity, check_room
from pad_ray.config import EngineConfig, ExecutorConfig, RunConfig
from pad_ray.errors import ConfigError


def refusal(gpus: int, most_gpus: int, cpus: float, **engine: int) -> str:
    try:
        check_capacity("teacher", EngineConfig(**engine), ExecutorConfig(), gpus=gpus, most_gpus=most_gpus, cpus=cpus)
    except ConfigError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("gpus", "most_gpus", "cpus", "workers", "tensor_parallel_size", "refused"),
    [
        (0, 0, 2, 1, 1, ""),
        (0, 0, 2, 3, 1, ""),
        (0, 0, 2, 4, 1, "teacher.workers: 4 engines and 1 executors do not fit on 2 CPUs; set it to 3 or less"),
        (0, 0, 2, 1, 2, "teacher.tensor_parallel_size: 2 GPUs of one node"),
        (8, 4, 64, 2, 4, ""),
        (8, 4, 64, 1, 8, "no node of this cluster has more than 4; set it to 4 or less"),
        (8, 4, 64, 3, 4, "teacher.workers: 3 engines of 4 GPUs are asked for and this cluster has 8 GPUs; set it to 2"),
        (8, 4, 1, 8, 1, ""),
    ],
)
def test_engines_that_would_never_be_placed_are_refused(
    gpus: int, most_gpus: int, cpus: float, workers: int, tensor_parallel_size: int, refused: str
) -> None:
    said = refusal(gpus, most_gpus, cpus, workers=workers, tensor_parallel_size=tensor_parallel_size)
    assert refused in said
    assert bool(said) == bool(refused)


def no_room(gpus: int, cpus: float, ranks: int, **teacher: object) -> str:
    config = RunConfig.model_validate({"teacher": teacher, "student": {"workers": ranks, "stream": True}})
    try:
        check_room(config, gpus=gpus, cpus=cpus)
    except ConfigError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("gpus", "cpus", "ranks", "teacher", "refused"),
    [
        (0, 2, 2, {}, ""),
        (0, 2, 3, {}, "3 ranks do not fit beside 1 engines on 2 CPUs; set student.workers to 2 or less"),
        (0, 1, 1, {}, "on 1 CPUs; set student.stream to false"),
        (0, 4, 3, {"max_workers": 5}, "3 ranks do not fit beside 5 engines on 4 CPUs; set student.workers to 2"),
        (8, 64, 4, {"workers": 2, "tensor_parallel_size": 2}, ""),
        (8, 64, 5, {"workers": 2, "tensor_parallel_size": 2}, "beside 2 engines on 8 GPUs; set student.workers to 4"),
        (8, 64, 8, {"tensor_parallel_size": 8}, "8 ranks do not fit beside 1 engines on 8 GPUs; set student.stream to"),
        (8, 64, 8, {"engine": "openai"}, ""),
    ],
)
def test_ranks_that_would_wait_for_the_end_of_the_synthesis_are_refused(
    gpus: int, cpus: float, ranks: int, teacher: dict[str, object], refused: str
) -> None:
    said = no_room(gpus, cpus, ranks, **teacher)
    assert refused in said
    assert bool(said) == bool(refused)
