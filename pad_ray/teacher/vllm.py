"""Decoder-only models through vLLM's engine, on GPUs or on a CPU."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from multiprocessing.connection import wait
from typing import Any

from pad_ray.config import EngineConfig
from pad_ray.errors import ConfigError, EngineDied, RefusedPrompt, TeacherError
from pad_ray.records import Completion
from pad_ray.teacher.cores import compute_on, threads_of
from pad_ray.teacher.engine import Draw, Prompt, resolve_model
from pad_ray.teacher.form import in_form, prompt_ids
from pad_ray.teacher.lines import END, Line
from pad_ray.teacher.prompt import STOP
from pad_ray.teacher.stepper import Stepper, one_line

TOKENISED_PROMPTS = 4096
"""Prompts whose tokens are kept, a few MB: the draws of a question share its prompt."""


class VllmEngine:
    """One vLLM engine. All prompts in flight are decoded together (continuous batching).

    It is driven as vLLM's offline `LLM` drives it, by a thread that steps it, but takes requests at any time. On GPUs
    the model runs in a process of its own, which ends with this one; on a CPU it runs in the thread, which leaves the
    cores to the model.
    """

    def __init__(self, config: EngineConfig, *, own_process: bool | None = None, logprobs: bool = False) -> None:
        """Load the model.

        Args:
            own_process: the model runs in another process than this one; by default where there are GPUs, or where
                VLLM_ENABLE_V1_MULTIPROCESSING=1 asks for it.
            logprobs: completions have their log-probability, else 0. Of the embedded teacher's tokens/s on a CPU it
                takes a fifth (benchmarks/teacher.py), which is more than all else that we add to vLLM.

        Raises:
            ConfigError: if the model is unknown, or GPUs are asked for that are not there.
            TeacherError: if loading fails.
        """
        self.name = config.model
        self._form = config.form
        self._logprobs = 0 if logprobs else None
        model = resolve_model(config.model)
        self._requests = 0
        self._gpu = gpu = _on_gpu()
        self._threads = threads_of(config)
        arguments = _engine_args(config, model, gpu=gpu)
        if own_process is None:
            own_process = gpu or os.environ.get("VLLM_ENABLE_V1_MULTIPROCESSING") == "1"
        _prepare_environment(threads=None if gpu else self._threads, own_process=own_process)
        try:
            self._stepper = Stepper(lambda: self._load(arguments))
        except Exception as error:  # vLLM raises whatever its parts raise; the boundary gives it one name
            raise TeacherError(f"vLLM could not load {config.model}: {error}") from error

    def _load(self, arguments: dict[str, Any]) -> _Stepped:
        if not self._gpu:
            compute_on(self._threads)
        stepped = self._stepped = _Stepped(arguments)
        self._length: int = stepped.llm.model_config.max_model_len
        self._tokenizer = stepped.llm.get_tokenizer()
        in_form(self._tokenizer, self._form, ["?"])  # refused now and not at the first draw
        self._encode = lru_cache(TOKENISED_PROMPTS)(partial(prompt_ids, self._tokenizer, self._form))
        return stepped

    @property
    def aborted_tokens(self) -> int:
        return self._stepped.aborted_tokens

    async def draw(self, prompt: Prompt, draw: Draw) -> Completion:
        tokens = self._tokens(prompt)
        parameters = self._parameters(draw)
        self._requests += 1
        request = f"{prompt.question.question_id}#{draw.index}-{self._requests}"
        [choice] = (await self._stepper.ask(request, tokens, parameters)).outputs
        if choice.finish_reason not in ("stop", "length"):
            raise TeacherError(f"vLLM gave up {request}: {choice.finish_reason}")
        return Completion(
            text=choice.text,
            tokens=len(choice.token_ids),
            logprob=float(choice.cumulative_logprob or 0.0),
            prompt_tokens=len(tokens),
        )

    async def line(self, prompt: Prompt, written: Sequence[int], draw: Draw) -> Line:
        """See `LineEngine`. What comes before the line is in the prefix cache."""
        tokens, written = [*self._tokens(prompt), *written], tuple(written)
        room = self._length - len(tokens)
        if room < 1:
            return Line(written, self._text(written), 0.0, ended=True)
        parameters = self._parameters(
            replace(draw, max_tokens=min(draw.max_tokens, room)),
            stop=[END],
            include_stop_str_in_output=True,
            logprobs=0,
        )
        self._requests += 1
        request = f"{prompt.question.question_id}#{draw.index}-{self._requests}"
        [choice] = (await self._stepper.ask(request, tokens, parameters)).outputs
        if choice.finish_reason not in ("stop", "length"):
            raise TeacherError(f"vLLM gave up {request}: {choice.finish_reason}")
        whole = (*written, *choice.token_ids)
        return Line(whole, self._text(whole), float(choice.cumulative_logprob or 0.0), ended=choice.stop_reason != END)

    def _text(self, tokens: Sequence[int]) -> str:
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True))

    def _parameters(self, draw: Draw, **others: Any) -> Any:
        """`others`: settings of vLLM instead of the usual."""
        from vllm import SamplingParams
        from vllm.exceptions import VLLMClientError
        from vllm.sampling_params import RequestOutputKind

        try:
            settings = {
                "temperature": draw.temperature,
                "top_p": draw.top_p,
                "max_tokens": draw.max_tokens,
                "seed": None if draw.temperature == 0 else draw.seed,
                "stop": list(STOP),
                "logprobs": self._logprobs,
                "output_kind": RequestOutputKind.FINAL_ONLY,
            }
            return SamplingParams(**settings | others)
        except VLLMClientError as error:  # every draw with these settings fails alike
            raise TeacherError(f"vLLM cannot draw so: {one_line(error)}") from error

    def _tokens(self, prompt: Prompt) -> list[int]:
        """Made here and not in the thread that steps; what is counted is what vLLM is given."""
        try:
            prompt.text.encode()
        except UnicodeEncodeError as error:
            raise RefusedPrompt(f"{prompt.question.question_id}: half a surrogate pair is no text") from error
        tokens = self._encode(prompt.text)
        if len(tokens) >= self._length:
            raise RefusedPrompt(
                f"{prompt.question.question_id}: {len(tokens)} tokens of prompt leave no room for a completion "
                f"in the model's {self._length}"
            )
        return list(tokens)

    async def close(self) -> None:
        await self._stepper.close()


class _Stepped:
    """vLLM's engine as the stepper wants it, and a watch over its process."""

    def __init__(self, arguments: dict[str, Any]) -> None:
        from vllm.engine.arg_utils import EngineArgs
        from vllm.exceptions import VLLMClientError
        from vllm.inputs.engine import tokens_input
        from vllm.v1.engine.exceptions import EngineDeadError
        from vllm.v1.engine.llm_engine import LLMEngine

        self.aborted_tokens = 0
        self.refusals: tuple[type[Exception], ...] = (VLLMClientError, ValueError)
        self._dead, self._input = EngineDeadError, tokens_input
        self.llm: Any = LLMEngine.from_engine_args(EngineArgs(**arguments))
        self._core = self.llm.engine_core
        # With the model in this process there is neither: a step does not wait, and dies with us.
        self._outputs = getattr(self._core, "outputs_queue", None)
        if self._outputs is not None:
            self._processes = list(self._core.resources.engine_manager.processes)
            threading.Thread(target=self._watch, name="pad_ray engine watch", daemon=True).start()

    def add_request(self, request: str, tokens: list[int], parameters: Any) -> None:
        self.llm.add_request(request, self._input(tokens), parameters)

    def abort_requests(self, requests: list[str]) -> None:
        self.aborted_tokens += sum(map(self._written, requests))
        self.llm.abort_request(requests)

    def _written(self, request: str) -> int:
        """Tokens of a request that is under way."""
        processor = self.llm.output_processor
        states = [processor.request_states.get(known) for known in processor.external_req_ids.get(request, ())]
        return sum(state.detokenizer.num_output_tokens() for state in states if state and state.detokenizer)

    def step(self) -> Iterable[Any]:
        try:
            return self.llm.step()  # type: ignore[no-any-return]
        except self._dead as error:
            codes = ", ".join(str(process.exitcode) for process in self._processes)
            raise EngineDied(f"its process is gone (exit code {codes}); what it wrote to stderr says why") from error

    def interrupt(self) -> None:
        if self._outputs is not None:
            self._outputs.put_nowait(self._dead())

    def shutdown(self) -> None:
        self._core.shutdown()

    def _watch(self) -> None:
        """A killed process says nothing, and `step` would wait for its next output for ever."""
        wait([process.sentinel for process in self._processes])
        self.interrupt()


