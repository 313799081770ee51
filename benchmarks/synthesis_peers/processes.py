"""Each contender is a process of its own: `pad-ray synthesize` as a user starts it, or a worker of this folder."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from harness.cores import on_cores
from harness.machine import ROOT

from synthesis_peers.ledger import Ledger, read_ledger
from synthesis_peers.settings import CONFIG, CORES

WORKERS = Path(__file__).resolve().parent
"""Where the workers' scripts are."""

PATIENCE_SECONDS = 900
"""After which a worker is taken for hung."""

RUN_PATIENCE_SECONDS = 3 * 3600
"""The same for a run: a million questions take a third of an hour."""

LOOK_SECONDS = 0.2
"""Between two looks at a driver's memory. The kernel keeps the peak; only one in the last moment would be missed."""

PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)

TAIL = 3000
"""Characters of a failed process' output that are shown."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A run that has ended."""

    ledger: Ledger
    began: float
    """Unix seconds at which the process was started."""
    peak_megabytes: float
    """Most resident memory of the driver; none of what it started."""


def synthesize(run_dir: Path, settings: Sequence[str], questions: int) -> Ran:
    """Run `pad-ray synthesize` to its end.

    Raises:
        RuntimeError: if it fails, hangs, or has not committed all of its questions.
    """
    log = run_dir.with_suffix(".log")
    command = [sys.executable, "-m", "pad_ray.cli", "synthesize", CONFIG, *settings]
    with open(log, "wb") as output, on_cores(min(CORES, len(os.sched_getaffinity(0)))):
        began, peak = time.time(), 0.0
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
        )  # fmt: skip
    try:
        while process.poll() is None:
            peak = peak_megabytes(process.pid) or peak
            if time.time() - began > RUN_PATIENCE_SECONDS:
                raise RuntimeError(f"pad-ray synthesize: not done within {RUN_PATIENCE_SECONDS} s")
            time.sleep(LOOK_SECONDS)
    finally:
        _end(process)
    if process.returncode:
        raise RuntimeError(f"pad-ray synthesize failed ({process.returncode}):\n{log.read_text('utf-8')[-TAIL:]}")
    ledger = read_ledger(run_dir)
    if ledger.questions != questions:
        raise RuntimeError(f"pad-ray synthesize: {questions} questions asked, {ledger.questions} committed")
    return Ran(ledger, began, peak)


def peak_megabytes(pid: int) -> float | None:
    """The most memory that was ever resident in a process; None once it is gone."""
    try:
        found = PEAK.search(Path(f"/proc/{pid}/status").read_text("ascii", "replace"))
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(found[1]) * 1024 / 1e6 if found else None


def run_worker(script: str, options: dict[str, Any], settings: Sequence[str] = ()) -> dict[str, Any]:
    """What a worker replies.

    Raises:
        RuntimeError: if it fails or hangs.
    """
    command = [sys.executable, str(WORKERS / script), json.dumps(options), CONFIG, *settings]
    with on_cores(min(CORES, len(os.sched_getaffinity(0)))):
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
            text=True, errors="replace",
        )  # fmt: skip
    try:
        output, errors = process.communicate(timeout=PATIENCE_SECONDS)
    except subprocess.TimeoutExpired as hung:
        raise RuntimeError(f"{script}: not done within {PATIENCE_SECONDS} s") from hung
    finally:
        _end(process)
    if process.returncode:
        raise RuntimeError(f"{script} failed ({process.returncode}):\n{errors[-TAIL:]}")
    answer: dict[str, Any] = json.loads(output.splitlines()[-1])
    return answer


def _end(process: subprocess.Popen[Any]) -> None:
    """Leave nothing of it behind, whatever stopped us."""
    if process.poll() is not None:
        return
    tree = [process, *psutil.Process(process.pid).children(recursive=True)]
    for each in tree:
        each.kill()
    process.wait()
