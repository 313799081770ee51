"""Worker: the least that trains the model on the same batches, all of them tensors in memory before the clock starts.

deepspeed: `deepspeed.initialize` with the DeepSpeed config of the training, as many ranks, forward, backward, step.
torch: one process, all batches of a step joined; forward under autocast, backward, clip, fused AdamW.
"""

import json
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

from batches import prepared
from marks import reply


def main() -> None:
    asked: dict[str, Any] = json.loads(sys.argv[1])
    import torch.multiprocessing as processes

    at_a_free_port()
    ranks = asked["config"]["workers"] if asked["loop"] == "deepspeed" else 1
    processes.spawn(train, (ranks, asked), nprocs=ranks)
    reply(**json.loads((Path(asked["scratch"]) / "bare.json").read_text()))


def at_a_free_port() -> None:
    """Where ranks of this machine meet."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        os.environ["MASTER_PORT"] = str(free.getsockname()[1])
    os.environ["MASTER_ADDR"] = "127.0.0.1"


def train(rank: int, ranks: int, asked: dict[str, Any]) -> None:
    started = time.perf_counter()
    os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(ranks)}
    import torch

    gpu = torch.cuda.is_available()
    os.environ["DS_ACCELERATOR"] = "cuda" if gpu else "cpu"
    device = torch.device("cuda", rank) if gpu else torch.device("cpu")
    if gpu:
        torch.cuda.set_device(device)
    else:
        torch.set_num_threads(max(1, len(os.sched_getaffinity(0)) // ranks))
    from pad_ray.config import StudentConfig
    from pad_ray.student.attention import attention_here
    from pad_ray.student.checkpoint import load_weights

    config, path = StudentConfig(**asked["config"]), Path(asked["model"])
    ours = attention_here(path, gpus=gpu, half=config.precision == "bf16")
    attention = asked.get("attention", ours)
    model = load_weights(path, encoder_decoder=False, dtype=torch.float32, attention=attention)
    model.train()
    model.config.use_cache = False
    deepspeed = asked["loop"] == "deepspeed"
    batches = prepared(
        Path(asked["corpus"]), model, config, layout=asked.get("layout", "ours"), seed=asked["seed"],
        rank=rank if deepspeed else None,
    )  # fmt: skip
    steps = [[on(device, batch) for batch in step] for step in batches.steps]
    torch.manual_seed(asked["seed"])
    loss_of = whole_loss if asked.get("loss") == "whole" else our_loss
    take = (with_deepspeed if deepspeed else with_torch)(model.to(device), config, gpu, loss_of)
    began = time.perf_counter()
    marks = []
    for number, (step, through) in enumerate(zip(steps, batches.tokens, strict=True), 1):
        take(step)
        if gpu:
            torch.cuda.synchronize()
        marks.append((number, time.perf_counter() - began, through))
    if rank == 0:
        answer = {"marks": marks, "start_up": began - started, "computed": batches.computed * ranks}
        (Path(asked["scratch"]) / "bare.json").write_text(json.dumps(answer))
    if torch.distributed.is_initialized():
        torch.distributed.barrier()
        torch.distributed.destroy_process_group()


def our_loss(model: Any, batch: dict[str, Any]) -> Any:
    """The training's own where its batches are end to end; the mean over the micro-batch."""
    from pad_ray.student.flat import flat_loss

    if "logits_to_keep" not in batch:
        return model(**batch).loss
    return flat_loss(model, batch) / max(len(batch["logits_to_keep"]), 1)


def whole_loss(model: Any, batch: dict[str, Any]) -> Any:
    """The model's own: its head is applied to every token."""
    return model(**{name: value for name, value in batch.items() if name != "logits_to_keep"}).loss


def on(device: Any, batch: dict[str, Any]) -> dict[str, Any]:
    return {name: value.to(device) if hasattr(value, "to") else value for name, value in batch.items()}


def with_deepspeed(model: Any, config: Any, gpu: bool, loss_of: Any) -> Any:
    import deepspeed
    import torch

    from pad_ray.student.zero import deepspeed_config

    if not gpu:
        deepspeed.ops.__compatible_ops__ = {}  # as our own ranks: nothing is compiled
    settings = deepspeed_config(config)
    settings["optimizer"]["params"]["lr"] = config.learning_rate
    deepspeed.init_distributed("nccl" if gpu else "gloo", verbose=False)
    engine, *_ = deepspeed.initialize(model=model, model_parameters=model.parameters(), config=settings)

    def step(micro_batches: list[dict[str, torch.Tensor]]) -> None:
        for batch in micro_batches:
            engine.backward(loss_of(engine, batch))
            engine.step()

    return step


def with_torch(model: Any, config: Any, gpu: bool, loss_of: Any) -> Any:
    import torch

    optimizer = torch.optim.AdamW(
        model.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay, fused=True
    )
    half = config.precision == "bf16"

    def step(micro_batches: list[dict[str, torch.Tensor]]) -> None:
        for batch in micro_batches:
            with torch.autocast("cuda" if gpu else "cpu", torch.bfloat16, enabled=half):
                loss = loss_of(model, batch)
            loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), config.max_grad_norm)
        optimizer.step()
        optimizer.zero_grad()

    return step


if __name__ == "__main__":
    main()
