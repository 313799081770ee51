"""Worker: `train_student` on a corpus that is there, with a Ray of its own; replies when which tokens were through.

The marks are those of the training's own progress, from the first step on.
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from marks import reply


def main() -> None:
    started = time.time()
    asked: dict[str, Any] = json.loads(sys.argv[1])
    from pad_ray.config import RayConfig, StudentConfig
    from pad_ray.runtime import ray_cluster
    from pad_ray.student.trainer import train_student

    entries: list[dict[str, Any]] = []
    with (
        tempfile.TemporaryDirectory(dir=asked["scratch"]) as folder,
        ray_cluster(RayConfig(num_cpus=2, object_store_gib=0.2)),
    ):
        ready = time.time()
        report = train_student(
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


if __name__ == "__main__":
    main()
