"""The stage that Ray Data runs: an engine, and around it the closed loop of every question that it is given.

A question is drawn, each program is judged the moment it is finished, while others are still being written, and
`QuestionLoop` decides: enough, more, or given up. A part whose questions have all ended is committed as one shard, and
only its number goes on through Ray Data.

What dies is replaced from outside: an engine that dies takes this process with it, Ray restarts the actor and gives the
new one the same rows, of which the parts that are committed are passed over.
"""

from __future__ import annotations

import asyncio
import logging
import os
import platform
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from pad_ray.errors import DrawFailed, EngineDied, RefusedPrompt, TeacherError
from pad_ray.executor.judge import task
from pad_ray.executor.service import JudgeService
from pad_ray.records import Completion, Judged, Program, Question, Status, Verdict, judged_table, program_id
from pad_ray.shards.place import Place
from pad_ray.shards.writer import record_name, write_shard
from pad_ray.synthesis.admission import Admission
from pad_ray.synthesis.counters import SynthesisCounters
from pad_ray.synthesis.figures import Figures
from pad_ray.synthesis.job import Job
from pad_ray.synthesis.parts import PartReader
from pad_ray.synthesis.sampling import Prior, QuestionLoop
from pad_ray.synthesis.selection import program_key
from pad_ray.synthesis.stated import stated_verdict
from pad_ray.teacher import orphans
from pad_ray.teacher.extract import extract_program

Row = dict[str, Any]

Drawn = tuple[Program, Verdict, str]
"""A program, its verdict, and its key if it is right."""

Paid = tuple[Program, int]
"""A program, and the tokens that were discarded on the way to it."""

REPORT_SECONDS = 1.0
"""Between two reports to the board: what a person can follow, and nothing beside a part's seconds."""

BOARD_SECONDS = 10.0
"""Within which a board answers that is alive; the sums are told again a second later."""

MOST_FAILED_IN_A_ROW = 20
"""Questions whose draws failed, with none done in between: one is a hiccup of a server, twenty are a server that fails
at everything."""

MOST_REFUSED_IN_A_ROW = 200
"""Questions that the engine refused, with none done in between: no set has so many long ones in a row, but a limit that
is set too low refuses all."""

ENGINE_DIED_EXIT = 70
"""Exit code of a process whose engine died (EX_SOFTWARE), for whoever reads Ray's logs."""


@dataclass(slots=True)
class Ended:
    """What a question came to."""

    question: Question
    rows: list[Judged]
    """The draws that count, in order."""
    satisfied: bool
    given_up: bool
    wasted_tokens: int
    dollars: float
    cpu_seconds: float
    """Of its programs."""
    failure: str = ""
    """Why it could not be done; empty if it was."""


