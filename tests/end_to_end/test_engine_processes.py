"""vLLM with the model in processes of its own, as on GPUs: who dies with whom."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import psutil

from pad_ray.config import EngineConfig
from pad_ray.errors import EngineDied
from pad_ray.records import Question
from pad_ray.teacher.engine import Draw, Prompt
from pad_ray.teacher.orphans import leftovers, mark
from pad_ray.teacher.prompt import render
from pad_ray.teacher.vllm import VllmEngine

RUN = "test_engine_processes"

PATIENCE = 30.0
"""Seconds for processes to end, on a machine that does much else."""

DRAWS_UNDER_WAY = 32


def core_processes() -> list[int]:
    """Those of this process's descendants that run the model, or a part of it."""
    return [child.pid for child in psutil.Process().children(recursive=True) if "VLLM" in " ".join(child.cmdline())]


def prompt() -> Prompt:
    question = Question("q/1", "Tom has 3 apples and buys 4 more. How many apples does he have?", "7")
    return Prompt(render("program-v1", question=question.text), question)


def draw(index: int) -> Draw:
    return Draw(index, seed=index, temperature=2.0, top_p=1.0, max_tokens=400)


async def load_and_wait(out: Path) -> None:
    """Load an engine, have it write, tell its processes, and wait to be killed."""
    engine = VllmEngine(EngineConfig(), own_process=True)
    await engine.draw(prompt(), draw(0))
    out.with_suffix(".new").write_text(json.dumps(core_processes()))
    out.with_suffix(".new").rename(out)
    while True:
        await engine.draw(prompt(), draw(1))


async def cancel_all(engine: VllmEngine) -> int:
    """Cancel draws when the first one is done, do one more, and say how many the engine still has."""
    drawn = [asyncio.ensure_future(engine.draw(prompt(), draw(index))) for index in range(DRAWS_UNDER_WAY)]
    await asyncio.wait(drawn, return_when=asyncio.FIRST_COMPLETED)
    for one in drawn:
        one.cancel()
    await asyncio.gather(*drawn, return_exceptions=True)
    await engine.draw(prompt(), draw(0))
    return int(engine._stepper._engine.llm.get_num_unfinished_requests())  # type: ignore[union-attr]


async def at_once_and_by_lines(engine: VllmEngine) -> list[list[object]]:
    """The greedy program for a question, as [text, tokens]: written at once, and line by line with what each line was."""
    greedy = Draw(0, seed=0, temperature=0.0, top_p=1.0, max_tokens=200)
    whole = await engine.draw(prompt(), greedy)
    lines, tokens, over = [], (), False
    while not over:
        line = await engine.line(prompt(), tokens, greedy)
        assert line.tokens[: len(tokens)] == tokens and line.logprob < 0
        tokens, over = line.tokens, line.ended
        lines.append(line.text)
    assert len(lines) == whole.text.count("\n") + 1 > 4
    assert all(later.startswith(earlier) for earlier, later in pairwise(lines))
    return [[whole.text, whole.tokens], [lines[-1], len(tokens)]]


async def load_and_kill(out: Path) -> None:
    """Load an engine, kill its process in the middle of draws, and note what becomes of these and of a later one."""
    engine = VllmEngine(EngineConfig(), own_process=True)
    same = await at_once_and_by_lines(engine)
    unfinished, aborted = await cancel_all(engine), engine.aborted_tokens
    drawn = [asyncio.ensure_future(engine.draw(prompt(), draw(index))) for index in range(DRAWS_UNDER_WAY)]
    while not engine._stepper._answers:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    for pid in core_processes():
        os.kill(pid, signal.SIGKILL)
    outcomes = await asyncio.gather(*drawn, return_exceptions=True)
    try:
        await engine.draw(prompt(), draw(0))
    except EngineDied as error:
        outcomes.append(error)
    await engine.close()
    await engine.close()
    told = [[isinstance(outcome, EngineDied), str(outcome)] for outcome in outcomes]
    out.write_text(
        json.dumps(
            {"same": same, "unfinished": unfinished, "aborted": aborted, "outcomes": told, "left": core_processes()}
        )
    )


def start(what: str, out: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, __file__, what, str(out)])


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_the_processes_of_an_engine_die_with_the_one_that_made_it(tmp_path: Path) -> None:
    out = tmp_path / "processes.json"
    process = start("load_and_wait", out)
    try:
        while not out.exists():
            assert process.poll() is None
            time.sleep(0.1)
        running = json.loads(out.read_text())
        assert len(running) >= 1
        assert all(is_running(pid) for pid in running)
    finally:
        process.kill()
        process.wait()
    deadline = time.monotonic() + PATIENCE
    while any(is_running(pid) for pid in running) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not [pid for pid in running if is_running(pid)]
    assert not [left for left in leftovers(RUN) if left.pid in running]


def test_programs_come_line_by_line_and_draws_are_told_that_the_process_of_their_engine_was_killed(
    tmp_path: Path,
) -> None:
    out = tmp_path / "outcomes.json"
    process = start("load_and_kill", out)
    try:
        assert process.wait(timeout=300) == 0
    finally:
        process.kill()
    noted = json.loads(out.read_text())
    assert noted["same"][0] == noted["same"][1]
    assert noted["unfinished"] == 0, "aborted with the draws that were cancelled"
    assert noted["aborted"] > 0, "what they had written is counted"
    assert len(noted["outcomes"]) == DRAWS_UNDER_WAY + 1
    for died, message in noted["outcomes"]:
        assert died, message
        assert "the engine died" in message
        assert "\n" not in message
    assert noted["left"] == []


if __name__ == "__main__":
    mark(RUN)
    asyncio.run({"load_and_wait": load_and_wait, "load_and_kill": load_and_kill}[sys.argv[1]](Path(sys.argv[2])))
