"""The two stages that Ray Data runs: draw programs for a part of the questions, judge and commit them.

A row on the way is one part: its index, and its programs as one Arrow IPC buffer. So a part is never split or merged,
and becomes one shard.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pyarrow as pa

from pad_ray.config import EngineConfig, ExecutorConfig, SamplingConfig
from pad_ray.errors import SandboxError
from pad_ray.executor import Outcome, Sandbox
from pad_ray.executor.counters import ExecutorCounters
from pad_ray.executor.judge import judge
from pad_ray.executor.outcome import ANSWERED, verdict
from pad_ray.records import (
    JUDGED_SCHEMA,
    Program,
    Question,
    Verdict,
    judged_row,
    program_id,
    questions_of,
    to_table,
)
from pad_ray.shards.reader import read_table
from pad_ray.shards.writer import write_shard
from pad_ray.teacher.engine import Prompt, draw_seed, make_engine
from pad_ray.teacher.extract import extract_answer, extract_program
from pad_ray.teacher.prompt import Demonstration, render

Row = dict[str, Any]

JUDGE_ATTEMPTS = 3
"""Sandboxes in which a part is tried before the run is given up: the machine may be short of processes for a while."""

JUDGE_PAUSE_SECONDS = 5.0
"""Before the second attempt; twice as long before the third."""

UNJUDGED = Verdict(status="")


class DrawPrograms:
    """Ray Data actor: a part of questions -> the programs that the engine writes for them."""

    def __init__(
        self,
        engine: EngineConfig,
        sampling: SamplingConfig,
        prompt_version: str,
        demonstrations: tuple[Demonstration, ...],
        seed: int,
    ) -> None:
        self._engine = make_engine(engine)
        self._sampling = sampling
        self._version = prompt_version
        self._demonstrations = demonstrations
        self._seed = seed

    async def __call__(self, row: Row) -> Row:
        """{part, path} -> {part, questions, started, programs: an IPC buffer of `JUDGED_SCHEMA` without verdicts}."""
        started = time.time()
        questions = list(questions_of(read_table(Path(row["path"]))))
        drawn = await asyncio.gather(*(self._draw(question) for question in questions))
        rows = [
            judged_row(question, program, UNJUDGED)
            for question, programs in zip(questions, drawn, strict=True)
            for program in programs
        ]
        return {
            "part": row["part"],
            "questions": len(questions),
            "started": started,
            "programs": to_buffer(to_table(rows, JUDGED_SCHEMA)),
        }

    async def _draw(self, question: Question) -> list[Program]:
        prompt = Prompt(render(self._version, demonstrations=self._demonstrations, question=question.text), question)
        seed = draw_seed(self._seed, question.question_id)
        completions = await self._engine.sample(prompt, self._sampling, n=self._sampling.samples, seed=seed)
        return [
            Program(
                program_id=program_id(question.question_id, self._version, draw),
                question_id=question.question_id,
                draw=draw,
                code=extract_program(completion.text),
                completion=completion.text,
                model=self._engine.name,
                prompt_version=self._version,
                tokens=completion.tokens,
                prompt_tokens=completion.prompt_tokens,
                logprob=completion.logprob,
            )
            for draw, completion in enumerate(completions)
        ]


class JudgeAndCommit:
    """Ray Data actor: programs of a part -> a committed shard of verdicts; only its record goes on."""

    def __init__(self, executor: ExecutorConfig, shards: str, prompt_version: str) -> None:
        self._executor = executor
        self._sandbox = Sandbox.from_config(executor)
        self._counters = ExecutorCounters()
        self._shards = Path(shards)
        self._stated = prompt_version.startswith("rationale")

    def __call__(self, row: Row) -> Row:
        """{part, questions, started, programs} -> {part, questions, programs, right, tokens}."""
        pairs = [split_row(drawn) for drawn in from_buffer(row["programs"]).to_pylist()]
        verdicts = [stated_verdict(*pair) for pair in pairs] if self._stated else self._judge(pairs)
        judged = [judged_row(q, p, v) for (q, p), v in zip(pairs, verdicts, strict=True)]
        record = write_shard(
            self._shards,
            row["part"],
            to_table(judged, JUDGED_SCHEMA),
            questions=row["questions"],
            started=row["started"],
            finished=time.time(),
        )
        return {
            "part": record.index,
            "questions": record.questions,
            "programs": record.rows,
            "right": record.statuses.get("right", 0),
            "tokens": record.tokens,
        }

    def _judge(self, pairs: list[tuple[Question, Program]]) -> list[Verdict]:
        """A failure of the machinery is no verdict: the part is judged again in a fresh sandbox, a few times."""
        for attempt in range(1, JUDGE_ATTEMPTS + 1):
            try:
                verdicts = judge(self._sandbox, pairs)
            except SandboxError:
                if attempt == JUDGE_ATTEMPTS:
                    raise
                self._sandbox.close()
                time.sleep(attempt * JUDGE_PAUSE_SECONDS)
                self._sandbox = Sandbox.from_config(self._executor)
            else:
                self._counters.judged(verdicts)
                return verdicts
        raise AssertionError("unreachable")


def stated_verdict(question: Question, program: Program) -> Verdict:
    """A chain of thought is judged by the answer that it states; there is nothing to run."""
    answer = extract_answer(program.completion)
    return verdict(Outcome(ANSWERED if answer else "no_answer", answer, isolation="text"), question)


def split_row(row: Row) -> tuple[Question, Program]:
    """A row of `JUDGED_SCHEMA` -> its question and its program."""
    question = Question(**{name: row[name] for name in Question.__slots__})
    return question, Program(**{name: row[name] for name in Program.__slots__})


def to_buffer(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def from_buffer(buffer: bytes) -> pa.Table:
    return pa.ipc.open_stream(buffer).read_all()
