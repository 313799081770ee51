"""Does the sandbox hold on this machine? Hostile programs, and what they leave behind.

A conformance suite that any `Sandbox` can be run against (`pad-ray doctor`, the tests, and by itself with
`python -m pad_ray.executor.self_check`). Every attack is followed by an innocent program that must answer right; every
program that tries to leave something behind in its process is followed by the witness it aims at; in the end nothing
may be left on the machine. It shows that known attacks fail; it proves nothing about unknown ones.

It costs about 45 times the CPU limit, four times the wall limit and five seconds of one slot: 20 s with `CPU_SECONDS`
and `WALL_SECONDS`. Some attacks only bite where memory is short: give it `MEMORY_MB` and the usual limit on output.
"""

from __future__ import annotations

import argparse
import os
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pad_ray.errors import SandboxError
from pad_ray.executor.attacks import ATTACKS, KEY, MARK, PORT, Attack
from pad_ray.executor.leftovers import LEFTOVERS, Leftover
from pad_ray.executor.outcome import ANSWERED, Outcome
from pad_ray.executor.sandbox import Sandbox

INNOCENT = "import math\nboxes = math.ceil(3.5)\nans = str(sum([boxes, len('pad')]) * 2)\n"
INNOCENT_ANSWER = "14"
"""Leans on what attacks patch: a module, builtins, `str`."""

CPU_SECONDS, WALL_SECONDS, MEMORY_MB = 0.3, 1.0, 128
"""Limits under which the check is quick and the attacks on memory bite."""

PATIENCE_SECONDS = 2.0
"""For the last process to be reaped, before one that is still there counts as left behind."""

LISTENING = "0A"
"""State of a listening socket in /proc/net/tcp."""

SHOWN = 60
"""Characters of an answer in a detail."""


DISARMED = ("ImportError", "ModuleNotFoundError", "PermissionError")
"""How an attack may end where no file may be opened: it cannot import its tools."""


@dataclass(frozen=True, slots=True)
class Check:
    """One attack, or one kind of trace: whether it was contained and its successor answered right."""

    name: str
    ok: bool
    detail: str


def self_check(
    sandbox: Sandbox, attacks: Sequence[Attack] = ATTACKS, leftovers: Sequence[Leftover] = LEFTOVERS
) -> list[Check]:
    """Run the attacks and the leftovers; one check for each, and some for what is left in the end.

    A program that the machinery fails at is a failed check, and the rest are run all the same.

    Raises:
        SandboxError: if the sandbox cannot run an innocent program.
    """
    before, others, zygotes = _traces(), set(_processes()), sandbox.pids
    (first,) = sandbox.run([INNOCENT])
    codes = [code for attack in attacks for code in (attack.code, INNOCENT)]
    codes += [code for leftover in leftovers for code in (leftover.code, leftover.witness)]
    outcomes = iter(list(_outcomes(sandbox, codes)))
    fileless = "landlock" not in sandbox.isolation
    checks = [_attack_check(attack, next(outcomes), next(outcomes), fileless=fileless) for attack in attacks]
    checks += [_leftover_check(leftover, next(outcomes), next(outcomes)) for leftover in leftovers]
    (last,) = sandbox.run([INNOCENT])
    same = set(zygotes) <= set(sandbox.pids)
    checks.append(Check("zygotes unharmed", same, "none was replaced" if same else "some were replaced"))
    checks.append(Check("lanes unchanged", first.lane == last.lane, f"{first.lane} before, {last.lane} after"))
    survivors = _survivors({*zygotes, *sandbox.pids}, others)
    checks.append(Check("no process left", not survivors, ", ".join(survivors) or "none"))
    left = _traces() - before
    checks.append(Check("no file, shared memory or socket left", not left, ", ".join(sorted(left)) or "none"))
    return checks


def _outcomes(sandbox: Sandbox, codes: Sequence[str]) -> Iterator[Outcome | SandboxError]:
    """One for each program, also where the machinery fails at some: those after the first failure are run one by one.

    Raises:
        SandboxError: if the machinery fails at an innocent program alone.
    """
    done = 0
    try:
        for outcome in sandbox.run(codes):
            done += 1
            yield outcome
    except SandboxError:
        for code in codes[done:]:
            failure = None
            try:
                yield next(iter(list(sandbox.run([code]))))
            except SandboxError as error:
                if code == INNOCENT:
                    raise
                failure = error
            if failure is not None:
                yield failure


def _attack_check(
    attack: Attack, attacked: Outcome | SandboxError, after: Outcome | SandboxError, *, fileless: bool
) -> Check:
    contained = (
        isinstance(attacked, Outcome)
        and attacked.status in attack.statuses
        and (attacked.status != ANSWERED or attacked.answer == attack.answer)
    )
    if fileless and isinstance(attacked, Outcome) and attacked.error_type in DISARMED:
        contained = True
    innocent = _answers(after, INNOCENT_ANSWER)
    detail = _said(attacked) + ("" if innocent else f"; the innocent program after it: {_said(after)}")
    return Check(attack.name, contained and innocent, detail)


