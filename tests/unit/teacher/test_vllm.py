"""vLLM as a teacher: what is decided before vLLM is asked. No vLLM is imported here."""

from __future__ import annotations

import os

import pytest

from pad_ray.config import EngineConfig
from pad_ray.errors import ConfigError, RefusedPrompt
from pad_ray.records import Question
from pad_ray.teacher.engine import Draw, Prompt
from pad_ray.teacher.vllm import VllmEngine, _engine_args, _prepare_environment

DRAW = Draw(0, seed=1, temperature=0.8, top_p=1.0, max_tokens=16)


def short_engine() -> VllmEngine:
    """For prompts and completions of 8 tokens together, words being tokens; it cannot be asked."""
    engine = object.__new__(VllmEngine)
    engine._length = 8
    engine._encode = lambda text: tuple(range(len(text.split())))  # type: ignore[assignment]
    return engine


@pytest.mark.parametrize("words", [8, 9, 1000])
async def test_a_prompt_that_leaves_no_room_is_refused(words: int) -> None:
    prompt = Prompt("word " * words, Question("q/1", "How many?", "3"))
    with pytest.raises(RefusedPrompt, match=rf"q/1: {words} tokens .* the model's 8$"):
        await short_engine().draw(prompt, DRAW)


def test_the_longest_prompt_that_leaves_room_is_taken() -> None:
    assert short_engine()._tokens(Prompt("word " * 7, Question("q/1", "How many?", "3"))) == list(range(7))


async def test_a_prompt_that_is_no_text_is_refused() -> None:
    with pytest.raises(RefusedPrompt, match="q/1: half a surrogate pair"):
        await short_engine().draw(Prompt("\ud800", Question("q/1", "How many?", "3")), DRAW)


def test_gpus_that_are_not_there_are_the_settings_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pad_ray.teacher.vllm._on_gpu", lambda: False)
    with pytest.raises(ConfigError, match="tensor_parallel_size: 2"):
        VllmEngine(EngineConfig(tensor_parallel_size=2))


def test_the_cache_on_a_cpu_is_as_large_as_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _engine_args(EngineConfig(kv_cache_gib=0.5), "model", gpu=False)["kv_cache_memory_bytes"] == 2**29
    assert "kv_cache_memory_bytes" not in _engine_args(EngineConfig(), "model", gpu=True)
    protect_environment(monkeypatch)
    _prepare_environment(threads=3, own_process=False)
    assert os.environ["OMP_NUM_THREADS"] == "3"
    assert "VLLM_CPU_KVCACHE_SPACE" not in os.environ


@pytest.mark.parametrize("threads", [None, 2])
@pytest.mark.parametrize("own_process", [False, True])
def test_a_process_of_its_own_is_a_new_interpreter(
    threads: int | None, own_process: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    protect_environment(monkeypatch)
    _prepare_environment(threads=threads, own_process=own_process)
    assert os.environ["VLLM_ENABLE_V1_MULTIPROCESSING"] == str(int(own_process))
    assert os.environ["VLLM_WORKER_MULTIPROC_METHOD"] == "spawn"


def protect_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    names = (
        "CPU_KVCACHE_SPACE",
        "ENABLE_V1_MULTIPROCESSING",
        "LOGGING_LEVEL",
        "NO_USAGE_STATS",
        "WORKER_MULTIPROC_METHOD",
    )
    for name in (*(f"VLLM_{name}" for name in names), "OMP_NUM_THREADS"):
        monkeypatch.setenv(name, "4")


@pytest.mark.parametrize("gpu", [False, True])
def test_code_of_a_checkpoint_is_never_run(gpu: bool) -> None:
    arguments = _engine_args(EngineConfig(), "model", gpu=gpu)
    assert arguments["trust_remote_code"] is False
    assert arguments["load_format"] == "safetensors"
    assert arguments["enable_prefix_caching"] is True
