"""Synthesis on a real cluster of its own, killed and resumed, and through the job server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import psutil
import pytest

from pad_ray.shards.reader import is_whole, read_shards, records

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = 600
BLOCK = 20
SETTINGS = [
    "configs/quickstart.yaml",
    "teacher.engine=reference",
    f"questions.limit={QUESTIONS}",
    f"synthesis.block_size={BLOCK}",
    "synthesis.near_duplicates=null",
    "synthesis.decontaminate=false",
]


MARK = "PAD_RAY_TEST"
"""An environment variable by which a test knows the processes that it started, however far from it they have moved."""


def _kill_marked(mark: str) -> None:
    """kill -9 of everything started under `mark`: drivers, raylets, workers; no other cluster of this machine."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(MARK) == mark:
                process.kill()


def _synthesize(run_dir: Path, mark: str) -> subprocess.Popen[str]:
    """`pad-ray synthesize` as a user starts it."""
    return subprocess.Popen(
        [sys.executable, "-m", "pad_ray.cli", "synthesize", *SETTINGS, f"run_dir={run_dir}"],
        cwd=ROOT,
        env=os.environ | {MARK: mark},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _questions_done(run_dir: Path) -> list[str]:
    shards = run_dir / "synthesis" / "shards"
    assert all(is_whole(shards, record) for record in records(shards))
    return [row for table in read_shards(shards) for row in table["question_id"].to_pylist()]


def test_a_run_that_is_killed_ends_with_every_question_exactly_once(tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    shards = run_dir / "synthesis" / "shards"
    random, mark = Random(1), uuid.uuid4().hex
    killed_with_work_left = 0
    for _ in range(2):
        process = _synthesize(run_dir, mark)
        wanted = len(list(shards.glob("*.json"))) + random.randint(1, 4)
        while process.poll() is None and len(list(shards.glob("*.json"))) < wanted:
            time.sleep(0.02)
        killed_with_work_left += process.poll() is None
        _kill_marked(mark)
        process.wait()
        time.sleep(random.random())
    before = {
        path.name: path.stat().st_mtime_ns for path in shards.glob("*.arrow") if path.with_suffix(".json").exists()
    }
    output, _ = (process := _synthesize(run_dir, mark)).communicate()
    assert process.returncode == 0, output
    assert killed_with_work_left, "no kill hit a run with work left: the test shows nothing"
    done = _questions_done(run_dir)
    assert sorted(done) == sorted(f"wordsums/train-4/1/{i}" for i in range(QUESTIONS))
    after = {path.name: path.stat().st_mtime_ns for path in shards.glob("*.arrow")}
    assert before.items() <= after.items(), "what was committed before the kill was made again"
    manifest = json.loads((run_dir / "synthesis" / "manifest.json").read_text())
    assert manifest["complete"] and manifest["statuses"] == {"right": QUESTIONS}

    # A damaged shard is noticed and made again, and only that one.
    damaged = shards / "shard-000003.arrow"
    stamps = {path.name: path.stat().st_mtime_ns for path in shards.glob("*.arrow") if path != damaged}
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    output, _ = (process := _synthesize(run_dir, mark)).communicate()
    assert process.returncode == 0, output
    assert sorted(_questions_done(run_dir)) == sorted(done)
    assert stamps.items() <= {path.name: path.stat().st_mtime_ns for path in shards.glob("*.arrow")}.items()


AGENT_SECONDS = 60
"""For the agent of a node that has just been started."""


@pytest.fixture
def job_server() -> Iterator[dict[str, str]]:
    """A head node as `ray start` makes it, with its job server on loopback and token authentication."""
    port, dashboard, agent = 26379, 28265, 28266
    environment = os.environ | {
        MARK: uuid.uuid4().hex,
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": "f" * 64,
        "RAY_ADDRESS": f"http://127.0.0.1:{dashboard}",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    subprocess.run(
        ["ray", "start", "--head", f"--port={port}", f"--dashboard-port={dashboard}", "--dashboard-host=127.0.0.1",
         f"--dashboard-agent-listen-port={agent}",  # with the default one, any other cluster here would keep jobs out
         "--node-ip-address=127.0.0.1", "--num-cpus=2", "--object-store-memory=200000000", "--disable-usage-stats"],
        env={k: v for k, v in environment.items() if k != "RAY_ADDRESS"}, check=True, capture_output=True,
    )  # fmt: skip
    yield environment
    _kill_marked(environment[MARK])


def test_a_job_runs_on_a_cluster_through_its_job_server(job_server: dict[str, str], tmp_path: Path) -> None:
    command = ["ray", "job", "submit", "--working-dir", ".", "--", "python", "jobs/synthesize.py", *SETTINGS]
    deadline = time.monotonic() + AGENT_SECONDS
    while True:
        submitted = subprocess.run(
            [*command, f"run_dir={tmp_path / 'run'}", "questions.limit=40"],
            cwd=ROOT, env=job_server, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if "No available agent" not in submitted.stderr + submitted.stdout or time.monotonic() > deadline:
            break
        time.sleep(1)  # `ray start` returns before the agent that takes jobs is up
    assert submitted.returncode == 0, submitted.stdout + submitted.stderr
    assert len(_questions_done(tmp_path / "run")) == 40

    doctor = subprocess.run(
        [sys.executable, "-m", "pad_ray.cli", "doctor", "--address", "127.0.0.1:26379"],
        env={k: v for k, v in job_server.items() if k != "RAY_ADDRESS"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr
    assert "seccomp" in doctor.stdout and "not ok" not in doctor.stdout

    without_token = {k: v for k, v in job_server.items() if k != "RAY_AUTH_TOKEN"} | {"RAY_AUTH_TOKEN": "0" * 64}
    refused = subprocess.run(command, cwd=ROOT, env=without_token, capture_output=True, text=True, check=False)
    assert refused.returncode != 0, "a wrong token was let in"


def test_chains_of_thought_are_judged_without_an_executor(tmp_path: Path) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "pad_ray.cli", "synthesize", *SETTINGS, f"run_dir={tmp_path / 'run'}",
         "questions.limit=40", "teacher.engine=dummy", "teacher.prompt.version=rationale-v1",
         "synthesis.guard.least_yield=0"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert len(set(_questions_done(tmp_path / "run"))) == 40
