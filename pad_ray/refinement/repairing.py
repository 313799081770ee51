"""An engine that repairs its programs: run, feedback, another try. To a flow it is an engine like any other.

Nothing is known of the gold answer here: what is told is what the program does, and of two answers the question's
numbers decide, and how sure the model is. Programs and feedback are those of
training (`templates.REPAIR`, `feedback`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pad_ray.config import EngineConfig, ExecutorConfig
from pad_ray.errors import RefusedPrompt
from pad_ray.executor.outcome import verdict
from pad_ray.executor.steady import SteadySandbox
from pad_ray.gather import Gather
from pad_ray.records import RAN, Completion, Question, Verdict
from pad_ray.refinement.feedback import feedback
from pad_ray.refinement.numbers import misread
from pad_ray.student.templates import REPAIR
from pad_ray.synthesis.flow import Maker
from pad_ray.teacher.engine import Draw, Engine, Prompt, make_engine
from pad_ray.teacher.extract import extract_program
from pad_ray.teacher.prompt import render

BATCH = 128
"""Programs that are run together: milliseconds."""

NOTHING_KNOWN = Question("", "", "", "text")
"""What programs are judged against here: what ran is `wrong`, whatever it gave."""

What = Literal["loud", "all"]

TAKES = "of two answers that with fewer numbers misread, percents and units aside, then the surer one"
"""Which program is taken in the end; another rule gets other words, and is another evaluation."""


@dataclass(frozen=True, slots=True)
class Repairing:
    """How programs are repaired."""

    attempts: int
    what: What
    """loud: programs that give no answer; all: those that give one too."""


class RepairingEngine:
    """Draws, and has what it drew repaired by the same model. All tokens are counted."""

    def __init__(self, engine: Engine, repairing: Repairing, executor: ExecutorConfig) -> None:
        """
        Raises:
            SandboxError: the sandbox does not start.
        """
        self.name = engine.name
        self._engine, self._repairing = engine, repairing
        self._sandbox = SteadySandbox(executor, trace=True)
        self._verdicts: Gather[str, Verdict] = Gather(self._run, BATCH)

    @property
    def aborted_tokens(self) -> int:
        return self._engine.aborted_tokens

    async def draw(self, prompt: Prompt, draw: Draw) -> Completion | None:
        best = await self._engine.draw(prompt, draw)
        if best is None:
            return None
        spent = best.tokens
        for attempt in range(1, self._repairing.attempts + 1):
            [came_of_it] = await self._verdicts.of([extract_program(best.text)])
            if came_of_it.status in RAN and (self._repairing.what == "loud" or attempt > 1):
                break
            question, faulty = prompt.question.text, extract_program(best.text)
            told = render(REPAIR, question=question, faulty=faulty, feedback=feedback(came_of_it, question, faulty))
            try:
                other = await self._engine.draw(Prompt(told, prompt.question), replace(draw, seed=draw.seed + attempt))
            except RefusedPrompt:  # what it wrote is too long to be told of
                break
            if other is None:
                break
            spent += other.tokens
            if await self._is_better(question, other, best, came_of_it):
                best = other
        return replace(best, tokens=spent)

    async def _is_better(self, question: str, other: Completion, best: Completion, came_of_it: Verdict) -> bool:
        """A program that gave an answer does not give way to one that gives none, nor to one that misreads more of the
        question's numbers, nor to one of which the model is less sure: both tell right programs from wrong ones
        (docs/experiment.md).
        """
        [after] = await self._verdicts.of([extract_program(other.text)])
        if came_of_it.status not in RAN:
            return True
        return after.status in RAN and _merit(question, other) >= _merit(question, best)

    def _run(self, codes: list[str]) -> Sequence[Verdict]:
        return [verdict(outcome, NOTHING_KNOWN) for outcome in self._sandbox.run(codes)]

    async def close(self) -> None:
        await self._engine.close()
        await asyncio.to_thread(self._sandbox.close)


def _merit(question: str, completion: Completion) -> tuple[int, float]:
    """More is better."""
    return -misread(question, extract_program(completion.text)), completion.logprob


def make_repairing(
    config: EngineConfig, *, repairing: Repairing, executor: ExecutorConfig, inner: Maker = make_engine
) -> Engine:
    """Load the engine that `config` names, behind repairs.

    Raises:
        the errors of `inner`, and SandboxError.
    """
    if repairing.what == "all":
        config = config.model_copy(update={"logprobs": True})
    return RepairingEngine(inner(config), repairing, executor)
