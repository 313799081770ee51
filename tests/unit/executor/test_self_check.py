"""The self-check's parts: its data are sound, it sees a sandbox that does not hold, and traces that are left.

The whole of it runs in `tests/attacks`.
"""

from __future__ import annotations

import opcode
import os
import signal
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from pad_ray.errors import SandboxError
from pad_ray.executor import Outcome, Sandbox
from pad_ray.executor.attacks import ATTACKS, ENDS, FILES, HELD, MARK, NETWORK, PROCESSES, RECORDS, Attack
from pad_ray.executor.gate import Gate
from pad_ray.executor.leftovers import LEFTOVERS
from pad_ray.executor.self_check import INNOCENT, INNOCENT_ANSWER, Check, main, self_check

UNCONFINED = ("seccomp", "landlock", "namespaces")


class StubbornSandbox:
    """Answers what is asked of it in order, and fails at one program."""

    isolation = "process+rlimits+seccomp+landlock"

    def __init__(self, poison: str) -> None:
        self.pids = [os.getpid()]
        self._poison = poison

    def run(self, codes: Iterable[str]) -> Iterator[Outcome]:
        for code in codes:
            if code == self._poison:
                raise SandboxError("its zygote was lost")
            yield Outcome("answered", INNOCENT_ANSWER if code == INNOCENT else HELD)


def _failed(checks: list[Check]) -> set[str]:
    return {check.name for check in checks if not check.ok}


def test_the_programs_are_told_apart_by_their_names() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 110
    assert len({leftover.name for leftover in LEFTOVERS}) == len(LEFTOVERS) >= 45
    assert set().union(*(attack.statuses for attack in ATTACKS)) <= set(ENDS)


def test_every_witness_may_share_a_process() -> None:
    gate = Gate(opcode.opmap)
    witnesses = {leftover.witness for leftover in LEFTOVERS} | {INNOCENT}
    refused = {code: gate.look(compile(code, "<program>", "exec"))[0] for code in witnesses}
    assert {code: reason for code, reason in refused.items() if reason} == {}


def test_quick_attacks_are_contained() -> None:
    with Sandbox(cpu_seconds=0.3, wall_seconds=3, memory_mb=128) as sandbox:
        checks = self_check(sandbox, (*PROCESSES, *NETWORK), LEFTOVERS[:20])
    assert len(checks) == len(PROCESSES) + len(NETWORK) + 20 + 4
    assert [check for check in checks if not check.ok] == []


def test_a_sandbox_with_holes_is_seen() -> None:
    harmless = [attack for attack in FILES if attack.name in ("file read", "directories listed", "own maps and memory")]
    with Sandbox(cpu_seconds=0.3, wall_seconds=3, slots=2, without=UNCONFINED, unsafe=True) as sandbox:
        failed = _failed(self_check(sandbox, (*PROCESSES, *NETWORK, *harmless, *RECORDS[:1]), ()))
    assert {"kill the parent", "signal the parent", "own affinity", "alarm", "zygotes unharmed"} <= failed
    assert {"socket AF_INET", "socket pair", "server", "event loop"} <= failed
    assert {attack.name for attack in harmless} <= failed
    assert RECORDS[0].name not in failed


def test_a_file_that_is_left_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    attack = Attack("file", f"open('{tmp_path}/{MARK}_left', 'w').close()\nans = '{HELD}'")
    with Sandbox(without=UNCONFINED, unsafe=True) as sandbox:
        checks = self_check(sandbox, [attack], ())
        assert _failed(checks) == {"no file, shared memory or socket left"}
        assert _failed(self_check(sandbox, [], ())) == set()
    assert f"{MARK}_left" in checks[-1].detail


@pytest.mark.skipif(os.geteuid() != 0, reason="others may not start processes even in a sandbox with holes")
def test_a_process_that_is_left_is_seen() -> None:
    code = (
        "import ctypes, os, signal, time\nif os.fork() == 0:\n    os.setsid()\n    ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)\n"
        "    time.sleep(20)\n    os._exit(0)\ntime.sleep(0.2)\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(20)"
    )
    with Sandbox(wall_seconds=3, without=UNCONFINED, unsafe=True) as sandbox:
        checks = self_check(sandbox, [Attack("orphan", code, ("killed",))], ())
    assert _failed(checks) == {"zygotes unharmed", "no process left"}
    (left,) = (check.detail for check in checks if check.name == "no process left")
    for process in left.split(", "):
        os.kill(int(process.removeprefix("process ")), signal.SIGKILL)


def test_a_program_that_fails_the_machinery_is_a_failed_check_and_the_rest_are_run() -> None:
    attacks = [Attack("first", "1"), Attack("poison", "2"), Attack("last", "3")]
    checks = self_check(StubbornSandbox("2"), attacks, ())
    assert _failed(checks) == {"poison"}
    assert "its zygote was lost" in checks[1].detail
    with pytest.raises(SandboxError):
        self_check(StubbornSandbox(INNOCENT), attacks, ())


def test_the_command_tells_what_failed_by_name_and_by_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checks = [Check("window", True, "held"), Check("door", False, "answered 'escaped'")]
    monkeypatch.setattr("pad_ray.executor.self_check.self_check", lambda sandbox: checks)
    assert main(["--lanes", "solo", "--memory-mb", "64"]) == 1
    *table, summary = capsys.readouterr().out.splitlines()
    assert [line.split() for line in table] == [
        ["NOT", "CONTAINED", "WHAT", "HAPPENED"],
        ["door", "answered", "'escaped'"],
    ]
    assert summary.startswith("1 of 2 checks held")
    checks.pop()
    assert main([]) == 0
    assert main(["--without", "seccomp"]) == 1
    assert "seccomp" in capsys.readouterr().err