class Synthesize:
    """Ray Data actor: {set: its number in the job, parts: [index]} -> {set, parts: [index that is committed]}."""

    def __init__(self, job: Job, executors: Sequence[Any], board: Any) -> None:
        import ray

        self._job = job
        self._executors = executors
        self._board = board
        self._worker = f"{ray.get_runtime_context().get_actor_id()}-{uuid.uuid4().hex[:8]}"
        time.sleep(ray.get(board.turn.remote()))
        # A run that is being halted is told before anything is paid for, and costs no loading of an engine.
        self._stop = bool(ray.get(board.report.remote(self._worker, Figures())))
        orphans.mark(job.run)
        self._end_leftovers()
        if not self._stop:
            self._engine = job.make(job.engine)
            self._readers = [PartReader(questions) for questions, _ in job.sets]
        self._prior = Prior()
        self._admission = Admission(job.engine.max_sequences, job.block_size * job.policy.first_draws)
        self._counters = SynthesisCounters()
        self._sums: Counter[str] = Counter()
        """Of `Figures`, by name; dollars are fractions."""
        self._programs: Counter[str] = Counter()
        self._failed_in_a_row = self._aborted = self._told_failures = 0
        self._refused_in_a_row = 0
        self._dying = False
        self._service: JudgeService | None = None
        self._reports: asyncio.Task[None] | None = None

    def _end_leftovers(self) -> None:
        """Engines of a run's earlier attempt, if any outlived it, hold the memory that this one needs."""
        for leftover in (found := orphans.leftovers(self._job.run)):
            self._board.note.remote(
                f"left over from an earlier attempt and ended: process {leftover.pid} of node {platform.node()}, "
                f"{leftover.command} ({leftover.why})"
            )
        orphans.end(found)

    async def __call__(self, row: Row) -> Row:
        """Do the parts of a row, as many at a time as the engine has room for."""
        if self._reports is None:  # made here, because both belong to the event loop
            key = partial(program_key, answer_from=self._job.answer_from)
            if self._executors:
                self._service = JudgeService(self._executors, key)
            self._reports = asyncio.create_task(self._report_always())
        number = int(row["set"])
        parts = [asyncio.create_task(self._part(number, int(index))) for index in row["parts"]]
        try:
            committed = await asyncio.gather(*parts)
        except EngineDied as death:
            await self._die(death)
            raise
        finally:
            await _cancel(parts)
        await self._report()
        return row | {"parts": [index for index, done in zip(row["parts"], committed, strict=True) if done]}

    async def _part(self, number: int, index: int) -> bool:
        """Whether part `index` of set `number` is committed: the run may be told to stop before it is taken up."""
        await self._admission.enter()
        try:
            if self._stop or self._dying:
                return False
            _, shards = self._job.sets[number]
            if not await asyncio.to_thread(shards.exists, record_name(index)):
                await self._make(self._readers[number], shards, index)
            return True
        finally:
            self._admission.leave()

    async def _make(self, reader: PartReader, shards: Place, index: int) -> None:
        started = time.time()
        questions = [
            asyncio.create_task(self._question(question))
            for question in await asyncio.to_thread(reader.questions, index)
        ]
        try:
            ended = await asyncio.gather(*questions)
        finally:
            await _cancel(questions)
        rows = [row for question in ended for row in question.rows]
        gained = {
            "questions": len(ended),
            "satisfied": sum(e.satisfied for e in ended),
            "given_up": sum(e.given_up for e in ended),
            "failed": sum(bool(e.failure) for e in ended),
            "kept": sum(row.kept for row in rows),
        }
        aborted, self._aborted = self._engine.aborted_tokens - self._aborted, self._engine.aborted_tokens
        self._sums.update(wasted_tokens=aborted, completion_tokens=aborted)
        await asyncio.to_thread(
            write_shard,
            shards,
            index,
            judged_table(rows),
            **gained,
            started=started,
            finished=time.time(),
            wasted_tokens=aborted + sum(e.wasted_tokens for e in ended),
            dollars=sum(e.dollars for e in ended),
            cpu_seconds=sum(e.cpu_seconds for e in ended),
            attempt=self._job.attempt,
            failures=[{"question_id": e.question.question_id, "reason": e.failure} for e in ended if e.failure],
        )
        self._sums.update(gained, parts=1)

    async def _question(self, question: Question) -> Ended:
        loop = QuestionLoop(self._job.policy, self._prior)
        drawn: dict[int, Drawn] = {}
        paid: dict[int, Paid] = {}
        under_way: dict[asyncio.Task[Drawn | None], int] = {}
        try:
            while not loop.ended:
                for index in loop.next_draws(idle=self._job.eager and self._admission.idle):
                    under_way[asyncio.create_task(self._draw(question, index, paid))] = index
                finished, _ = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                for one in finished:
                    index = under_way.pop(one)
                    try:
                        result = one.result()
                    except (RefusedPrompt, DrawFailed) as failure:
                        loop.fail(index, failure)
                        continue
                    if result is None:
                        loop.exhaust(index)
                    else:
                        drawn[index] = result
                        _, verdict, key = result
                        loop.take(index, right=verdict.status == Status.RIGHT, key=key)
        finally:
            await _cancel(under_way)
        self._count_failures(loop.failure)
        kept = set(loop.kept)
        wasted = sum(
            discarded + (program.tokens if index >= loop.drawn else 0) for index, (program, discarded) in paid.items()
        )
        self._sums["wasted_tokens"] += wasted
        return Ended(
            question,
            [Judged(question, *drawn[index][:2], kept=index in kept) for index in range(loop.drawn)],
            satisfied=loop.satisfied,
            given_up=loop.given_up,
            wasted_tokens=wasted,
            dollars=sum(self._price(program) for program, _ in paid.values()),
            cpu_seconds=sum(verdict.cpu_ms for _, verdict, _ in drawn.values()) / 1000,
            failure=str(loop.failure or ""),
        )

    def _count_failures(self, failure: Exception | None) -> None:
        """Raise a `TeacherError` where everything fails: a whole set would be counted as failed in minutes."""
        self._failed_in_a_row = self._failed_in_a_row + 1 if isinstance(failure, DrawFailed) else 0
        self._refused_in_a_row = self._refused_in_a_row + 1 if isinstance(failure, RefusedPrompt) else 0
        for count, most in (
            (self._failed_in_a_row, MOST_FAILED_IN_A_ROW),
            (self._refused_in_a_row, MOST_REFUSED_IN_A_ROW),
        ):
            if count >= most:
                raise TeacherError(f"{count} questions in a row could not be asked; the last one: {failure}")

    async def _draw(self, question: Question, index: int, paid: dict[int, Paid]) -> Drawn | None:
        """One program and its verdict; None if the engine has no such draw. `paid`: gets all that was written."""
        plan = self._job.draws
        self._admission.draw_started()
        try:
            completion = await self._engine.draw(plan.prompt(question, index), plan.draw(question, index))
        finally:
            self._admission.draw_ended()
        if completion is None:
            return None
        program = self._program(question, index, completion)
        paid[index] = program, completion.discarded_tokens
        self._sums["completion_tokens"] += program.tokens + completion.discarded_tokens
        self._sums["prompt_tokens"] += program.prompt_tokens
        self._sums["dollars"] += self._price(program)  # type: ignore[assignment]
        self._admission.judging_started()
        try:
            verdict, key = await self._judge(question, program)
        finally:
            self._admission.judging_ended()
        self._programs[verdict.status] += 1
        return program, verdict, key

    def _program(self, question: Question, index: int, completion: Completion) -> Program:
        version = self._job.draws.prompt_version
        return Program(
            program_id=program_id(question.question_id, version, index),
            question_id=question.question_id,
            draw=index,
            code=extract_program(completion.text),
            completion=completion.text,
            model=self._engine.name,
            prompt_version=version,
            tokens=completion.tokens,
            prompt_tokens=completion.prompt_tokens,
            logprob=completion.logprob,
        )

    async def _judge(self, question: Question, program: Program) -> tuple[Verdict, str]:
        if program.prompt_version.startswith("rationale"):
            return stated_verdict(question, program), program.completion
        assert self._service is not None
        return await self._service.judge(task(question, program))

    def _price(self, program: Program) -> float:
        prices = self._job.engine.endpoint
        return (
            program.prompt_tokens * prices.dollars_per_million_prompt_tokens
            + program.tokens * prices.dollars_per_million_completion_tokens
        ) / 1e6

    async def _report_always(self) -> None:
        import ray

        while True:
            await asyncio.sleep(REPORT_SECONDS)
            try:
                await self._report()
            except ray.exceptions.RayError as error:  # a node of Ray's is away; the sums are told again
                logging.getLogger(__name__).warning("the board could not be told: %s", error)

    async def _report(self) -> None:
        failures = self._service.failures if self._service else 0
        if self._service and failures > self._told_failures:
            self._board.note.remote(f"executors failed and are started again: {self._service.last_failure}")
            self._told_failures = failures
        figures = Figures(
            programs=dict(self._programs),
            in_flight=self._admission.draws,
            executor_failures=failures,
            **self._sums,  # type: ignore[arg-type]
        )
        self._counters.tell(figures, engines=int(not self._sums["engine_deaths"]))
        with suppress(TimeoutError):  # a board that is being started again learns it the next time
            self._stop = await asyncio.wait_for(self._board.report.remote(self._worker, figures), BOARD_SECONDS)

    async def _die(self, death: EngineDied) -> None:
        """End this process: Ray makes another, with another engine, and nothing of the dead one is left in it."""
        if self._dying:  # all calls under way learn of it; one tells
            await asyncio.Event().wait()
        self._dying = True
        logging.getLogger(__name__).error("the engine died: %s", death)
        self._sums["engine_deaths"] += 1
        await self._report()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._board.engine_died.remote(self._worker, str(death)), BOARD_SECONDS)
        os._exit(ENGINE_DIED_EXIT)


async def _cancel(tasks: Any) -> None:
    """End what is still under way, and wait until it has ended: a draw aborts its request on the way out."""
    for one in tasks:
        one.cancel()
    if tasks:
        await asyncio.gather(*tasks, return_exceptions=True)
