"""The watchdog in real processes: two ranks, one of which does not get on."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from pad_ray.student.watchdog import HANG_FILE, HANGS_FOLDER, RANKS_FOLDER, recorded_hangs

RANK = """
import sys, time
from pathlib import Path
from pad_ray.student.watchdog import Watchdog

rank, what = int(sys.argv[2]), sys.argv[3]

def read_from_a_disk_that_does_not_answer():
    time.sleep(600)

def others():
    return [p for p in (Path(sys.argv[1]) / "ranks").glob("rank-*.json") if "loading" not in p.read_text()]

with Watchdog(Path(sys.argv[1]), attempt="a", start="s", rank=rank, ranks=2, limit=2.0) as watch:
    watch.at("loading the model")
    watch.settled()
    watch.at("step 1, reading")
    while len(others()) < 2:
        time.sleep(0.05)
    if what == "excused" and rank == 1:
        with watch.excused("writing a savepoint", None):
            time.sleep(5)
    elif what == "reads" and rank == 1:
        read_from_a_disk_that_does_not_answer()
    else:
        watch.at("step 1, forward")
        time.sleep(5 if what == "excused" else 600)
"""


@contextmanager
def ranks(folder: Path, what: str) -> Iterator[list[subprocess.Popen]]:
    started = [subprocess.Popen([sys.executable, "-c", RANK, str(folder), str(rank), what]) for rank in range(2)]
    try:
        yield started
    finally:
        for rank in started:
            rank.kill()
            rank.wait()


def report(folder: Path) -> dict:
    return json.loads((folder / HANGS_FOLDER / "s" / HANG_FILE).read_text())


def test_the_one_that_sleeps_is_named_with_its_stack_and_both_end(tmp_path: Path) -> None:
    with ranks(tmp_path, "reads") as both:
        assert [rank.wait(timeout=60) for rank in both] == [1, 1]
        message = report(tmp_path)["message"]
        assert f"rank 1 ({os.uname().nodename}, process {both[1].pid}) is at step 1, reading [" in message
    assert "in read_from_a_disk_that_does_not_answer" in message
    assert recorded_hangs(tmp_path, "a") == [message]
    assert recorded_hangs(tmp_path, "another attempt") == []
    said = [json.loads(line) for line in (tmp_path / "progress.jsonl").read_text().splitlines()]
    assert [entry["message"] for entry in said] == [message + "; all ranks are ended"]


def test_a_stopped_one_is_named_and_killed(tmp_path: Path) -> None:
    with ranks(tmp_path, "waits") as both:
        position = tmp_path / RANKS_FOLDER / "rank-0.json"
        while "forward" not in (position.read_text() if position.exists() else ""):
            time.sleep(0.05)
        both[0].send_signal(signal.SIGSTOP)
        assert both[1].wait(timeout=60) == 1
        assert both[0].wait(timeout=60) == -signal.SIGKILL
        assert f"process {both[0].pid}) runs no more" in report(tmp_path)["message"]


def test_who_is_excused_may_take_longer(tmp_path: Path) -> None:
    with ranks(tmp_path, "excused") as both:
        assert [rank.wait(timeout=60) for rank in both] == [0, 0]
    assert not (tmp_path / HANGS_FOLDER).exists()


@pytest.fixture
def bystander() -> Iterator[psutil.Process]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield psutil.Process(process.pid)
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    process.wait()


def test_a_process_that_only_has_the_same_id_is_left_alone(bystander: psutil.Process) -> None:
    from pad_ray.student.hang import Position
    from pad_ray.student.watchdog import kill_if_here

    rank = {"rank": 0, "place": "", "passed": 0, "changes": 0, "writes": 0, "patience": None, "pid": bystander.pid}
    here, created = os.uname().nodename, bystander.create_time()
    kill_if_here(Position(host=here, created=created - 1000, **rank))
    kill_if_here(Position(host="another-node", created=created, **rank))
    assert bystander.status() != psutil.STATUS_ZOMBIE
    kill_if_here(Position(host=here, created=created, **rank))
    assert bystander.wait(timeout=10) is not None
