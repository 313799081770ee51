"""What a run runs on, from what Ray says of its nodes."""

from __future__ import annotations

from importlib import metadata

from pad_ray.machine import GIB, hardware, of_nodes, software


def test_a_cluster_is_the_sum_of_its_nodes() -> None:
    node = {"CPU": 64.0, "memory": 700.0 * GIB, "object_store_memory": 300.0 * GIB}
    gpus = {"GPU": 8.0, "accelerator_type:H100": 1.0}
    assert of_nodes([node, node | gpus, node | gpus, node | {"GPU": 2.0}]) == {
        "nodes": 4, "cores": 256, "memory_gib": 4000, "gpus": {"H100": 16, "GPU": 2},
    }  # fmt: skip
    assert of_nodes([])["nodes"] == 0


def test_without_a_cluster_it_is_this_machine() -> None:
    found = hardware()
    assert found["nodes"] == 1 and found["cores"] >= 1 and found["memory_gib"] >= 1


def test_versions_are_those_that_are_installed() -> None:
    assert software()["pyarrow"] == metadata.version("pyarrow")
    assert set(software()) >= {"python", "pad-ray", "ray"}
