"""Programs per second of the sandbox, against the no-op fork and a fresh interpreter per program."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from harness.command import parser, run, say
from harness.figures import Figure, against
from harness.machine import ROOT
from harness.rounds import Rates, interleave

if TYPE_CHECKING:
    from pad_ray.executor.sandbox import Sandbox

GENERATIONS = ROOT.parent / "shared" / "data" / "generations"
"""Completions of real models; they are not part of the repository."""

ONE_SLOT, TWO_SLOTS = "sandbox, 1 slot on 1 core", "sandbox, 2 slots"
FORK, INTERPRETER = "no-op fork on 1 core", "python -I -c on 1 core"

FORK_LOOP = """
import os, sys, time
count = int(sys.argv[1])
started = time.perf_counter()
for _ in range(count):
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
print(count / (time.perf_counter() - started))
"""
"""The floor of every fork-per-program design, in an interpreter of its own: forking this process, with all that it has
imported, would flatter us."""

CALL_SOLUTION = "\nif callable(globals().get('solution')): print(solution())\n"
"""A fresh interpreter must do what the sandbox does: call the function that holds the answer."""

PEER_WALL_SECONDS = 10
"""The sandbox's own default limit."""


def reference_programs(count: int) -> list[str]:
    from pad_ray.questions.wordsums.reader import read_wordsums

    return [question.reference for question in read_wordsums("train", 0, 0, count)]


def recorded_programs(folder: Path, count: int) -> list[str]:
    """Programs evenly spaced over all the recordings, so that every model and question set has its share."""
    import json

    from pad_ray.teacher.extract import extract_program

    lines = [line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines() if line]
    chosen = islice(lines, 0, None, max(1, len(lines) // count))
    return [extract_program(json.loads(line)["completion"]) for line in islice(chosen, count)]


@contextmanager
def one_core() -> Iterator[None]:
    """This process and what it starts on one core: a rate per core, whatever else the design could keep busy."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def through_sandbox(sandbox: Sandbox, programs: Sequence[str]) -> float:
    started = time.perf_counter()
    done = sum(1 for _ in sandbox.run(programs))
    return done / (time.perf_counter() - started)


def through_forks(count: int) -> float:
    command = [sys.executable, "-I", "-S", "-c", FORK_LOOP, str(count)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def through_interpreters(programs: Sequence[str]) -> float:
    started = time.perf_counter()
    for program in programs:
        command = [sys.executable, "-I", "-c", program + CALL_SOLUTION]
        try:
            subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=PEER_WALL_SECONDS)
        except subprocess.TimeoutExpired:
            say(f"a program ran longer than {PEER_WALL_SECONDS} s")
    return len(programs) / (time.perf_counter() - started)


def statuses(sandbox: Sandbox, programs: Sequence[str]) -> str:
    """What the programs amount to: a rate of programs that fail at once would be no rate."""
    from collections import Counter

    counts = Counter(outcome.status for outcome in sandbox.run(programs))
    return ", ".join(f"{count} {status}" for status, count in counts.most_common())


def measure(options: argparse.Namespace) -> tuple[list[Rates], list[Figure], dict[str, str]]:
    from pad_ray.executor.sandbox import Sandbox

    count = 20 if options.quick else options.programs
    corpora = {"wordsums references": reference_programs(count)}
    if options.generations.is_dir():
        corpora["recorded generations"] = recorded_programs(options.generations, count)
    else:
        say("no recorded generations here: wordsums only")
    rates: list[Rates] = []
    figures: list[Figure] = []
    with ExitStack() as stack:
        with one_core():
            single = stack.enter_context(Sandbox(slots=1))
        double = stack.enter_context(Sandbox(slots=2))
        facts = {"isolation": single.isolation}
        for name, programs in corpora.items():
            facts[name] = statuses(double, programs)
            say(f"{name}: {facts[name]}")
            measured = _measure(single, double, programs, options.rounds)
            rates.append(measured)
            figures += against(measured, (ONE_SLOT, TWO_SLOTS), (FORK, INTERPRETER), of=name)
            figures.append(Figure(f"{name}: 2 slots / 1 slot", round(measured.ratio(TWO_SLOTS, ONE_SLOT), 3), "x"))
    return rates, figures, facts


def _measure(single: Sandbox, double: Sandbox, programs: Sequence[str], rounds: int) -> Rates:
    contenders = {
        ONE_SLOT: one_core()(lambda: through_sandbox(single, programs)),
        TWO_SLOTS: lambda: through_sandbox(double, programs),
        FORK: one_core()(lambda: through_forks(len(programs))),
        INTERPRETER: one_core()(lambda: through_interpreters(programs)),
    }
    return interleave(contenders, unit="programs/s", rounds=rounds, say=say)


def main() -> None:
    options = parser(__doc__ or "")
    options.add_argument("--programs", type=int, default=400, help="programs of each corpus")
    options.add_argument(
        "--generations", type=Path, default=os.path.relpath(GENERATIONS), help="folder of recorded completions"
    )
    run("executor", options.parse_args(), measure)


if __name__ == "__main__":
    main()
