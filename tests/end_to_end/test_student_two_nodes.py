"""A training whose ranks are on two nodes, one of which dies and is replaced."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from trainings import CONFIG, EXAMPLES, rank_processes, run

from pad_ray.runtime import _environment, _free_port
from pad_ray.shards.files import read_json
from pad_ray.student.cursor import Steps

NODE = {"num_cpus": 1, "object_store_memory": 100 * 2**20}
"""Has room for two ranks of half a CPU: three need both nodes."""


@pytest.fixture
def nodes() -> Iterator[Any]:
    import ray
    from ray.cluster_utils import Cluster

    port = _free_port()
    dashboard = {"include_dashboard": True, "dashboard_host": "127.0.0.1", "dashboard_port": port}
    with _environment("RAY_API_SERVER_ADDRESS", f"http://127.0.0.1:{port}"):
        cluster = Cluster(initialize_head=True, head_node_args=NODE | dashboard)
        cluster.add_node(**NODE)
        ray.init(cluster.address, logging_level="ERROR", log_to_driver=False)
        yield cluster
        ray.shutdown()
        cluster.shutdown()


def test_a_node_that_dies_is_replaced_and_the_training_goes_on(
    nodes: Any, llama: Path, corpus: Path, tmp_path: Path
) -> None:
    raylets: list[set[int]] = []

    def lose_a_node(entry: dict) -> None:
        if not raylets and entry.get("step", 0) >= 15:
            raylets.append({process.ppid() for process in rank_processes()})
            nodes.remove_node(next(iter(nodes.worker_nodes)), allow_graceful=False)
            nodes.add_node(**NODE)

    config = CONFIG.model_copy(update={"workers": 3})
    after = run(corpus, llama, tmp_path / "out", config, on_entry=lose_a_node)
    assert len(raylets[0]) == 2, "ranks on both nodes"
    assert any(message.startswith("training goes on from checkpoint-") for message in after.messages)
    assert all(torch.isfinite(weights).all() for weights in after.weights.values())
    steps = Steps(tmp_path / "out")
    assert len(steps) == after.report.steps
    entered = [name for step in range(1, len(steps) + 1) for ids in steps.programs(step) for name in ids]
    assert len(entered) == 2 * len(EXAMPLES)
    counted = read_json(corpus / "corpus.json")["report"]
    assert after.report.tokens == 2 * (counted["source_tokens"] + counted["target_tokens"])
