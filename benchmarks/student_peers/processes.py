"""Each contender is a process of its own, started anew each time: what is allocated or compiled at first, all pay."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
from harness.environments import environment
from harness.machine import ROOT

WORKERS = Path(__file__).resolve().parent
"""Where the workers' scripts are."""

PATIENCE_SECONDS = 1800
"""After which a worker is taken for hung."""

TAIL = 3000
"""Characters of a failed process' output that are shown."""

TRL = "trl==1.16.0"


def trl_interpreter(say: Callable[[str], None]) -> Path:
    """The interpreter of TRL's environment: the same torch, transformers and accelerate as ours.

    Raises:
        RuntimeError: it cannot be installed.
    """
    same = [f"{name}=={version(name)}" for name in ("torch", "transformers", "accelerate")]
    # As `make setup` does: where nobody says where torch's wheels lie, ask for the build of this machine.
    backend = () if os.environ.get("PIP_FIND_LINKS") else ("--torch-backend=auto",)
    return environment("trl", (TRL, *same), say, options=backend)


def run_worker(
    script: str, asked: dict[str, Any], scratch: Path, *, python: Path | None = None, cores: Sequence[int] = ()
) -> dict[str, Any]:
    """What a worker replies; it is told a scratch folder of its own, which is removed afterwards.

    Args:
        cores: those that it and what it starts may run on; empty for all.

    Raises:
        RuntimeError: if it fails or hangs.
    """
    with tempfile.TemporaryDirectory(dir=scratch, ignore_cleanup_errors=True) as folder:
        command = [str(python or sys.executable), str(WORKERS / script), json.dumps(asked | {"scratch": folder})]
        # Nothing here is asked of a hub.
        there = os.environ | {"HF_HUB_OFFLINE": "1"}
        process = subprocess.Popen(
            command, cwd=ROOT, env=there, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
            text=True, errors="replace", preexec_fn=(lambda: os.sched_setaffinity(0, cores)) if cores else None,
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
