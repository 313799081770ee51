"""The student: train_student against TRL's trainer and a bare DeepSpeed loop; layouts, ranks, corpora, savepoints."""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from harness.command import parser, run, say
from harness.figures import Figure, against
from harness.machine import ROOT
from harness.rounds import Measure, Rates
from student_peers import corpora, published, settings
from student_peers.bench import Bench, Replies, mean_tokens
from student_peers.models import MIDDLE, SMALL
from student_peers.processes import run_worker
from student_peers.published import DEEPSPEED, OURS, OURS_ALONE, PARTS, TORCH, TRL, TUNE, short, text
from student_peers.settings import SEED, Work

MODELS = (SMALL, MIDDLE)
"""Those that are measured where none is named."""

CORPUS_EXAMPLES, RESUME_EXAMPLES = 30_000, 1_000_000
QUICK_CORPUS, QUICK_RESUME = 1000, 20_000
"""Of a smoke run."""

SAVEPOINT_WORK = Work(batch=16, steps=215, warm_up=5)
"""Of the small model: two savepoints at the default interval; smaller steps than elsewhere, of which they take more."""

RESUME_WORK = Work(batch=32, steps=published.START_STEPS, warm_up=0)


def trl(bench: Bench, model: str) -> None:
    """The same examples, as many in a step, each trainer with the settings that suit it best."""
    work, of, replies = bench.work(model), f"trl, {short(model)}", Replies()
    corpus = bench.corpus(model, work.examples)
    ours, theirs = settings.student(work, bench.gpus), settings.trl(model, work, bench.gpus)
    rates = bench.interleave(
        {
            OURS: bench.training(OURS, "run_ours.py", bench.asked(model, corpus, ours), work, replies),
            TRL: bench.trl(TRL, model, theirs, corpus, work, replies),
        }
    )
    bench.figures += published.compared(rates, (TRL,), published.TRL_TARGET, of=of)
    bench.start_ups(of, replies)
    bench.describe(of, work, ours)
    bench.facts[f"{of}: TRL's"] = text(theirs)
    bench.facts[f"{of}: last losses"] = ", ".join(f"{name} {last[-1]['loss']:.3f}" for name, last in replies.items())


def tune(bench: Bench, model: str) -> None:
    """What suits ours and TRL best on this machine: one change at a time."""
    work, replies = bench.work(model), Replies()
    corpus = bench.corpus(model, work.examples)
    contenders: dict[str, Measure] = {}
    for change in settings.OURS_TRIED:
        name = f"{OURS} {text(change)}".strip()
        asked = bench.asked(model, corpus, settings.student(work, bench.gpus, **change))
        contenders[name] = bench.training(name, "run_ours.py", asked, work, replies)
    for change in settings.TRL_TRIED:
        name = f"{TRL} {text(change)}".strip()
        theirs = settings.trl(model, work, bench.gpus, **change)
        contenders[name] = bench.trl(name, model, theirs, corpus, work, replies)
    bench.figures += against(bench.interleave(contenders), tuple(contenders), (), of=f"tune, {short(model)}")


def bare(bench: Bench, model: str) -> None:
    """What the trainer adds to the arithmetic: the same batches, in memory before the clock starts."""
    work, of, replies = bench.work(model), f"bare, {short(model)}", Replies()
    config = settings.student(work, bench.gpus)
    asked = bench.asked(model, bench.corpus(model, work.examples), config)
    alone: dict[str, Measure] = {}
    if not bench.gpus:  # where ranks have no processor of their own, Ray's processes run on theirs
        without = asked | {"without_ray": True}
        alone[OURS_ALONE] = bench.training(OURS_ALONE, "run_ours.py", without, work, replies)
    rates = bench.interleave(
        {
            OURS: bench.training(OURS, "run_ours.py", asked, work, replies),
            **alone,
            DEEPSPEED: bench.training(DEEPSPEED, "run_bare.py", asked | {"loop": "deepspeed"}, work, replies),
            TORCH: bench.training(TORCH, "run_bare.py", asked | {"loop": "torch"}, work, replies),
        }
    )
    bench.figures += published.compared(rates, (DEEPSPEED, TORCH), published.BARE_TARGET, of=of, also=tuple(alone))
    bench.describe(of, work, config)


