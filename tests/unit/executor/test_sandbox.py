"""The machinery: order, slots, limits, broken zygotes, and that nothing is left behind."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import psutil
import pytest
from attended import attended

from pad_ray.config import ExecutorConfig
from pad_ray.errors import SandboxError
from pad_ray.executor import Outcome, Sandbox, wire
from pad_ray.executor.judge import judge
from pad_ray.executor.slot import Reply, Slot, SlotDied
from pad_ray.records import Program, Question

LOOP = "while True:\n    pass"
FULL = "process+rlimits+seccomp+landlock"
"""Namespaces come on top where the machine grants them."""


def _descendants() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def _gone(check: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if check():
            return True
        time.sleep(0.02)
    return False


def _judged(codes: list[str], sandbox: Sandbox) -> list[str]:
    pairs = [
        (Question(str(i), "", "7"), Program(str(i), str(i), 0, code, code, "m", "p")) for i, code in enumerate(codes)
    ]
    return [verdict.status for verdict in judge(sandbox, pairs)]


def test_outcomes_come_in_order_whatever_the_slots() -> None:
    codes = [f"import time\ntime.sleep({0.05 if i % 3 == 0 else 0})\nans = {i}" for i in range(30)]
    with Sandbox(slots=3) as sandbox:
        outcomes = list(sandbox.run(codes))
    assert [outcome.answer for outcome in outcomes] == [str(i) for i in range(30)]
    assert {outcome.isolation for outcome in outcomes} == {sandbox.isolation}


def test_runs_lazily_over_endless_programs() -> None:
    with Sandbox(slots=2) as sandbox:
        outcomes = sandbox.run(f"ans = {i}" for i in itertools.count())
        assert [outcome.answer for outcome in itertools.islice(outcomes, 5)] == ["0", "1", "2", "3", "4"]
        too_long = sandbox.run("#" * 2_000_000 for _ in itertools.count())
        with pytest.raises(SandboxError, match="in use"):
            next(too_long)
        outcomes.close()
        too_long = sandbox.run("#" * 2_000_000 for _ in itertools.count())
        assert next(too_long).error_type == "ProgramTooLong"


def test_an_abandoned_run_leaves_the_sandbox_usable() -> None:
    with Sandbox(slots=2) as sandbox:
        outcomes = sandbox.run(["ans = 1", LOOP, LOOP])
        assert next(outcomes).answer == "1"
        outcomes.close()
        assert [outcome.answer for outcome in sandbox.run(["ans = 2"])] == ["2"]


def test_verdicts_of_every_kind() -> None:
    codes = ["ans = 7.0", "ans = 8", "1/0", "x = (", "x = 1", LOOP, "raise MemoryError", "import os\nos.abort()"]
    with Sandbox.from_config(ExecutorConfig(cpu_seconds=0.3), slots=2) as sandbox:
        statuses = _judged(codes, sandbox)
    assert statuses == ["right", "wrong", "raised", "syntax", "no_answer", "timeout", "memory", "killed"]


def test_the_wall_limit_ends_sleepers_and_the_cpu_limit_ends_loops() -> None:
    with Sandbox(cpu_seconds=0.3, wall_seconds=1, slots=1) as sandbox:
        asleep, looping = sandbox.run(["import time\ntime.sleep(100)", LOOP])
    assert asleep.status == looping.status == "timeout"
    assert "CPU" not in asleep.error_message
    assert asleep.wall_ms >= 1000
    assert looping.cpu_ms < 1300


def test_a_program_that_gets_on_slowly_is_not_called_a_time_out() -> None:
    """Stopped over and over, as on an overloaded machine, it is past its wall limit but never idle for long."""
    slow = "import time\nstart = time.monotonic()\nwhile time.monotonic() < start + 1.2:\n    time.sleep(0.05)\nans = 7"
    with Sandbox(cpu_seconds=5, wall_seconds=0.4) as sandbox:
        (outcome,) = sandbox.run([slow])
    assert (outcome.status, outcome.answer) == ("answered", "7")


def test_a_program_that_wakes_for_ever_ends_at_the_hard_limit() -> None:
    with Sandbox(cpu_seconds=5, wall_seconds=0.2) as sandbox:
        (outcome,) = sandbox.run(["import time\nwhile True: time.sleep(0.02)"])
    assert outcome.status == "timeout"


def test_the_kernels_cpu_limit_stands_behind_ours() -> None:
    """RLIMIT_CPU ends a program within the zygote's limit plus its slack, seen from inside."""
    code = "import resource\nans = resource.getrlimit(resource.RLIMIT_CPU)"
    with Sandbox(cpu_seconds=2.5) as sandbox:
        (outcome,) = sandbox.run([code])
    assert outcome.answer == "(4, 4)"


