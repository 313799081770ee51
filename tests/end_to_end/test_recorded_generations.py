"""Recorded generations of real language models through `pad-ray verify`: the published counts by status.

The table is section 6 of the method's notes, made by running one program per fresh Python process under the same answer
contract.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from fresh import run_all_fresh

from pad_ray.executor import Outcome, Sandbox
from pad_ray.shards.reader import read_shards
from pad_ray.teacher.extract import extract_program

TABLE = {
    "gsm8k_test.codex_fewshot": {"right": 942, "wrong": 354, "raised": 12, "no_answer": 8, "timeout": 2},
    "svamp.codex_fewshot": {"right": 848, "wrong": 150, "raised": 1},
    "gsm8k_test.rho_1b": {"right": 751, "wrong": 552, "raised": 16},
}
"""Syntax errors are counted under `raised` in the table."""

CPU_SECONDS = 12
"""More than any program takes that ends, on machines that are slow."""


SETS = {
    "gsm8k_test.codex_fewshot": ["--dataset", "gsm8k", "--split", "test", "--path", "gsm8k/test.jsonl"],
    "svamp.codex_fewshot": ["--dataset", "svamp", "--path", "svamp/SVAMP.json"],
    "gsm8k_test.rho_1b": ["--dataset", "gsm8k", "--split", "test", "--path", "gsm8k"],
}


@pytest.mark.parametrize(
    "name", ["gsm8k_test.codex_fewshot", *(pytest.param(name, marks=pytest.mark.slow) for name in [*TABLE][1:])]
)
def test_verify_gives_the_published_counts_by_status(name: str, shared_data: Path, tmp_path: Path) -> None:
    *dataset, path = SETS[name]
    command = [
        *(sys.executable, "-m", "pad_ray.cli", "verify", *dataset, str(shared_data / path)),
        *("--generations", str(shared_data / "generations" / f"{name}.jsonl"), "--out", str(tmp_path / "out")),
        # Time-outs are decided by CPU, so load changes none; and one program answers after 4 s on a fast machine.
        *(f"executor.cpu_seconds={CPU_SECONDS}", "executor.wall_seconds=120"),
    ]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    counts = Counter(summary["statuses"])
    counts["raised"] += counts.pop("syntax", 0)
    assert dict(counts) == TABLE[name]
    assert summary["accuracy"] == pytest.approx(counts["right"] / summary["questions"])  # one has no completion
    assert f"{counts['right']:,}" in finished.stdout and summary["programs_per_second"] > 0
    assert sum(table.num_rows for table in read_shards(tmp_path / "out" / "shards")) == sum(counts.values())


@pytest.mark.parametrize("stride", [8, pytest.param(1, marks=pytest.mark.slow)])
def test_every_lane_and_a_fresh_interpreter_say_the_same(stride: int, shared_data: Path) -> None:
    """Of every eighth generation, and where there is time for it of every one."""
    sources = [
        extract_program(json.loads(line)["completion"])
        for name in TABLE
        for line in (shared_data / "generations" / f"{name}.jsonl").read_text().splitlines()
    ][::stride]
    limits = {"cpu_seconds": CPU_SECONDS, "wall_seconds": 120, "slots": 2}
    with Sandbox(**limits) as auto, Sandbox(**limits, lanes="solo") as solo:
        mixed, alone = list(auto.run(sources)), list(solo.run(sources))
    assert [told(outcome) for outcome in mixed] == [told(outcome) for outcome in alone]
    assert Counter(outcome.lane for outcome in mixed)["shared"] > 0.95 * len(sources)
    fresh = run_all_fresh(sources, cpu_seconds=CPU_SECONDS + 1)
    different = [
        (source, told(ours), theirs)
        for source, ours, theirs in zip(sources, mixed, fresh, strict=True)
        if told(ours) != theirs
    ]
    assert different == []


def told(outcome: Outcome) -> tuple[str, str, str, int]:
    """An outcome in the words of `fresh.py`; an answer is cut at 4,096 bytes here and nowhere near them in the files."""
    return outcome.status, outcome.answer, outcome.error_type, outcome.error_line