def packing(bench: Bench, model: str) -> None:
    """The bare DeepSpeed loop over the same examples in different layouts, as many of them in a step."""
    for name, kind in (("wordsums", corpora.wordsums), ("wordsums and repairs", corpora.with_repairs)):
        work, of, replies = bench.work(model), f"packing, {short(model)}, {name}", Replies()
        corpus = bench.corpus(model, work.examples, kind)
        padded = settings.student(work, bench.gpus, packing=False)
        rows = settings.packed(work, padded["workers"], mean=mean_tokens(corpus))
        packed = settings.student(work, bench.gpus, packing=True, **rows)
        # What is padded has attention masks, and the attention that is fastest with them here.
        masked = {"attention": "sdpa" if bench.gpus else "eager"}
        layouts: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
            published.PACKED: (packed, {"layout": "ours"}),
            published.PACKED_WHOLE: (packed, {"layout": "ours", "loss": "whole"}),
            published.BUCKETS: (padded, {"layout": "bucketed"} | masked),
            published.PADDED: (padded, {"layout": "shuffled"} | masked),
            published.WIDEST: (padded, {"layout": "widest"} | masked),
        }
        contenders = {}
        for layout, (config, others) in layouts.items():
            asked = bench.asked(model, corpus, config, loop="deepspeed", **others)
            contenders[layout] = bench.training(layout, "run_bare.py", asked, work, replies)
        bench.figures += published.layout_figures(bench.interleave(contenders), of)
        for layout, answers in replies.items():
            useful = answers[-1]["marks"][-1][2] / answers[-1]["computed"]
            bench.figures.append(Figure(f"{of}: {layout}: useful", published.rounded(useful), "of the tokens"))
        bench.describe(of, work, packed)


def wait(bench: Bench, model: str) -> None:
    """Time for which ranks wait for their batches, by the training's own progress."""
    work, of, replies = bench.work(model), f"wait, {short(model)}", Replies()
    config = settings.student(work, bench.gpus)
    asked = bench.asked(model, bench.corpus(model, work.examples), config)
    bench.interleave({OURS: bench.training(OURS, "run_ours.py", asked, work, replies)})
    waits = [answer["data_wait"] for answer in replies[OURS]]
    if None in waits:
        raise RuntimeError("progress says nothing of the time waited for batches (data_wait)")
    bench.figures.append(
        published.median_figure(f"{of}: share of the time", waits, "of the time", published.WAIT_TARGET)
    )


def ranks(bench: Bench, model: str) -> None:
    """Two ranks on two cores over one on one; and what the machine gives two trainings that share nothing."""
    work, of, replies = bench.work(model), f"ranks, {short(model)}", Replies()
    corpus, cores = bench.corpus(model, work.examples), sorted(os.sched_getaffinity(0))[:2]
    if bench.gpus or len(cores) < 2:
        raise RuntimeError("ranks are compared on two cores without a GPU")

    def contender(name: str, script: str, ranks: int, cores: list[int]) -> Measure:
        asked = bench.asked(model, corpus, settings.student(work, 0, workers=ranks), loop="deepspeed")
        return bench.training(name, script, asked, work, replies, cores=cores)

    alone = [contender(published.APART, "run_bare.py", 1, [core]) for core in cores]

    def apart() -> float:
        with ThreadPoolExecutor(2) as both:
            return sum(both.map(lambda measure: measure(), alone))

    rates = bench.interleave(
        {
            published.TWO_RANKS: contender(published.TWO_RANKS, "run_ours.py", 2, cores),
            published.ONE_CORE: contender(published.ONE_CORE, "run_ours.py", 1, cores[:1]),
            published.ONE_RANK: contender(published.ONE_RANK, "run_ours.py", 1, cores),
            published.BARE_ONE_CORE: contender(published.BARE_ONE_CORE, "run_bare.py", 1, cores[:1]),
            published.APART: apart,
        }
    )
    bench.figures += published.rank_figures(rates, of)
    bench.figures += _communication(bench, model, work, corpus, rates, of)
    bench.describe(of, work, settings.student(work, 0))