def test_memory_is_on_top_of_the_interpreter() -> None:
    with Sandbox(memory_mb=128) as sandbox:
        fits, bursts = sandbox.run(["x = bytes(100 * 2**20)\nans = len(x)", "x = bytes(130 * 2**20)\nans = len(x)"])
    assert (fits.status, bursts.status) == ("answered", "memory")


def test_a_zygote_that_dies_while_idle_costs_nothing() -> None:
    with Sandbox() as sandbox:
        os.kill(sandbox.pids[0], signal.SIGKILL)
        assert [outcome.answer for outcome in sandbox.run(["ans = 1", "ans = 2"])] == ["1", "2"]


def test_a_zygote_that_dies_under_a_program_is_replaced_and_the_program_run_again() -> None:
    with Sandbox(wall_seconds=20) as sandbox:
        first = sandbox.pids[0]
        outcomes = sandbox.run(["ans = 1", "import time\ntime.sleep(1)\nans = 2", "ans = 3"])
        next(outcomes)
        subprocess.Popen(["sh", "-c", f"sleep 0.4; kill -9 {first}"])
        assert [outcome.answer for outcome in outcomes] == ["2", "3"]
        assert sandbox.pids != [first]


def test_a_zygote_that_hangs_is_found_out_by_the_driver() -> None:
    with Sandbox(cpu_seconds=0.2, wall_seconds=0.5) as sandbox:
        first = sandbox.pids[0]
        os.kill(first, signal.SIGSTOP)
        assert [outcome.answer for outcome in sandbox.run(["ans = 1", "ans = 2"])] == ["1", "2"]
        assert sandbox.pids != [first]


def test_a_program_that_kills_its_zygotes_is_killed_alone() -> None:
    """Only possible without seccomp; the isolation says so in every outcome."""
    codes = ["ans = 1", "import os\nos.kill(os.getppid(), 9)\nwhile True:\n    pass", "ans = 3"]
    with Sandbox(without=("seccomp",), unsafe=True) as sandbox:
        outcomes = list(sandbox.run(codes))
    assert [outcome.status for outcome in outcomes] == ["answered", "killed", "answered"]
    assert {outcome.isolation for outcome in outcomes} == {sandbox.isolation}
    assert sandbox.isolation.startswith("unsafe:process+rlimits")
    assert "seccomp" not in sandbox.isolation
    assert _gone(lambda: not _descendants())


def test_zygotes_that_are_lost_under_seccomp_are_the_machines_failure_and_no_label(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lost(slot: Slot) -> list[Reply]:
        raise SlotDied("closed")

    monkeypatch.setattr(Slot, "collect", lost)
    monkeypatch.setattr("pad_ray.executor.dispatch.RETRY_SECONDS", 0)
    with Sandbox() as sandbox, pytest.raises(SandboxError, match="its zygote was lost"):
        list(sandbox.run(["ans = 1"]))


def test_a_program_sees_the_null_files_alone_however_many_the_driver_has() -> None:
    """The control socket gets a high number then, which a child that closes its low ones would keep."""
    code = (
        "import fcntl\nopened = []\nfor fd in range(4096):\n    try:\n        fcntl.fcntl(fd, fcntl.F_GETFD)\n"
        "        opened.append(fd)\n    except OSError:\n        pass\nans = str(opened)"
    )
    many = [os.open("/dev/null", os.O_RDONLY) for _ in range(200)]
    try:
        with Sandbox() as sandbox:
            (outcome,) = sandbox.run([code])
    finally:
        for fd in many:
            os.close(fd)
    assert outcome.answer == "[0, 1, 2]"


def test_without_seccomp_it_refuses_to_start() -> None:
    with pytest.raises(SandboxError, match="seccomp"):
        Sandbox(without=("seccomp",))
    assert _gone(lambda: not _descendants())


def test_without_landlock_no_file_is_opened_and_what_programs_import_is_there() -> None:
    code = "try:\n    open({})\n    ans = 'opened'\nexcept PermissionError:\n    ans = 'refused'"
    codes = [code.format("'/tmp/pad_ray_made', 'w'"), code.format("'/etc/passwd'"), "import statistics, json\nans = 1"]
    with Sandbox(without=("landlock",)) as sandbox:
        assert sandbox.isolation.removesuffix("+namespaces") == "process+rlimits+seccomp"
        assert [outcome.answer for outcome in sandbox.run(codes)] == ["refused", "refused", "1"]
    assert not os.path.exists("/tmp/pad_ray_made")


def test_failures_of_the_machinery_are_errors_and_never_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_fork(slot: Slot) -> list[Reply]:
        return [Reply(wire.END_NO_FORK, 11, 0, 0, 0, 0, b"")]

    monkeypatch.setattr(Slot, "collect", no_fork)
    monkeypatch.setattr("pad_ray.executor.dispatch.RETRY_SECONDS", 0)
    with Sandbox() as sandbox, pytest.raises(SandboxError, match="fork"):
        list(sandbox.run(["ans = 1"]))


def test_a_zygote_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pad_ray.executor.slot.INTERPRETER_FLAGS", ("-S", "-c", "raise ValueError('no luck')"))
    with pytest.raises(SandboxError, match="no luck"):
        Sandbox()
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with pytest.raises(SandboxError, match="could not start"):
        Sandbox()


def test_processes_started_by_a_program_die_with_it() -> None:
    """Without seccomp a program can fork and take a session of its own; the zygote is a subreaper and ends it all."""
    code = (
        "import os, time\nfor _ in range(3):\n    if os.fork() == 0:\n        os.setsid()\n"
        "        os.fork()\n        time.sleep(1000)\nans = 1"
    )
    with Sandbox(without=("seccomp",), unsafe=True) as sandbox:
        assert [outcome.answer for outcome in sandbox.run([code])] == ["1"]
        assert {process.pid for process in _descendants()} == set(sandbox.pids)
    assert not _descendants()


def test_close_leaves_no_process_and_no_file() -> None:
    before = len(os.listdir("/proc/self/fd"))
    sandbox = Sandbox(slots=2)
    outcomes = sandbox.run(["ans = 1", LOOP, LOOP])
    next(outcomes)
    sandbox.close()
    sandbox.close()
    assert _gone(lambda: not _descendants())
    with pytest.raises(SandboxError, match="closed"):
        next(sandbox.run(["ans = 1"]))
    outcomes.close()
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_driver_that_dies_leaves_no_process(how: signal.Signals) -> None:
    code = (
        "import sys\nfrom pad_ray.executor import Sandbox\ns = Sandbox(wall_seconds=600, cpu_seconds=600, slots=2)\n"
        f"o = s.run(['ans = 1', {LOOP!r}, {LOOP!r}])\nnext(o)\nprint('ready', flush=True)\nnext(o)"
    )
    driver = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, preexec_fn=attended
    )
    assert driver.stdout is not None
    assert driver.stdout.readline() == b"ready\n"
    assert _gone(lambda: len(psutil.Process(driver.pid).children(recursive=True)) == 4)
    family = psutil.Process(driver.pid).children(recursive=True)
    driver.send_signal(how)
    driver.wait()
    assert _gone(lambda: not any(process.is_running() for process in family))