def _leftover_check(leftover: Leftover, left: Outcome | SandboxError, after: Outcome | SandboxError) -> Check:
    ok = isinstance(left, Outcome) and _answers(after, leftover.expected)
    return Check(f"left behind: {leftover.name}", ok, f"{_said(left)}; its witness: {_said(after)}")


def _answers(outcome: Outcome | SandboxError, answer: str) -> bool:
    return isinstance(outcome, Outcome) and outcome.status == ANSWERED and outcome.answer == answer


def _said(outcome: Outcome | SandboxError) -> str:
    if isinstance(outcome, SandboxError):
        return f"failed the machinery: {outcome}"
    text = repr(outcome.answer)[:SHOWN] if outcome.status == ANSWERED else outcome.error_type[:SHOWN]
    return f"{outcome.status} {text} ({outcome.lane or 'not run'})"


def _processes() -> dict[int, tuple[int, bytes]]:
    """Process id -> its parent's, and its command line, which a fork shares."""
    found = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", "rb") as stat, open(f"/proc/{name}/cmdline", "rb") as command:
                parent = int(stat.read().rpartition(b")")[2].split()[1])
                found[int(name)] = parent, command.read()
        except OSError:
            continue  # gone in the meantime
    return found


def _survivors(zygotes: set[int], others: set[int]) -> list[str]:
    """Processes below the zygotes, and forks of theirs that went to us or to the first process when they died."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        table = _processes()
        commands = {table[zygote][1] for zygote in zygotes if zygote in table}
        ours = {pid for pid, (_, command) in table.items() if command in commands and pid not in others}
        left = {pid for pid in ours if table[pid][0] in (1, os.getpid())} - zygotes
        below = zygotes
        while below := {pid for pid, (parent, _) in table.items() if parent in below}:
            left |= below
        if not left or time.monotonic() > deadline:
            return [f"process {pid}" for pid in sorted(left)]
        time.sleep(0.02)


def _traces() -> set[str]:
    """What attacks would have made, had they been let: files, System V objects, sockets."""
    library = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    places = {tempfile.gettempdir(), os.path.expanduser("~"), "/tmp", "/var/tmp", "/dev/shm", "/run", "/", *library}
    found = set()
    for place in places:
        try:
            found |= {os.path.join(place, name) for name in os.listdir(place) if name.startswith(MARK)}
        except OSError:
            continue
    for kind in ("shm", "sem", "msg"):
        found |= {f"System V {kind}" for line in _lines(f"/proc/sysvipc/{kind}") if line.split()[:1] == [str(KEY)]}
    for kind in ("tcp", "tcp6"):
        for _, address, _, state in (line.split()[:4] for line in _lines(f"/proc/net/{kind}")):
            if state == LISTENING and address.endswith(f":{PORT:04X}"):
                found.add(f"{kind} socket that listens on port {PORT}")
    return found | {f"Unix socket {line.split()[-1]}" for line in _lines("/proc/net/unix") if MARK in line}


def _lines(path: str) -> list[str]:
    """Of a table of the kernel's, which not every kernel has."""
    try:
        with open(path) as table:
            return table.read().splitlines()
    except OSError:
        return []


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m pad_ray.executor.self_check", description="Attack the sandbox.")
    parser.add_argument("--cpu-seconds", type=float, default=CPU_SECONDS)
    parser.add_argument("--wall-seconds", type=float, default=WALL_SECONDS)
    parser.add_argument("--memory-mb", type=int, default=MEMORY_MB)
    parser.add_argument("--output-kb", type=int, default=64)
    parser.add_argument("--slots", type=int, default=1)
    parser.add_argument("--lanes", choices=("auto", "solo"), default="auto")
    parser.add_argument("--trace", action="store_true", help="have the values of variables reported")
    parser.add_argument("--without", action="append", default=[], help="a level of isolation to leave out")
    parser.add_argument("--unsafe", action="store_true", help="run even where no seccomp filter holds")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """Check a sandbox with the limits `given`, print what failed -> 0, or 1 if anything did."""
    chosen = vars(_arguments(given))
    started = time.monotonic()
    try:
        with Sandbox(**chosen | {"without": tuple(chosen["without"])}) as sandbox:
            checks = self_check(sandbox)
            isolation = sandbox.isolation
    except SandboxError as error:
        print(f"the sandbox failed: {error}", file=sys.stderr)
        return 1
    failed = [check for check in checks if not check.ok]
    for line in _table(failed):
        print(line)
    seconds = time.monotonic() - started
    print(f"{len(checks) - len(failed)} of {len(checks)} checks held in {seconds:.1f} s, isolation {isolation}")
    return 1 if failed else 0


def _table(checks: Iterable[Check]) -> Iterator[str]:
    rows = [("NOT CONTAINED", "WHAT HAPPENED"), *((check.name, check.detail) for check in checks)]
    width = max(len(name) for name, _ in rows)
    return (f"{name:{width}}  {detail}" for name, detail in rows) if len(rows) > 1 else iter(())


if __name__ == "__main__":
    sys.exit(main())