def _communication(bench: Bench, model: str, work: Work, corpus: Path, rates: Rates, of: str) -> list[Figure]:
    """What two ranks say to each other in a step, and how unevenly they compute, as shares of a step."""
    asked = bench.asked(model, corpus, settings.student(work, 0))
    told = run_worker("run_gloo.py", asked, bench.folder)
    step = mean_tokens(corpus) * work.batch / rates.median(published.TWO_RANKS)
    size = f"{told['megabytes']:.0f} MB in bf16 between 2 ranks"
    figures = [
        Figure(f"{of}: {name} of {size}", published.rounded(told[name] / step), "of a step")
        for name in ("all_reduce", "all_gather")
    ]
    uneven = published.rounded(published.imbalance(told["computed"]))
    return [*figures, Figure(f"{of}: tokens of a step's slower rank over the mean", uneven, "more")]


def corpus(bench: Bench) -> None:
    """Rendering, tokenising and writing, in one process on one core."""
    sets = {"wordsums": {"set": "wordsums", "limit": QUICK_CORPUS if bench.options.quick else CORPUS_EXAMPLES}}
    if bench.options.gsm8k.exists():
        sets["GSM8K references"] = {"set": "gsm8k", "path": str(bench.options.gsm8k.resolve())}
    core, replies = sorted(os.sched_getaffinity(0))[:1], Replies()

    def contender(name: str) -> Measure:
        def rate() -> float:
            asked = {"model": str(bench.model(SMALL)), "questions": sets[name]}
            reply = run_worker("run_corpus.py", asked, bench.folder, cores=core)
            replies.setdefault(name, []).append(reply)
            return float(reply["examples"] / reply["wall"])

        return rate

    bench.interleave({name: contender(name) for name in sets}, "examples/s")
    for name, answers in replies.items():
        bench.figures += published.corpus_figures(name, answers)
        counts = {key: answers[-1][key] for key in ("examples", "left_out", "tokens")}
        bench.facts[f"corpus: {name}"] = text(counts)


def resume(bench: Bench) -> None:
    """A corpus of a million examples: from the call of a training, and of its resumption, to the next step. And a small
    one, which shows what of that is the corpus and what is the start of Ray Train and of the ranks."""
    sizes = (QUICK_RESUME,) if bench.options.quick else (QUICK_RESUME, RESUME_EXAMPLES)
    seconds = {examples: dict[str, list[float]]() for examples in sizes}
    model = bench.model(SMALL)
    made = {examples: corpora.made_up(examples, model, bench.folder / f"made-up-{examples}") for examples in sizes}
    config = settings.student(RESUME_WORK, bench.gpus, packing=True, checkpoint_steps=1)
    for turn in range(bench.options.rounds):
        for examples in sizes:
            # So many epochs that the last of the steps is begun.
            few = config | {"epochs": (published.START_STEPS - 0.5) * RESUME_WORK.batch / examples}
            asked = {"model": str(model), "corpus": str(made[examples]), "config": few, "seed": SEED}
            _start_twice(bench, asked, examples, turn, seconds[examples])
    for examples, measured in seconds.items():
        bench.figures += published.start_figures(examples, measured, targeted=examples == sizes[-1])
    bench.describe("resume", RESUME_WORK, config)


