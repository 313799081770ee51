"""The doctor and the executor pool on a cluster of two nodes, one of which dies."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import count
from typing import Any

import pytest

from pad_ray.config import ExecutorConfig
from pad_ray.doctor import examine
from pad_ray.executor.attacks import ATTACKS
from pad_ray.executor.pool import ExecutorPool
from pad_ray.executor.self_check import self_check
from pad_ray.executor.survey import survey
from pad_ray.progress import Event
from pad_ray.records import Program, Question

QUICK = partial(survey, seconds=0.3, check=partial(self_check, attacks=ATTACKS[:4], leftovers=()))
"""A survey with few attacks; tests/attacks has them all."""


@pytest.fixture
def cluster() -> Iterator[Any]:
    """A cluster of two nodes on this machine."""
    import ray
    from ray.cluster_utils import Cluster

    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 2, "object_store_memory": 100 * 2**20})
    nodes.add_node(num_cpus=1, object_store_memory=100 * 2**20)
    ray.init(nodes.address, logging_level="ERROR", log_to_driver=False)
    yield nodes
    ray.shutdown()
    nodes.shutdown()


def test_a_cluster_is_surveyed_node_by_node_and_a_pool_outlives_one(cluster: Any) -> None:
    events: list[Event] = []
    surveys = examine(None, events.append, QUICK)
    assert len({node.node_id for node in surveys}) == 2
    assert all(node.holds for node in surveys), surveys
    assert [event.done for event in events if event.total] == [0, 1, 2]

    with ExecutorPool(ExecutorConfig()) as pool:
        assert {post.node_id for post in pool.posts()} == {node.node_id for node in surveys}
        for number, verdict in enumerate(pool.judge_stream(_pairs(), batch=100)):
            assert verdict.answer == str(number)
            if number == 50:
                cluster.remove_node(next(iter(cluster.worker_nodes)), allow_graceful=False)
            elif number % 1000 == 999 and len({post.node_id for post in pool.posts()}) == 1:
                break
            assert number < 10**6, "the death of a node was not noticed"


def _pairs() -> Iterator[tuple[Question, Program]]:
    for name in map(str, count()):
        yield Question(name, "", name), Program(name, name, 0, f"ans = {name}", "", "m", "p")
