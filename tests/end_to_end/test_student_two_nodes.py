"""A training on two nodes, one of which dies: it waits for another, says so, and goes on where it was."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from raylets import ROOT, Raylets
from trainings import EXAMPLES

from pad_ray.student.cursor import Steps
from pad_ray.student.savepoint import read

RANKS = 3
"""Of half a CPU each, on nodes of one: two on one node, one on the other."""


def heard(training: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    assert training.stdout is not None
    for line in training.stdout:
        if line.startswith("{"):
            yield json.loads(line)


@pytest.mark.slow
def test_a_node_that_dies_is_waited_for_and_the_training_goes_on(corpus: Path, llama: Path, tmp_path: Path) -> None:
    out_dir, said = tmp_path / "out", (tmp_path / "said").open("w+")
    with Raylets(nodes=1) as raylets:
        asked = [raylets.address, str(corpus), str(llama), str(out_dir), str(RANKS)]
        training = subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "training_driver.py"), *asked],
            cwd=ROOT, env=raylets.environment, stdout=subprocess.PIPE, stderr=said, text=True,
        )  # fmt: skip
        messages, killed = [], 0
        for entry in heard(training):
            messages.append(entry.get("message", ""))
            if not killed and entry.get("step", 0) >= 25:
                killed = entry["step"]
                (lost,) = raylets.others
                lost.kill()
            if messages[-1].startswith("waiting"):
                raylets.add()
        code = training.wait()
    said.seek(0)
    assert code == 0, said.read()[-3000:]
    assert killed
    assert "waiting for CPUs for 3 ranks: each needs 0.5 CPU of one node, and the cluster has 1 CPU free" in messages
    assert any(message.startswith("training goes on from checkpoint-") for message in messages)
    steps = Steps(out_dir)
    last = max(json.loads(line).get("step", 0) for line in (out_dir / "progress.jsonl").read_text().splitlines())
    assert sum(len(ids) for step in range(1, last + 1) for ids in steps.programs(step)) == 2 * len(EXAMPLES)
    sealed = read(max((out_dir / "checkpoints").glob("checkpoint-*"), key=lambda folder: folder.stat().st_mtime))
    assert sealed is not None
    assert sealed.ranks == RANKS