def _start_twice(
    bench: Bench, asked: dict[str, Any], examples: int, turn: int, seconds: dict[str, list[float]]
) -> None:
    """Anew, and again from the savepoint of the last step but one."""
    out = bench.folder / "resumed"
    shutil.rmtree(out, ignore_errors=True)
    for name in published.STARTS:
        shutil.rmtree(out / "model", ignore_errors=True)
        reply = run_worker("run_start.py", asked | {"out": str(out)}, bench.folder)
        published.check_start(name, reply["step"])
        seconds.setdefault(name, []).append(reply["first"] - reply["called"])
        seconds.setdefault(f"{name}, with Ray's start", []).append(reply["first"] - reply["began"])
        say(
            f"round {turn + 1}/{bench.options.rounds}  {examples:,}, {name}: {seconds[name][-1]:.1f} s to the next step"
        )


def savepoint(bench: Bench, model: str) -> None:
    """The same training with savepoints at the default interval, ten times as often, and never."""
    of, replies, work = f"savepoint, {short(model)}", Replies(), bench.work(model)
    if model == SMALL and not bench.gpus and not bench.options.quick:
        work = SAVEPOINT_WORK
    corpus = bench.corpus(model, work.examples)
    contenders = {}
    for name, interval in published.INTERVALS.items():
        config = settings.student(work, bench.gpus, checkpoint_steps=interval)
        if interval < work.steps or interval == settings.NEVER:
            asked = bench.asked(model, corpus, config)
            contenders[name] = bench.training(name, "run_ours.py", asked, work, replies)
    rates = bench.interleave(contenders)
    bench.figures += published.savepoint_figures(rates, of, steps=work.steps, warm_up=work.warm_up)
    bench.describe(of, work, settings.student(work, bench.gpus))


OF_MODELS = {
    "trl": trl,
    "bare": bare,
    "packing": packing,
    "wait": wait,
    "ranks": ranks,
    "savepoint": savepoint,
    TUNE: tune,
}
OF_CORPORA = {"corpus": corpus, "resume": resume}


def measure(options: argparse.Namespace) -> tuple[list[Rates], list[Figure], dict[str, str]]:
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="benchmark-") as scratch:
        bench = Bench(options, Path(scratch).resolve())
        for part in options.only:
            for model in options.model if part in OF_MODELS else ("",):
                name = f"{part}, {short(model)}" if model else part
                say(f"{name}:")
                try:
                    OF_MODELS[part](bench, model) if model else OF_CORPORA[part](bench)
                except RuntimeError as error:
                    # An hour of other figures is not thrown away; a smoke run is there to show this.
                    if options.quick:
                        raise
                    say(f"{name}: not measured: {error}")
                    bench.facts[name] = f"not measured: {str(error).splitlines()[0]}"
    return bench.rates, bench.figures, bench.facts


def _parts(text: str) -> list[str]:
    try:
        return published.chosen_parts(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def main() -> None:
    options = parser(__doc__ or "")
    options.add_argument(
        "--only",
        type=_parts,
        default=",".join(PARTS),
        help=f"parts, with commas between; their results go to a file of their own. Or {TUNE}",
    )
    options.add_argument(
        "--model",
        type=lambda text: tuple(text.split(",")),
        default=",".join(MODELS),
        help="embedded:student, random:60m, random:0.5b or folders of decoder-only checkpoints, with commas between",
    )
    options.add_argument("--steps", type=int, help="optimizer steps of a training; by model where left out")
    options.add_argument("--gsm8k", type=Path, default="../shared/data/gsm8k/train.jsonl", help="of `corpus`")
    options.add_argument("--folder", type=Path, default=os.path.relpath(ROOT / "runs"), help="where to write")
    chosen = options.parse_args()
    name = published.results_name(chosen.only, chosen.model, MODELS)
    run(name, chosen, measure, packages=("torch", "deepspeed", "transformers", "ray"))


if __name__ == "__main__":
    main()
