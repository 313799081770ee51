"""Processes that outlive their owner: small real ones."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from pad_ray.teacher.orphans import KEEP_ENVIRONMENT, OWNER, RUN, Leftover, end, leftovers, mark, plugin

PATIENCE = 20.0
"""Seconds that a busy machine may take to start or end a small process."""

SLEEP = "import time; time.sleep(60)"

OWNER_OF_ONE = f"""
import subprocess, sys
from pad_ray.teacher.orphans import mark
mark(sys.argv[1])
child = subprocess.Popen([sys.executable, "-c", {SLEEP!r}, "a marked one"], start_new_session=True)
print(child.pid, flush=True)
sys.stdin.read()
"""
"""Marks itself, starts a process in a session of its own, says its id, and waits."""

PARENT_OF_ONE = """
import multiprocessing, os, sys, time
from pad_ray.teacher.orphans import mark, plugin

def child(marked):
    plugin()
    print(os.getpid(), flush=True)
    time.sleep(60)

if __name__ == "__main__":
    if sys.argv[1] == "marked":
        mark("run")
    plugin()
    multiprocessing.get_context("spawn").Process(target=child, args=(True,)).start()
    time.sleep(60)
"""
"""Starts a process as vLLM starts its own, in which the plugin is loaded; it says its id."""

ADOPTED = """
import os, sys, time
from pad_ray.teacher.orphans import die_with_parent

parent = os.getpid()
if os.fork() == 0:
    while os.getppid() == parent:
        time.sleep(0.01)
    print("adopted", flush=True)
    die_with_parent(parent)
    print("alive", flush=True)
"""
"""Ends before its child has asked to end with it."""


@pytest.fixture
def run() -> str:
    return f"a run of {os.getpid()} at {time.monotonic_ns()}"


@pytest.fixture
def owner(run: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A process that owns another one, and that one's id."""
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER_OF_ONE, run], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    child = int(process.stdout.readline())
    yield process, child
    if is_running(child):  # It holds the pipe that its owner's output is read from.
        os.kill(child, signal.SIGKILL)
    process.kill()
    process.communicate()


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def ends(pid: int) -> bool:
    deadline = time.monotonic() + PATIENCE
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_running(pid)


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()


def test_a_process_whose_owner_was_killed_is_found_and_ended(
    run: str, owner: tuple[subprocess.Popen[str], int]
) -> None:
    process, child = owner
    assert leftovers(run) == [], "its owner lives"
    kill(process)
    [found] = leftovers(run)
    assert found.pid == child
    assert "a marked one" in found.command
    assert abs(found.started - time.time()) < 3600
    assert str(process.pid) in found.why and run in found.why
    assert leftovers("another run") == []
    assert end([found]) == []
    assert not is_running(child)
    assert leftovers(run) == []
    assert end([found]) == [], "already gone"


def test_a_process_that_took_over_the_id_is_spared(owner: tuple[subprocess.Popen[str], int]) -> None:
    _, child = owner
    assert end([Leftover(child, "what had the id before", psutil.Process(child).create_time() - 5, "")]) == []
    assert is_running(child)


def test_an_owner_whose_id_is_anothers_by_now_is_gone(run: str) -> None:
    lived_before = os.environ | {RUN: run, OWNER: f"{os.getpid()}@0"}
    marked = subprocess.Popen([sys.executable, "-c", SLEEP], env=lived_before)
    try:
        assert [found.pid for found in leftovers(run)] == [marked.pid]
    finally:
        kill(marked)  # type: ignore[arg-type]


def test_those_that_look_are_never_their_own_leftovers(run: str) -> None:
    looking = f"from pad_ray.teacher.orphans import leftovers; print(leftovers({run!r}))"
    wrapped = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {looking!r}], check=True)"
    environment = os.environ | {RUN: run, OWNER: f"{os.getpid()}@0"}
    printed = subprocess.run([sys.executable, "-c", wrapped], env=environment, capture_output=True, text=True)
    assert printed.stdout == "[]\n", printed.stderr


def test_the_mark_is_inherited_and_survives_a_new_process_title(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (RUN, OWNER, KEEP_ENVIRONMENT):
        monkeypatch.setenv(name, "")
    mark("a run")
    titled = "import setproctitle, sys; setproctitle.setproctitle('engine ' * 500); print(flush=True); sys.stdin.read()"
    process = subprocess.Popen([sys.executable, "-c", titled], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    environment = psutil.Process(process.pid).environ()
    process.communicate("")
    assert environment[RUN] == "a run"
    assert environment[OWNER].startswith(f"{os.getpid()}@")


@pytest.mark.parametrize("kind", ["marked", "unmarked"])
def test_marked_processes_die_with_their_parent(kind: str, tmp_path: Path) -> None:
    program = tmp_path / "parent.py"
    program.write_text(PARENT_OF_ONE)
    unmarked = {name: value for name, value in os.environ.items() if name not in (RUN, OWNER)}
    parent = subprocess.Popen([sys.executable, str(program), kind], stdout=subprocess.PIPE, text=True, env=unmarked)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert is_running(child)
    kill(parent)
    try:
        if kind == "marked":
            assert ends(child)
        else:
            time.sleep(0.1)
            assert is_running(child), "somebody else's engine"
    finally:
        if is_running(child):
            os.kill(child, signal.SIGKILL)
        parent.stdout.close()


def test_a_parent_that_is_gone_already_is_followed_at_once() -> None:
    done = subprocess.run([sys.executable, "-c", ADOPTED], capture_output=True, text=True, timeout=PATIENCE)
    assert done.stdout == "adopted\n", done.stderr


def test_the_process_that_makes_the_engine_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RUN, "a run")
    asked: list[int] = []
    monkeypatch.setattr("pad_ray.teacher.orphans.die_with_parent", asked.append)
    plugin()
    assert asked == []
