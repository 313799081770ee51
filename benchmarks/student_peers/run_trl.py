"""Worker: TRL's SFTTrainer on the texts of a corpus. Runs in TRL's own environment, so nothing of ours is imported.

It starts itself once per process where several are asked for; the first one replies.
"""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from marks import reply


def main() -> None:
    asked: dict[str, Any] = json.loads(sys.argv[1])
    if "RANK" in os.environ:
        train(asked)
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    processes = asked["processes"]
    there = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": str(processes)}
    there["OMP_NUM_THREADS"] = str(asked["threads"])
    ranks = [
        subprocess.Popen(
            [sys.executable, *sys.argv], env=os.environ | there | {"RANK": str(rank), "LOCAL_RANK": str(rank)}
        )
        for rank in range(processes)
    ]
    codes = [rank.wait() for rank in ranks]
    if any(codes):
        raise SystemExit(f"ranks ended with {codes}")
    answers = [json.loads(file.read_text()) for file in sorted(Path(asked["scratch"]).glob("rank-*.json"))]
    first = answers[0]
    tokens = [sum(step) for step in zip(*(answer["tokens"] for answer in answers), strict=True)]
    through = [sum(tokens[: step + 1]) for step in range(len(tokens))]
    first["marks"] = [(step + 1, seconds, through[step]) for step, seconds in enumerate(first.pop("seconds"))]
    first.pop("tokens")
    reply(**first)


def train(asked: dict[str, Any]) -> None:
    started = time.perf_counter()
    import torch
    from datasets import load_dataset
    from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
    from trl import SFTConfig, SFTTrainer

    gpu = torch.cuda.is_available()
    rank, processes = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    if processes == 1:
        # Without them transformers makes no process group, which is the faster way for one.
        for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT"):
            os.environ.pop(name)
    if not gpu:
        torch.set_num_threads(asked["threads"])
    counted: list[int] = []
    ended: list[float] = []

    class Counted(SFTTrainer):  # type: ignore[misc]
        """Notes the tokens that are not padding, of this process."""

        def training_step(self, model: Any, inputs: dict[str, Any], *others: Any) -> Any:
            mask = inputs.get("attention_mask")
            counted.append(inputs["input_ids"].numel() if mask is None else mask.sum().item())
            return super().training_step(model, inputs, *others)

    class Clock(TrainerCallback):  # type: ignore[misc]
        def on_train_begin(self, *_: Any, **__: Any) -> None:
            self.began = time.perf_counter()

        def on_step_end(self, *_: Any, **__: Any) -> None:
            if gpu:
                torch.cuda.synchronize()
            ended.append(time.perf_counter() - self.began)

    arguments = SFTConfig(
        output_dir=asked["scratch"],
        per_device_train_batch_size=asked["batch"],
        num_train_epochs=1,
        max_length=asked["width"],
        packing=asked["packing"],
        completion_only_loss=True,
        train_sampling_strategy=asked["sampling"],
        learning_rate=asked["learning_rate"],
        weight_decay=asked["weight_decay"],
        max_grad_norm=asked["max_grad_norm"],
        warmup_steps=0.03,
        bf16=asked["precision"] == "bf16",
        use_cpu=not gpu,
        gradient_checkpointing=False,
        dataloader_pin_memory=gpu,
        ddp_backend="gloo" if processes > 1 and not gpu else None,
        logging_steps=5,  # as ours
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
        seed=asked["seed"],
    )
    model = AutoModelForCausalLM.from_pretrained(
        asked["model"], dtype=torch.float32, attn_implementation=asked["attention"]
    )
    trainer = Counted(
        model=model,
        args=arguments,
        train_dataset=load_dataset("json", data_files=asked["texts"], split="train", cache_dir=asked["scratch"]),
        processing_class=AutoTokenizer.from_pretrained(asked["model"]),
    )
    clock = Clock()
    trainer.add_callback(clock)
    trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    answer = {
        "seconds": ended,
        "tokens": counted,
        "start_up": clock.began - started,
        "loss": losses[-1] if losses else None,
    }
    (Path(asked["scratch"]) / f"rank-{rank}.json").write_text(json.dumps(answer))


if __name__ == "__main__":
    main()
