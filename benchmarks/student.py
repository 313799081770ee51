"""Useful training tokens per second of train_student, against a bare torch loop over the same batches."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.command import parser, run, say
from harness.figures import Figure, against
from harness.machine import ROOT
from harness.rounds import Rates, interleave

if TYPE_CHECKING:
    from pad_ray.config import StudentConfig

OURS = "train_student, 2 ranks, ZeRO-2, bf16"
BARE = "bare torch loop, 1 process, 2 threads, bf16 autocast"

RANKS = 2
SEED = 7

NEVER = 10**9
"""Optimizer steps between savepoints: so short a run makes none, as the default of 100 steps would not either."""


WIDTH, EXAMPLES = 512, 4
"""Tokens of a packed row, and the wordsums examples that find room in one."""


def settings(options: argparse.Namespace) -> StudentConfig:
    from pad_ray.config import StudentConfig

    return StudentConfig(
        workers=RANKS,
        zero_stage=2,
        precision="bf16",
        epochs=1,
        batch_size=options.batch,
        pack_width=WIDTH,
        checkpoint_steps=NEVER,
    )


def build_wordsums(folder: Path, model: str, config: StudentConfig, examples: int) -> None:
    from pad_ray.questions.wordsums.reader import read_wordsums
    from pad_ray.student.corpus import Example, build_corpus
    from pad_ray.teacher.prompt import render

    build_corpus(
        lambda: (
            Example(render("program-v1", question=question.text), question.reference)
            for question in read_wordsums("train", SEED, 0, examples)
        ),
        model,
        folder,
        max_source=config.max_source_tokens,
        max_target=config.max_target_tokens,
        seq2seq=False,
    )


def ours(corpus: Path, model: str, scratch: Path, config: StudentConfig) -> float:
    """A training in a folder of its own; the rate is its own report's, from the first step to the last."""
    from pad_ray.student.trainer import train_student

    out = Path(tempfile.mkdtemp(dir=scratch))
    report = train_student(corpus_dir=corpus, model=model, out_dir=out, config=config, seed=SEED)
    return report.useful_tokens_per_second


def bare(corpus: Path, model: str, config: StudentConfig) -> float:
    """The loop in a fresh process, as the ranks are fresh: what is compiled or allocated at first is paid by both."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(bare_loop, (corpus, model, config))


def bare_loop(corpus_dir: Path, model_path: str, config: StudentConfig) -> float:
    """The least that trains this model: batches ready in memory, forward, backward, clip, AdamW; attention as ours."""
    import torch
    from transformers import AutoModelForCausalLM

    torch.set_num_threads(RANKS)
    torch.manual_seed(SEED)
    model = AutoModelForCausalLM.from_pretrained(
        model_path, dtype=torch.float32, local_files_only=True, attn_implementation="eager"
    )
    model.train()
    model.config.use_cache = False
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay, fused=True
    )
    batches, tokens = prepared(corpus_dir, model.config.pad_token_id, config)
    started = time.perf_counter()
    for batch in batches:
        with torch.autocast("cpu", torch.bfloat16):
            loss = model(**batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), config.max_grad_norm)
        optimizer.step()
        optimizer.zero_grad()
    return tokens / (time.perf_counter() - started)


def prepared(corpus_dir: Path, pad: int, config: StudentConfig) -> tuple[list[dict[str, Any]], int]:
    """The batches of the training, those of the ranks of one step joined into one; and their useful tokens."""
    from pad_ray.student.collator import PackedCollator, Rows
    from pad_ray.student.mapped import MappedCorpus
    from pad_ray.student.order import Schedule

    corpus = MappedCorpus(corpus_dir)
    schedule = Schedule(
        corpus.lengths, batch=config.batch_size, ranks=RANKS, accumulation=1, epochs=1, seed=SEED, width=WIDTH
    )
    entries = schedule.order(0).tolist()
    together = config.batch_size * RANKS
    rows, collate = Rows(corpus), PackedCollator(pad, WIDTH)
    batches = [
        collate([rows[entry] for entry in entries[start : start + together]])
        for start in range(0, len(entries), together)
    ]
    return batches, int(corpus.lengths.sum())


def measure(options: argparse.Namespace) -> tuple[list[Rates], list[Figure], dict[str, str]]:
    from pad_ray.config import RayConfig
    from pad_ray.runtime import ray_cluster
    from pad_ray.teacher.engine import resolve_model

    config = settings(options)
    model = resolve_model(options.model)
    steps = 2 if options.quick else options.steps
    options.folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=options.folder, prefix="benchmark-") as folder,
        ray_cluster(RayConfig(num_cpus=2)),
    ):
        scratch = Path(folder)
        build_wordsums(scratch / "corpus", model, config, steps * config.batch_size * RANKS * EXAMPLES)
        rates = interleave(
            {
                OURS: lambda: ours(scratch / "corpus", model, scratch, config),
                BARE: lambda: bare(scratch / "corpus", model, config),
            },
            unit="useful tokens/s",
            rounds=options.rounds,
            # Both start afresh every time, so there is nothing to warm but the files.
            warm_up=0,
            say=say,
        )
    work = f"{steps} steps or so of {RANKS} x {config.batch_size} packed rows of {WIDTH} tokens, wordsums"
    return [rates], against(rates, (OURS,), (BARE,), of="wordsums"), {"work": work, "model": options.model}


def main() -> None:
    options = parser(__doc__ or "")
    options.add_argument("--model", default="embedded:student", help="an embedded model or a decoder-only checkpoint")
    options.add_argument("--steps", type=int, default=40, help="optimizer steps of a round")
    options.add_argument("--batch", type=int, default=4, help="packed rows per rank and step")
    options.add_argument("--folder", type=Path, default=os.path.relpath(ROOT / "runs"), help="where to write")
    run("student", options.parse_args(), measure, packages=("torch", "deepspeed", "transformers", "ray"))


if __name__ == "__main__":
    main()
