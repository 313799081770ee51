"""Step-wise beam search: a program is written line by line, and each line is verified before the next.

"PaD: Program-aided Distillation Can Teach Small Models Reasoning Better than Chain-of-thought Fine-tuning", section
3.4, https://arxiv.org/abs/2305.13888. Beyond it, every program so far is run, and one that raises is dropped at once.
Searches of many questions go on side by side; their lines share the engine's batches, and none waits for another.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pad_ray.config.verification import VerificationConfig
from pad_ray.teacher.engine import Draw, Prompt, draw_seed
from pad_ray.teacher.lines import LineEngine
from pad_ray.verification.beams import Beam, choose, done, invents_a_question, is_step, runs_so_far
from pad_ray.verification.prefixes import Prefixes, Seen
from pad_ray.verification.scorers import Scorer


@dataclass(slots=True)
class Cost:
    """Of a search."""

    lines: int = 0
    tokens: int = 0
    """Written, in all beams."""
    steps: int = 0
    """Scored."""
    runs: int = 0
    """Programs so far that were run."""
    pruned: int = 0
    """Of those, the ones that failed."""


class Stepwise:
    """Searches, one for each call of `search`."""

    def __init__(
        self, engine: LineEngine, scorer: Scorer, prefixes: Prefixes | None, config: VerificationConfig
    ) -> None:
        """`prefixes`: None where programs so far are not run."""
        self._engine, self._scorer, self._prefixes, self._config = engine, scorer, prefixes, config

    async def search(self, prompt: Prompt, draw: Draw, cost: Cost) -> Beam:
        """The best program that is found, of `draw.max_tokens` tokens at most. Temperature and top-p of the draw do not
        count: the config's do. What it takes is added to `cost` as it goes.

        Raises:
            the errors of the engine, the scorer and the sandbox.
        """
        weight = self._config.weight
        beams = [Beam()]
        sound: list[Beam] = []  # the best program that ended and runs, also when likelier beams have displaced it
        turn = 0
        while not done(beams):
            grown = await asyncio.gather(
                *(
                    self._line(prompt, draw, beam, (turn, number, candidate), cost)
                    for number, beam in enumerate(beams)
                    if not beam.ended
                    for candidate in range(self._config.candidates)
                )
            )
            ended = [beam for beam in beams if beam.ended]
            distinct = choose(grown, len(grown), weight)
            verified = await self._verified(prompt.question.text, distinct, cost)
            sound = choose([*sound, *(b for b in verified if b.ended and not b.failed)], 1, weight)
            beams = choose([*ended, *verified], self._config.beams, weight)
            turn += 1
        return sound[0] if beams[0].failed and sound else beams[0]

    async def _line(self, prompt: Prompt, draw: Draw, beam: Beam, place: tuple[int, int, int], cost: Cost) -> Beam:
        """The beam with another line. `place`: turn of the search, number of the beam, candidate, of which the first is
        the likeliest line.
        """
        turn, number, candidate = place
        left = draw.max_tokens - len(beam.tokens)
        if left < 1:
            return replace(beam, line="", ended=True)
        config = self._config
        drawn = Draw(
            index=draw.index,
            seed=draw_seed(draw.seed, f"{prompt.question.question_id}/{turn}/{number}", candidate),
            temperature=0.0 if candidate == 0 else config.temperature,
            top_p=1.0,
            max_tokens=min(config.line_tokens, left),
        )
        line = await self._engine.line(prompt, beam.tokens, drawn)
        cost.lines += 1
        cost.tokens += len(line.tokens) - len(beam.tokens)
        over = line.ended or len(line.tokens) >= draw.max_tokens
        added = line.text[len(beam.text) :]
        if invents_a_question(added):
            return replace(beam, tokens=line.tokens, line="", ended=True)
        return replace(
            beam, tokens=line.tokens, text=line.text, line=added, logprob=beam.logprob + line.logprob, ended=over
        )

    async def _verified(self, question: str, beams: Sequence[Beam], cost: Cost) -> list[Beam]:
        """The beams with the faithfulness of their last lines, and with what they come to by now."""
        scored, seen = await asyncio.gather(self._faith(question, beams, cost), self._seen(beams, cost))
        doubt = math.log(self._config.below_zero)
        return [
            replace(
                beam,
                faith=beam.faith + faith,
                steps=beam.steps + is_step(beam.line),
                failed=run is not None and run.failed,
                doubt=beam.doubt if run is None else doubt * run.below_zero,
            )
            for beam, faith, run in zip(beams, scored, seen, strict=True)
        ]

    async def _faith(self, question: str, beams: Sequence[Beam], cost: Cost) -> list[float]:
        wanted = [i for i, beam in enumerate(beams) if is_step(beam.line)]
        cost.steps += len(wanted)
        scores = await self._scorer.score(question, [beams[i].line.strip() for i in wanted])
        faith = [0.0] * len(beams)
        for i, score in zip(wanted, scores, strict=True):
            faith[i] = math.log(score)
        return faith

    async def _seen(self, beams: Sequence[Beam], cost: Cost) -> list[Seen | None]:
        """None of what is not run."""
        seen: list[Seen | None] = [None] * len(beams)
        if self._prefixes is None:
            return seen
        wanted = [i for i, beam in enumerate(beams) if beam.ended or runs_so_far(beam.text)]
        asked = [(beams[i].text, beams[i].ended) for i in wanted]
        runs = await self._prefixes.look(asked)
        for i, run in zip(wanted, runs, strict=True):
            seen[i] = run
        cost.runs += len(wanted)
        cost.pruned += sum(run.failed for run in runs)
        return seen
