"""Whether the cluster that was joined has room: what could never be placed would be waited for in silence."""

from __future__ import annotations

from pathlib import Path

from pad_ray.config import EngineConfig, ExecutorConfig, RunConfig
from pad_ray.errors import ConfigError
from pad_ray.executor.actor import ACTOR_CPUS
from pad_ray.student.checkpoint import anatomy_of, describe_checkpoint
from pad_ray.student.fit import Node, check_fits
from pad_ray.student.host import host_memory
from pad_ray.student.zero import CPUS_PER_RANK, check_student
from pad_ray.synthesis.runner import ENGINE_CPUS, GPU_ENGINE_CPUS


def check_cluster(config: RunConfig, base: Path | None) -> None:
    """The cluster that was joined has room for the engines, and for the training of the checkpoint `base`, if any.

    Whether the training fits into memory is looked at here where that is known here, on one node without GPUs.

    Raises:
        ConfigError: naming the key and what would be right.
    """
    import ray

    resources = ray.cluster_resources()
    cpus = resources.get("CPU", 0)
    most = max((int(node["Resources"].get("GPU", 0)) for node in ray.nodes() if node["Alive"]), default=0)
    engines = {"teacher": config.teacher} | ({"student_engine": config.student_engine} if base else {})
    for key, engine in engines.items():
        gpus = int(resources.get("GPU", 0)) if engine.engine in ("vllm", "huggingface") else 0
        check_capacity(key, engine, config.executor, gpus=gpus, most_gpus=most, cpus=cpus)
    if base is None:
        return
    info = describe_checkpoint(base)
    check_student(
        config.student,
        gpus=int(resources.get("GPU", 0)),
        cpus=cpus,
        encoder_decoder=info.encoder_decoder,
        max_positions=info.max_positions,
    )
    if len([node for node in ray.nodes() if node["Alive"]]) == 1 and not resources.get("GPU"):
        # Of GPUs and of other nodes only the ranks on them know, which look before they load anything.
        node = Node(config.student.workers, None, host_memory().total)
        check_fits(anatomy_of(base), config.student, node, estimated=False)


def check_capacity(
    key: str, engine: EngineConfig, executor: ExecutorConfig, *, gpus: int, most_gpus: int, cpus: float
) -> None:
    """The engine's actors and the executor's fit into the cluster: one that is never placed is waited for in silence.

    Args:
        gpus: GPUs of the cluster.
        most_gpus: GPUs of the node that has most.
        cpus: CPUs of the cluster.

    Raises:
        ConfigError: naming the key and what would be right.
    """
    size = engine.tensor_parallel_size
    if size > max(most_gpus, 1):
        raise ConfigError(
            f"{key}.tensor_parallel_size: {size} GPUs of one node are asked for and no node of this cluster has more "
            f"than {most_gpus}; set it to {max(most_gpus, 1)} or less"
        )
    if gpus and engine.workers * size > gpus:
        raise ConfigError(
            f"{key}.workers: {engine.workers} engines of {size} GPUs are asked for and this cluster has {gpus} GPUs; "
            f"set it to {gpus // size} or less"
        )
    left = cpus - executor.workers * ACTOR_CPUS
    if not gpus and engine.workers * ENGINE_CPUS > left:
        raise ConfigError(
            f"{key}.workers: {engine.workers} engines and {executor.workers} executors do not fit on {cpus:g} CPUs; "
            f"set it to {max(1, int(left / ENGINE_CPUS))} or less, or executor.workers lower"
        )


def check_side_by_side(config: RunConfig) -> None:
    """The cluster that was joined has room for the teacher and for the training at the same time (`student.stream`).

    Raises:
        ConfigError: naming the key and what would be right.
    """
    import ray

    resources = ray.cluster_resources()
    check_room(config, gpus=int(resources.get("GPU", 0)), cpus=resources.get("CPU", 0.0))


def check_room(config: RunConfig, *, gpus: int, cpus: float) -> None:
    """The same with the numbers: ranks that found no room would wait for the end of the synthesis, with nothing said.

    Raises:
        ConfigError: naming the key and what would be right.
    """
    teacher, ranks = config.teacher, config.student.workers
    engines = max(teacher.workers, teacher.max_workers or 0)
    on_gpus = gpus > 0 and teacher.engine in ("vllm", "huggingface")
    taken_gpus = engines * teacher.tensor_parallel_size if on_gpus else 0
    taken_cpus = engines * (GPU_ENGINE_CPUS if on_gpus else ENGINE_CPUS) + config.executor.workers * ACTOR_CPUS
    free = gpus - taken_gpus if gpus else int((cpus - taken_cpus) / CPUS_PER_RANK)
    if ranks <= free:
        return
    has = f"{gpus} GPUs" if gpus else f"{cpus:g} CPUs"
    instead = f"student.workers to {free} or less, teacher.workers lower, or " if free > 0 else ""
    raise ConfigError(
        f"student.stream: {ranks} ranks do not fit beside {engines} engines on {has}; set {instead}student.stream to "
        "false, so that the training begins when the synthesis has ended"
    )
