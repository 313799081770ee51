"""A process that trains on a cluster of several nodes: `training_driver.py ADDRESS CORPUS MODEL OUT_DIR RANKS`.

What it hears goes to standard output, a JSON object a line.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from trainings import CONFIG

from pad_ray.config import RayConfig
from pad_ray.runtime import ray_cluster
from pad_ray.student.trainer import train_student
from pad_ray.synthesis import waiting

PATIENCE_SECONDS = 5.0
"""A cluster that lacks a node for minutes is no test."""


def main() -> None:
    address, corpus, model, out_dir, ranks = sys.argv[1:]
    waiting.PATIENCE_SECONDS = PATIENCE_SECONDS
    with ray_cluster(RayConfig(address=address)):
        train_student(
            corpus_dir=Path(corpus),
            model=model,
            out_dir=Path(out_dir),
            config=CONFIG.model_copy(update={"workers": int(ranks), "batch_size": 1}),
            seed=3,
            on_progress=lambda entry: print(json.dumps(entry), flush=True),
        )


if __name__ == "__main__":
    main()
