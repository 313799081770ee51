"""Worker: reports to a run's board, many under way at a time, as from the engines of a large cluster."""

import json
import sys
import time

from work import reply

from pad_ray.config import RayConfig
from pad_ray.runtime import ray_cluster
from pad_ray.synthesis.board import start_board
from pad_ray.synthesis.figures import Figures

WORKERS = 100
"""Engines that report."""

FIGURES = Figures(questions=10**6, programs={"right": 10**6, "wrong": 10**5, "raised": 10**4}, completion_tokens=10**9)


def main() -> None:
    reports = json.loads(sys.argv[1])["reports"]
    with ray_cluster(RayConfig(num_cpus=2)):
        import ray

        board = start_board(0, WORKERS)
        ray.get(board.look.remote())
        started = time.perf_counter()
        for _ in range(reports // WORKERS):
            ray.get([board.report.remote(f"worker-{worker}", FIGURES) for worker in range(WORKERS)])
        reply(seconds=time.perf_counter() - started, reports=reports // WORKERS * WORKERS)


if __name__ == "__main__":
    main()