def test_the_import_is_light() -> None:
    code = (
        "import sys\nfrom pad_ray.executor import Sandbox\n"
        "print(sorted({'ray', 'pyarrow', 'numpy', 'pydantic', 'torch'} & set(sys.modules)))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_full_isolation_holds_where_ci_runs() -> None:
    with Sandbox() as sandbox:
        assert sandbox.isolation.removesuffix("+namespaces") == FULL


def test_whatever_is_given_for_a_program_gets_an_outcome() -> None:
    codes = [b"ans = 1", b"ans = '\xff'", "ans = 1\n" + "#" * 999_990, "x = [" * 10_000, "", "\0", "print('x' * 2**30)"]
    codes += ["while True:\n    print('x' * 10**6)", "ans = 1\n" * 100_000]
    with Sandbox(memory_mb=4096, cpu_seconds=60, wall_seconds=120) as sandbox:
        outcomes = list(sandbox.run(codes))
    statuses = [
        "answered",
        "syntax",
        "answered",
        "syntax",
        "no_answer",
        "syntax",
        "output_limit",
        "output_limit",
        "answered",
    ]
    assert [outcome.status for outcome in outcomes] == statuses
    assert outcomes[1].error_message == "the program is not UTF-8"


def test_limits_that_cannot_be_kept_are_clamped_and_said() -> None:
    with pytest.warns(UserWarning, match=r"cpu_seconds=0 of the sandbox is taken as 0.01, the least that works"):
        sandbox = Sandbox(cpu_seconds=0)
    with sandbox:
        assert [outcome.status for outcome in sandbox.run(["ans = 1", LOOP])] == ["answered", "timeout"]
    code = (
        "import resource, warnings\nresource.setrlimit(resource.RLIMIT_CPU, (50, 50))\n"
        "from pad_ray.executor import Sandbox\nwarnings.simplefilter('error')\n"
        "try:\n    Sandbox(cpu_seconds=100)\nexcept UserWarning as warning:\n    print(warning)"
    )
    said = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert said == "cpu_seconds=100 of the sandbox is taken as 50, the hard limit of this process\n"
    for bad in ({"slots": 0}, {"batch": 0}, {"lanes": "fast"}):
        with pytest.raises(ValueError, match="lanes"):
            Sandbox(**bad)


def test_outcome_is_plain_data() -> None:
    assert Outcome("answered", "1") == Outcome("answered", "1")
