"""vLLM as a teacher: what is decided before vLLM is asked. No vLLM is imported here."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

import pytest

from pad_ray.config import EngineConfig, SamplingConfig
from pad_ray.errors import ConfigError
from pad_ray.records import Question
from pad_ray.teacher.engine import Prompt
from pad_ray.teacher.vllm import VllmEngine, _engine_args, _prepare_environment


class WordsAreTokens:
    def encode(self, text: str) -> list[int]:
        return list(range(len(text.split())))


class ShortEngine:
    """An engine for prompts and completions of 8 tokens together, which is not to be asked."""

    model_config = SimpleNamespace(max_model_len=8)

    def get_tokenizer(self) -> WordsAreTokens:
        return WordsAreTokens()

    def generate(self, *_: Any) -> Any:
        raise AssertionError("asked")


@pytest.mark.parametrize("words", [8, 9, 1000])
async def test_to_a_prompt_that_leaves_no_room_there_is_nothing_to_say(words: int) -> None:
    engine = object.__new__(VllmEngine)
    engine._engine = ShortEngine()
    prompt = Prompt("word " * words, Question("q/1", "How many?", "3"))
    assert await engine.sample(prompt, SamplingConfig(), n=5, seed=1) == []


def test_gpus_that_are_not_there_are_the_settings_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pad_ray.teacher.vllm._on_gpu", lambda: False)
    with pytest.raises(ConfigError, match="tensor_parallel_size: 2"):
        VllmEngine(EngineConfig(tensor_parallel_size=2))


def test_the_cache_on_a_cpu_is_as_large_as_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _engine_args(EngineConfig(kv_cache_gib=0.5), "model", gpu=False)["kv_cache_memory_bytes"] == 2**29
    assert "kv_cache_memory_bytes" not in _engine_args(EngineConfig(), "model", gpu=True)
    for name in ("VLLM_CPU_KVCACHE_SPACE", "VLLM_ENABLE_V1_MULTIPROCESSING", "OMP_NUM_THREADS"):
        monkeypatch.setenv(name, "4")
    for name in ("VLLM_LOGGING_LEVEL", "VLLM_NO_USAGE_STATS"):
        monkeypatch.setenv(name, "1")
    _prepare_environment(gpu=False)
    assert "VLLM_CPU_KVCACHE_SPACE" not in os.environ
