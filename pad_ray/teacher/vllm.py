"""Decoder-only models through vLLM's AsyncLLM, on GPUs or on a CPU."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from pad_ray.config import EngineConfig, SamplingConfig
from pad_ray.errors import ConfigError, TeacherError
from pad_ray.records import Completion
from pad_ray.teacher.engine import Prompt, resolve_model
from pad_ray.teacher.prompt import STOP


class VllmEngine:
    """One vLLM engine. All prompts in flight are decoded together (continuous batching).

    vLLM runs the model in a process of its own, which ends with this one. To a prompt that leaves no room for a
    completion in the model's length it has nothing to say: one endless question does not end a run.
    """

    def __init__(self, config: EngineConfig) -> None:
        self.name = config.model
        self._model = resolve_model(config.model)
        self._requests = 0
        gpu = _on_gpu()
        arguments = _engine_args(config, self._model, gpu=gpu)
        _prepare_environment(gpu=gpu)
        try:
            from vllm.engine.arg_utils import AsyncEngineArgs
            from vllm.v1.engine.async_llm import AsyncLLM

            self._engine: Any = AsyncLLM.from_engine_args(AsyncEngineArgs(**arguments))
        except Exception as error:  # vLLM raises whatever its parts raise; the boundary gives it one name
            raise TeacherError(f"vLLM could not load {config.model}: {error}") from error

    async def sample(self, prompt: Prompt, sampling: SamplingConfig, *, n: int, seed: int) -> list[Completion]:
        # Tokenised here, so that what is counted is what vLLM is given: beyond the limit it raises.
        tokens = self._engine.get_tokenizer().encode(prompt.text)
        if len(tokens) >= self._engine.model_config.max_model_len:
            return []
        from vllm import SamplingParams
        from vllm.sampling_params import RequestOutputKind

        greedy = sampling.temperature == 0
        parameters = SamplingParams(
            n=1 if greedy else n,
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            max_tokens=sampling.max_tokens,
            seed=None if greedy else seed,
            stop=list(STOP),
            logprobs=0,
            output_kind=RequestOutputKind.FINAL_ONLY,
        )
        self._requests += 1
        request = f"{prompt.question.question_id}-{self._requests}"
        final = None
        try:
            async for output in self._engine.generate({"prompt_token_ids": tokens}, parameters, request):
                final = output
        except Exception as error:
            raise TeacherError(f"vLLM failed on {prompt.question.question_id}: {error}") from error
        assert final is not None
        drawn = [
            Completion(
                text=choice.text,
                tokens=len(choice.token_ids),
                logprob=float(choice.cumulative_logprob or 0.0),
                prompt_tokens=len(tokens),
            )
            for choice in sorted(final.outputs, key=lambda choice: choice.index)
        ]
        # Greedy draws are all alike: one is made, n are given.
        return drawn * n if greedy else drawn

    async def close(self) -> None:
        await asyncio.to_thread(self._engine.shutdown)


def _on_gpu() -> bool:
    import torch

    return bool(torch.cuda.is_available())


def _prepare_environment(*, gpu: bool) -> None:
    """vLLM reads these when it is imported."""
    os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")
    os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")
    if not gpu:
        # vLLM would put it, whole GiB, above the bytes that it is given.
        os.environ.pop("VLLM_CPU_KVCACHE_SPACE", None)
        # Lets the engine process run the model itself; else it starts one more interpreter for that.
        os.environ["VLLM_ENABLE_V1_MULTIPROCESSING"] = "0"
        # Ray sets 1 for an actor that books less than a CPU.
        os.environ["OMP_NUM_THREADS"] = str(os.cpu_count() or 1)


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
