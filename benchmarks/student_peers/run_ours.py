"""Worker: `train_student` on a corpus that is there, with a Ray of its own; replies when which tokens were through.

The marks are those of the training's own progress, from the first step on. With `without_ray` its ranks are processes
that we start, and there is no Ray beside them: what Ray takes of the machine is the difference.
"""

import json
import os
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from marks import reply
from run_bare import at_a_free_port


def main() -> None:
    started = time.time()
    asked: dict[str, Any] = json.loads(sys.argv[1])
    from pad_ray.config import RayConfig, StudentConfig
    from pad_ray.runtime import ray_cluster
    from pad_ray.student import trainer

    if asked.get("without_ray"):
        trainer._fit = ranks_alone
        trainer._cluster = lambda: (0, os.cpu_count() or 1)
    entries: list[dict[str, Any]] = []
    ray = nullcontext() if asked.get("without_ray") else ray_cluster(RayConfig(num_cpus=2, object_store_gib=0.2))
    with tempfile.TemporaryDirectory(dir=asked["scratch"]) as folder, ray:
        ready = time.time()
        report = trainer.train_student(
            corpus_dir=Path(asked["corpus"]),
            model=asked["model"],
            out_dir=Path(folder) / "out",
            config=StudentConfig(**asked["config"]),
            seed=asked["seed"],
            on_progress=entries.append,
        )
    steps = [entry for entry in entries if "tokens_per_second" in entry]
    mean = [entry.get("mean_tokens_per_second", entry["tokens_per_second"]) for entry in steps]
    reply(
        # Tokens over their mean rate: the seconds since the first step began.
        marks=[
            (entry["step"], entry["tokens"] / rate, entry["tokens"]) for entry, rate in zip(steps, mean, strict=True)
        ],
        start_up=next(entry["start_up_seconds"] for entry in entries if "start_up_seconds" in entry),
        ray=ready - started,
        loss=report.final_loss,
        data_wait=steps[-1].get("data_wait"),
    )


def ranks_alone(plan: Any) -> None:
    """In place of Ray Train: as many processes of this machine, without a GPU."""
    import torch.multiprocessing as processes

    at_a_free_port()
    processes.spawn(rank_alone, (plan,), nprocs=plan.config.workers)


def rank_alone(rank: int, plan: Any) -> None:
    ranks = str(plan.config.workers)
    os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": ranks, "LOCAL_WORLD_SIZE": ranks}
    import torch.distributed as dist

    from pad_ray.student.worker import train

    dist.init_process_group("gloo")
    train({"plan": plan})
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
