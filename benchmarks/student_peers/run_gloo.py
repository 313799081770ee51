"""Worker: what the ranks of ZeRO-2 say to each other in a step, and nothing else: gradients are reduced, weights
gathered. No arithmetic, so it is the least that communication takes. And how unevenly they compute.
"""

import json
import math
import sys
import time
from pathlib import Path
from typing import Any

from marks import reply
from run_bare import at_a_free_port

WARM_UP, TIMES = 3, 20


def main() -> None:
    asked: dict[str, Any] = json.loads(sys.argv[1])
    import torch.multiprocessing as processes

    from pad_ray.student.checkpoint import tensor_shapes

    at_a_free_port()
    parameters = sum(map(math.prod, tensor_shapes(Path(asked["model"])).values()))
    ranks = asked["config"]["workers"]
    processes.spawn(exchange, (ranks, parameters, asked), nprocs=ranks)
    answer = json.loads((Path(asked["scratch"]) / "gloo.json").read_text())
    reply(**answer, megabytes=2 * parameters / 1e6, computed=computed(asked))


def exchange(rank: int, ranks: int, parameters: int, asked: dict[str, Any]) -> None:
    import torch
    import torch.distributed as dist

    dist.init_process_group("gloo", rank=rank, world_size=ranks)
    torch.set_num_threads(1)
    gradients = torch.ones(math.ceil(parameters / ranks) * ranks, dtype=torch.bfloat16)
    own = gradients.chunk(ranks)[rank].clone()

    def seconds(what: Any) -> float:
        began = 0.0
        for turn in range(WARM_UP + TIMES):
            if turn == WARM_UP:
                dist.barrier()
                began = time.perf_counter()
            what()
        return (time.perf_counter() - began) / TIMES

    answer = {
        "all_reduce": seconds(lambda: dist.all_reduce(gradients)),
        "all_gather": seconds(lambda: dist.all_gather_into_tensor(gradients, own)),
    }
    if rank == 0:
        (Path(asked["scratch"]) / "gloo.json").write_text(json.dumps(answer))
    dist.barrier()
    dist.destroy_process_group()


def computed(asked: dict[str, Any]) -> list[list[int]]:
    """Tokens that each rank computes on in each step, padding included: [steps][ranks]."""
    from batches import prepared
    from transformers import AutoConfig

    from pad_ray.config import StudentConfig
    from pad_ray.student.attention import attention_here

    config = StudentConfig(**asked["config"])

    class Model:
        config = AutoConfig.from_pretrained(asked["model"], local_files_only=True)

    Model.config._attn_implementation = attention_here(
        Path(asked["model"]), gpus=False, half=config.precision == "bf16"
    )

    of_ranks = []
    for rank in range(config.workers):
        batches = prepared(Path(asked["corpus"]), Model, config, layout="ours", seed=asked["seed"], rank=rank)
        of_ranks.append([sum(batch["input_ids"].numel() for batch in step) for step in batches.steps])
    return [list(step) for step in zip(*of_ranks, strict=True)]


if __name__ == "__main__":
    main()
