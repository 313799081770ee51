"""What is told of ranks that are not there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pad_ray.student.placing import Placing
from pad_ray.student.progress import LOG_FILE
from pad_ray.synthesis import waiting
from pad_ray.synthesis.waiting import PATIENCE_SECONDS, Nodes

SAID = "waiting for CPUs for 3 ranks: each needs 0.5 CPU of one node, and the cluster has 1 CPU free"


class Cluster:
    """Whether ranks are up, and what nodes have free."""

    def __init__(self, *free: float) -> None:
        self.up = False
        self.free = free

    def nodes(self) -> Nodes:
        return [{"CPU": cpus} for cpus in self.free]


def placing(cluster: Cluster, folder: Path, look_seconds: float = 60.0) -> Placing:
    return Placing(folder, 3, {"CPU": 0.5}, lambda ranks, needs: cluster.up, cluster.nodes, look_seconds)


def test_ranks_that_never_came_and_ranks_that_were_lost_are_told_of_once(tmp_path: Path) -> None:
    cluster = Cluster(1.0)
    ranks = placing(cluster, tmp_path)
    assert [ranks.look(now) for now in (0.0, PATIENCE_SECONDS - 1)] == ["", ""]
    assert [ranks.look(PATIENCE_SECONDS + late) for late in (0, 5, 1000)] == [SAID, "", ""]
    cluster.up = True
    assert ranks.look(2000.0) == ""
    cluster.up = False
    assert ranks.look(3000.0) == "", "they may be on their way"
    assert ranks.look(3000.0 + PATIENCE_SECONDS) == SAID


def test_all_of_them_must_find_room_at_once(tmp_path: Path) -> None:
    cluster = Cluster(0.9, 0.9, 0.4)
    ranks = placing(cluster, tmp_path)
    ranks.look(0.0)
    assert "the cluster has 2.2 CPU free" in ranks.look(PATIENCE_SECONDS), "0.4 are of no use to a rank"
    cluster.free = (0.9, 1.0)
    ranks = placing(cluster, tmp_path)
    ranks.look(0.0)
    assert ranks.look(PATIENCE_SECONDS) == ""


def test_it_goes_into_the_progress_as_what_a_person_must_not_miss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "PATIENCE_SECONDS", 0.0)
    log = tmp_path / LOG_FILE
    with placing(Cluster(1.0), tmp_path, look_seconds=0.01):
        while not log.exists() or not log.read_text().endswith("\n"):
            pass
    assert json.loads(log.read_text()) == {"message": SAID, "step": 0, "urgent": True}
