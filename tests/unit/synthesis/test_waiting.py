"""What is told of actors that find no room."""

from __future__ import annotations

import pytest

from pad_ray.synthesis.waiting import PATIENCE_SECONDS, Nodes, Waiting

LATE = 1000.0 + PATIENCE_SECONDS


class Cluster:
    """What actors find, and how often it was asked."""

    def __init__(self, *free: dict[str, float]) -> None:
        self.free = free
        self.up = False
        self.asked = 0

    def nodes(self) -> Nodes:
        self.asked += 1
        return self.free

    def any_up(self) -> bool:
        self.asked += 1
        return self.up


def waiting(cluster: Cluster, count: int = 2, **needs: float) -> Waiting:
    return Waiting("executor", count, needs or {"CPU": 0.25}, cluster.any_up, since=1000.0)


def test_it_is_told_once_after_a_while() -> None:
    cluster = Cluster({"CPU": 0.1}, {"CPU": 0.2})
    actors = waiting(cluster)
    assert actors.look(LATE - 1, cluster.nodes) == ""
    assert cluster.asked == 0
    said = actors.look(LATE, cluster.nodes)
    assert said == "waiting for CPUs for 2 executors: each needs 0.25 CPU of one node, and the cluster has 0.3 CPU free"
    assert [actors.look(LATE + seconds, cluster.nodes) for seconds in (1, 1000)] == ["", ""]


def test_of_those_that_came_up_nothing_is_told_or_asked_again() -> None:
    cluster = Cluster()
    actors = waiting(cluster)
    cluster.up = True
    assert actors.look(LATE, cluster.nodes) == ""
    asked, cluster.up = cluster.asked, False
    assert actors.look(LATE + 1, cluster.nodes) == ""
    assert cluster.asked == asked


def test_while_there_is_room_it_is_no_matter_of_resources() -> None:
    cluster = Cluster({"CPU": 0.1}, {"CPU": 0.25})
    actors = waiting(cluster)
    assert actors.look(LATE, cluster.nodes) == ""
    cluster.free = ({"CPU": 0.1},)  # its node was lost before it was up
    assert "0.1 CPU free" in actors.look(LATE + 1, cluster.nodes)


@pytest.mark.parametrize(
    ("free", "said"),
    [
        ((), "waiting for GPUs and CPUs for 1 executor: each needs 2 GPU and 1 CPU of one node, and the cluster has 0 GPU and 0 CPU free"),
        (({"GPU": 1, "CPU": 8}, {"GPU": 1, "CPU": 8}), "waiting for GPUs for 1 executor: each needs 2 GPU of one node, and the cluster has 2 GPU free"),
        (({"GPU": 4, "CPU": 0.5},), "waiting for CPUs for 1 executor: each needs 1 CPU of one node, and the cluster has 0.5 CPU free"),
        (({"GPU": 4}, {"CPU": 8}), "waiting for GPUs and CPUs for 1 executor: each needs 2 GPU and 1 CPU of one node, and the cluster has 4 GPU and 8 CPU free"),
        (({"GPU": 4}, {"GPU": 2, "CPU": 1}), ""),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(free: tuple[dict[str, float], ...], said: str) -> None:
    cluster = Cluster(*free)
    assert waiting(cluster, count=1, GPU=2, CPU=1).look(LATE, cluster.nodes) == said
