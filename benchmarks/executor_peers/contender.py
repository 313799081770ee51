"""A contender: a worker process that runs programs its way and says how long they took."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.cores import on_cores
from harness.rounds import Rates, interleave

from executor_peers.corpus import answer_of, take

WORKERS = Path(__file__).resolve().parent
"""Where the workers' scripts are."""

PATIENCE_SECONDS = 900
"""After which a worker is taken for hung: the slowest work has minutes of endless loops."""


@dataclass(frozen=True, slots=True)
class Contender:
    """How programs are run, and how many of them are enough for a rate."""

    name: str
    command: tuple[str, ...]
    """Of the worker; the path of its work and the numbers of programs come behind."""
    count: int
    """Programs per round: a slow one gets fewer, as it is rates that are compared."""
    warm_up: int
    """Programs before those that count."""
    cores: int = 1
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What the worker is told besides the programs."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a worker says of its work."""

    seconds: float
    statuses: dict[str, int]
    lanes: dict[str, int] = field(default_factory=dict)
    isolation: str = ""
    ends: list[tuple[str, float]] = field(default_factory=list)
    """Status and milliseconds of CPU of every program; of our own workers alone."""

    def __str__(self) -> str:
        """What the programs amounted to: a rate of programs that fail at once would be no rate."""
        parts = (self.statuses, self.lanes)
        return "; ".join(", ".join(f"{count} {name}" for name, count in part.items()) for part in parts if part)


def write_work(path: Path, contender: Contender, programs: Sequence[str], warm_up: Sequence[str]) -> None:
    """The programs of a contender, each with the expression of its answer, which some must be told."""
    work = dict(contender.settings)
    for name, chosen in (("warm_up", take(warm_up, contender.warm_up)), ("programs", take(programs, contender.count))):
        work[name] = [(program, answer_of(program)) for program in chosen]
    path.write_text(json.dumps(work), encoding="utf-8")


def run_worker(contender: Contender, work: Path) -> Reply:
    """One round of a contender, on its cores.

    Raises:
        RuntimeError: if the worker fails, or has not run all of its programs.
    """
    with on_cores(contender.cores):
        try:
            ended = subprocess.run(
                [*contender.command, str(work), str(contender.count), str(contender.warm_up)],
                capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL, timeout=PATIENCE_SECONDS,
            )  # fmt: skip
        except subprocess.TimeoutExpired as hung:
            raise RuntimeError(f"{contender.name}: not done within {PATIENCE_SECONDS} s") from hung
    if ended.returncode:
        raise RuntimeError(f"{contender.name}: its worker failed ({ended.returncode}):\n{ended.stderr.strip()}")
    reply = Reply(**json.loads(ended.stdout.splitlines()[-1]))
    if sum(reply.statuses.values()) != contender.count:
        raise RuntimeError(f"{contender.name}: {contender.count} programs given, ended: {reply}")
    return reply


@dataclass(slots=True)
class Race:
    """Contenders on the same programs, in turns."""

    work: str
    """What the programs are, in a word: it begins the names of the figures."""
    folder: Path
    """Where the workers find their programs."""
    replies: dict[str, Reply] = field(default_factory=dict)
    """The last of every contender."""

    def run(
        self,
        contenders: Sequence[tuple[Contender, Sequence[str]]],
        *,
        warm_up: Sequence[str],
        rounds: int,
        quick: bool,
        say: Callable[[str], None],
    ) -> Rates:
        """The rates of contenders on their programs; `warm_up` are harmless ones."""
        measures = {}
        for place, (contender, programs) in enumerate(contenders):
            path = self.folder / f"{self.work}-{place}.json"
            write_work(path, contender, programs, warm_up)
            measures[contender.name] = self._measure(contender, path)
        say(f"{self.work}:")
        return interleave(measures, unit="programs/s", rounds=rounds, warm_up=0 if quick else 1, say=say)

    def _measure(self, contender: Contender, path: Path) -> Callable[[], float]:
        def rate() -> float:
            reply = self.replies[contender.name] = run_worker(contender, path)
            return contender.count / reply.seconds

        return rate