def _on_gpu() -> bool:
    import torch

    return bool(torch.cuda.is_available())


def _prepare_environment(*, threads: int | None, own_process: bool) -> None:
    """vLLM reads these when it is imported. `threads`: of an engine without a GPU."""
    os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")
    os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")
    os.environ["VLLM_ENABLE_V1_MULTIPROCESSING"] = str(int(own_process))
    # A forked process would have the plugins marked as loaded, and never be told to die with its parent.
    os.environ["VLLM_WORKER_MULTIPROC_METHOD"] = "spawn"
    if threads is not None:
        # vLLM would put it, whole GiB, above the bytes that it is given.
        os.environ.pop("VLLM_CPU_KVCACHE_SPACE", None)
        os.environ["OMP_NUM_THREADS"] = str(threads)  # for a process of its own; see `compute_on`
        # Two small functions of its sampler, which cost a first user 20 s of compiling and gain nothing on CPUs.
        os.environ.setdefault("TORCH_COMPILE_DISABLE", "1")


def _engine_args(config: EngineConfig, model: str, *, gpu: bool) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "model": model,
        "dtype": config.dtype,
        "max_num_seqs": config.max_sequences,
        "disable_log_stats": True,
        "enable_prefix_caching": True,
        "trust_remote_code": False,
        "load_format": "safetensors",
    }
    if config.max_model_len is not None:
        arguments["max_model_len"] = config.max_model_len
    if gpu:
        arguments |= {
            "tensor_parallel_size": config.tensor_parallel_size,
            "gpu_memory_utilization": config.memory_fraction,
        }
    elif config.tensor_parallel_size > 1:
        raise ConfigError(
            f"tensor_parallel_size: {config.tensor_parallel_size} needs as many GPUs, there is none; set it to 1"
        )
    else:
        # Without a GPU compilation costs minutes and gains nothing, and one process less is 10 s less.
        # A prompt prefilled in chunks makes vLLM rewind the request's seeded generator, which CPU generators cannot.
        arguments |= {
            "enforce_eager": True,
            "distributed_executor_backend": "uni",
            "enable_chunked_prefill": False,
            "kv_cache_memory_bytes": int(config.kv_cache_gib * 2**30),
        }
    return arguments
