"""Worker: from a call of `train_student` to its first step, on a corpus and out folder that are there.

Replies with wall clocks: of its own begin, of the call, and of the entry of the first step.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from marks import reply


def main() -> None:
    began = time.time()
    asked: dict[str, Any] = json.loads(sys.argv[1])
    from pad_ray.config import RayConfig, StudentConfig
    from pad_ray.runtime import ray_cluster
    from pad_ray.student.trainer import train_student

    first: list[tuple[int, float]] = []
    starting: list[float] = []

    def heard(entry: dict[str, Any]) -> None:
        if "loss" in entry and not first:
            first.append((entry["step"], time.time()))
        starting.extend([entry["start_up_seconds"]] if "start_up_seconds" in entry else [])

    with ray_cluster(RayConfig(num_cpus=2, object_store_gib=0.2)):
        called = time.time()
        train_student(
            corpus_dir=Path(asked["corpus"]),
            model=asked["model"],
            out_dir=Path(asked["out"]),
            config=StudentConfig(**asked["config"]),
            seed=asked["seed"],
            on_progress=heard,
        )
    (step, at), *_ = first
    reply(began=began, called=called, step=step, first=at, training=starting[0])


if __name__ == "__main__":
    main()
