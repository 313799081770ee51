"""The cores that a model computes on."""

from __future__ import annotations

import os
import threading

import pytest
import torch

from pad_ray.config import EngineConfig
from pad_ray.teacher.cores import compute_on, threads_of


@pytest.mark.parametrize(
    ("cores", "settings", "threads"),
    [(2, {}, 2), (2, {"workers": 2}, 1), (16, {"workers": 3}, 5), (2, {"workers": 4}, 1), (2, {"threads": 7}, 7)],
)
def test_engines_share_the_cores_unless_told_otherwise(
    cores: int, settings: dict[str, int], threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(cores)))
    assert threads_of(EngineConfig.model_validate(settings)) == threads


def test_the_thread_that_computes_has_them_though_torch_was_imported_with_other_numbers() -> None:
    """As in an actor of Ray's, whose OMP_NUM_THREADS torch has read."""
    seen = []

    def compute() -> None:
        compute_on(3)
        seen.append(torch.get_num_threads())

    before = torch.get_num_threads()
    thread = threading.Thread(target=compute)
    thread.start()
    thread.join()
    assert seen == [3]
    torch.set_num_threads(before)
