"""The openai engine against a real server that misbehaves on order."""

from __future__ import annotations

import asyncio
import json
import logging
import pickle
import socket
import traceback
from typing import Any

import pytest
from openai_stub import Asked, StubServer, completed, completion_body, hangs_up, never, raw, refuses, says

from pad_ray.config import EndpointConfig, EngineConfig
from pad_ray.errors import ConfigError, EngineDied, PadRayError, RefusedPrompt, TeacherError
from pad_ray.records import Completion, Question
from pad_ray.teacher import openai
from pad_ray.teacher.endpoints import NEVER_UP_SECONDS
from pad_ray.teacher.engine import Draw, Prompt, make_engine
from pad_ray.teacher.openai import OpenAIEngine

KEY = "sk-proj-Zx81-very-secret-Qw37"
VARIABLE = "STUB_SERVER_KEY"
PROMPT = Prompt("Question: How many?\nProgram:\n", Question("q/1", "How many?", "3"))
DRAW = Draw(0, seed=11, temperature=0.8, top_p=0.9, max_tokens=64)


class Clock:
    """Time that passes by sleeping only."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, KEY)


def engine_for(*urls: str, clock: Clock | None = None, **endpoint: Any) -> OpenAIEngine:
    clock = clock or Clock()
    settings = EndpointConfig(urls=urls, key_variable=VARIABLE, **endpoint)
    return OpenAIEngine(EngineConfig(engine="openai", model="m", endpoint=settings), clock=clock, sleep=clock.sleep)


async def test_a_completion_is_asked_for_and_counted() -> None:
    async with StubServer() as server:
        config = EndpointConfig(
            urls=(server.url + "/",),
            key_variable=VARIABLE,
            dollars_per_million_prompt_tokens=100,
            dollars_per_million_completion_tokens=1000,
        )
        engine = make_engine(EngineConfig(engine="openai", model="m", endpoint=config))
        assert isinstance(engine, OpenAIEngine)
        assert engine.name == "m"
        assert await engine.draw(PROMPT, DRAW) == Completion("ans = 3", tokens=4, logprob=-0.75, prompt_tokens=10)
        await engine.draw(PROMPT, DRAW)
        await engine.close()
        used = engine.usage
        assert (used.prompt_tokens, used.completion_tokens, used.requests, used.retries) == (20, 8, 2, 0)
        assert used.dollars == pytest.approx((20 * 100 + 8 * 1000) / 1e6)
        asked = server.asked[0]
        assert asked.path == "/v1/completions"
        assert asked.headers["authorization"] == f"Bearer {KEY}"
        assert asked.body["prompt"] == PROMPT.text


async def test_a_chat_is_one_message_of_the_user() -> None:
    body = {
        "choices": [{"message": {"content": "ans = 3"}, "logprobs": {"content": [{"logprob": -1.0}]}}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 4},
    }
    async with StubServer(otherwise=says(200, json.dumps(body))) as server:
        engine = engine_for(server.url, api="chat")
        assert await engine.draw(PROMPT, DRAW) == Completion("ans = 3", tokens=4, logprob=-1.0, prompt_tokens=10)
        await engine.close()
        assert server.asked[0].path == "/v1/chat/completions"
        assert server.asked[0].body["messages"] == [{"role": "user", "content": PROMPT.text}]


@pytest.mark.parametrize("status", [401, 403])
async def test_a_wrong_key_ends_it_at_once_and_names_the_variable(status: int) -> None:
    async with StubServer(otherwise=refuses(status, f"Incorrect API key provided: {KEY}")) as server:
        engine = engine_for(server.url)
        for _ in range(3):
            with pytest.raises(ConfigError, match=rf"HTTP {status}: see .*{VARIABLE}: the key there is not accepted"):
                await engine.draw(PROMPT, DRAW)
        await engine.close()
        assert len(server.asked) == 1


async def test_a_missing_key_is_told_from_a_wrong_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)
    async with StubServer(otherwise=says(401, '{"error": "Unauthorized"}')) as server:
        engine = engine_for(server.url)
        with pytest.raises(ConfigError, match=f"{VARIABLE}: it is not set"):
            await engine.draw(PROMPT, DRAW)
        await engine.close()
        assert "authorization" not in server.asked[0].headers


async def test_a_429_pauses_the_endpoint_for_all_requests_for_as_long_as_it_says() -> None:
    clock = Clock()
    times: list[float] = []

    async def slow_down(_: Asked) -> bytes:
        times.append(clock.now)
        return raw(429, "{}", "Retry-After: 7")

    async def fine(_: Asked) -> bytes:
        times.append(clock.now)
        return raw(200, completion_body())

    async with StubServer(script=[slow_down], otherwise=fine) as server:
        engine = engine_for(server.url, clock=clock)
        first = asyncio.create_task(engine.draw(PROMPT, DRAW))
        while not times:
            await asyncio.sleep(0.001)
        await asyncio.gather(first, *(engine.draw(PROMPT, DRAW) for _ in range(5)))
        await engine.close()
        assert engine.usage.retries == 1
    assert len(times) == 7
    assert min(times[1:]) >= times[0] + 7


async def test_a_storm_of_429s_costs_no_request_its_tries_and_narrows_the_stream() -> None:
    async def overloaded(asked: Asked) -> bytes:
        if asked.server.under_way > 4:
            return raw(429, "{}")
        await asyncio.sleep(0.001)
        return raw(200, completion_body())

    async with StubServer(otherwise=overloaded) as server:
        engine = engine_for(server.url, attempts=1)
        drawn = await asyncio.gather(*(engine.draw(PROMPT, DRAW) for _ in range(64)))
        await engine.close()
        assert len(drawn) == 64
        # Without a limit that adapts every wave would be asked for again as a whole: 64 + 60 + 56 + ... = 544.
        assert len(server.asked) < 300


@pytest.mark.parametrize(
    "failure",
    [
        says(500, "Internal Server Error"),
        says(503, "<html>"),
        says(408, ""),
        says(409, ""),
        says(425, ""),
        says(529, ""),
        hangs_up,
        says(200, completion_body()[:-20]),
        says(200, completion_body(), length=5000),
        says(200, "[" * 100_000),
        says(200, '{"error": {"message": "overloaded"}}'),
        says(200, '{"choices": []}'),
    ],
    ids=[
        "500",
        "503",
        "408",
        "409",
        "425",
        "529",
        "hang-up",
        "malformed",
        "cut",
        "deep",
        "error in a 200",
        "no choice",
    ],
)
async def test_what_may_come_out_otherwise_is_tried_again(failure: Any) -> None:
    async with StubServer(script=[failure] * 4) as server:
        engine = engine_for(server.url, attempts=5)
        completion = await engine.draw(PROMPT, DRAW)
        await engine.close()
        assert completion is not None
        assert completion.text == "ans = 3"
        assert (engine.usage.requests, engine.usage.retries, engine.usage.completion_tokens) == (5, 4, 4)


async def test_a_server_that_is_loading_is_left_alone_for_as_long_as_it_says() -> None:
    clock = Clock()
    async with StubServer(script=[says(503, "loading", "Retry-After: 45")]) as server:
        engine = engine_for(server.url, clock=clock, attempts=1)
        assert await engine.draw(PROMPT, DRAW) is not None
        await engine.close()
    assert clock.now - 1000 >= 45


async def test_a_proxy_of_the_environment_is_used_but_never_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    async with StubServer() as proxy, StubServer() as server:
        monkeypatch.setenv("http_proxy", proxy.url.removesuffix("/v1"))
        engine = engine_for("http://server.invalid:8000/v1")
        assert await engine.draw(PROMPT, DRAW) is not None
        await engine.close()
        assert [asked.path for asked in proxy.asked] == ["http://server.invalid:8000/v1/completions"]
        engine = engine_for(server.url)
        assert await engine.draw(PROMPT, DRAW) is not None
        await engine.close()
        assert (len(proxy.asked), len(server.asked)) == (1, 1)


async def test_what_goes_on_failing_ends_after_the_tries_of_the_config_and_the_engine_goes_on() -> None:
    async with StubServer(script=[says(500, "oh no")] * 3) as server:
        engine = engine_for(server.url, attempts=3)
        with pytest.raises(TeacherError, match=r"HTTP 500: oh no, at try 3 of 3"):
            await engine.draw(PROMPT, DRAW)
        assert await engine.draw(PROMPT, DRAW) is not None
        await engine.close()
        assert len(server.asked) == 4


async def test_an_answer_that_does_not_come_is_tried_again() -> None:
    async with StubServer(script=[never]) as server:
        engine = engine_for(server.url, timeout_seconds=0.1)
        assert await engine.draw(PROMPT, DRAW) is not None
        await asyncio.wait_for(server.hung_up.wait(), 5)
        await engine.close()
        assert engine.usage.retries == 1


async def test_an_answer_without_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai, "LARGEST_ANSWER_BYTES", 1000)
    async with StubServer(script=[says(200, "x" * 5000)]) as server:
        engine = engine_for(server.url)
        assert await engine.draw(PROMPT, DRAW) is not None
        await engine.close()
        assert engine.usage.retries == 1


async def test_an_empty_completion_is_one() -> None:
    async with StubServer(otherwise=completed("")) as server:
        engine = engine_for(server.url)
        completion = await engine.draw(PROMPT, DRAW)
        await engine.close()
        assert completion is not None
        assert (completion.text, completion.tokens) == ("", 4)


@pytest.mark.parametrize(
    "refusal",
    [
        refuses(400, "This model's maximum context length is 512 tokens. However, your prompt contains 600."),
        refuses(400, "Too long", code="context_length_exceeded"),
        refuses(400, "The response was filtered", code="content_filter"),
        says(413, "Payload Too Large"),
    ],
)
async def test_a_prompt_that_cannot_be_answered_is_refused_once_and_the_engine_goes_on(refusal: Any) -> None:
    async with StubServer(script=[refusal]) as server:
        engine = engine_for(server.url)
        with pytest.raises(RefusedPrompt, match=r"^http://127\.0\.0\.1:\d+/v1: HTTP 4"):
            await engine.draw(PROMPT, DRAW)
        assert await engine.draw(PROMPT, DRAW) is not None
        await engine.close()
        assert len(server.asked) == 2


@pytest.mark.parametrize(
    "refusal",
    [
        refuses(404, "The model `m` does not exist."),
        refuses(400, "unknown model m"),
        refuses(422, "no such parameter"),
        says(307, "", "Location: http://127.0.0.1:9/v1"),
        says(405, ""),
    ],
)
async def test_what_no_request_can_pass_is_a_wrong_setting(refusal: Any) -> None:
    async with StubServer(otherwise=refusal) as server:
        engine = engine_for(server.url)
        for _ in range(2):
            with pytest.raises(ConfigError, match=r"teacher\.endpoint\.urls .* teacher\.model \(m\)"):
                await engine.draw(PROMPT, DRAW)
        await engine.close()
        assert len(server.asked) == 1


async def test_one_bad_prompt_after_good_ones_ends_nothing() -> None:
    async with StubServer(script=[completed(), refuses(400, "cannot read this")]) as server:
        engine = engine_for(server.url)
        await engine.draw(PROMPT, DRAW)
        with pytest.raises(RefusedPrompt):
            await engine.draw(PROMPT, DRAW)
        await engine.draw(PROMPT, DRAW)
        await engine.close()


async def test_an_empty_account_is_not_waited_for() -> None:
    async with StubServer(
        otherwise=refuses(429, "You exceeded your current quota", code="insufficient_quota")
    ) as server:
        engine = engine_for(server.url)
        with pytest.raises(TeacherError, match="the account has nothing left"):
            await engine.draw(PROMPT, DRAW)
        await engine.close()
        assert len(server.asked) == 1


async def test_fields_that_a_server_does_not_know_are_left_out_from_then_on(caplog: pytest.LogCaptureFixture) -> None:
    async def old(asked: Asked) -> bytes:
        for field in ("logprobs", "seed"):
            if field in asked.body:
                return raw(400, json.dumps({"error": {"message": f"unknown field '{field}'", "param": None}}))
        return raw(200, json.dumps({"choices": [{"text": "ans = 3"}]}))

    async with StubServer(otherwise=old) as server:
        engine = engine_for(server.url)
        drawn = [await engine.draw(PROMPT, DRAW) for _ in range(3)]
        await engine.close()
        assert len(server.asked) == 5
    assert all(completion is not None and completion.logprob == 0 for completion in drawn)
    assert [record.getMessage().split(" from now on")[0].split()[-1] for record in caplog.records] == [
        "logprobs",
        "seed",
    ]


async def everything_shown(server: StubServer, engine: OpenAIEngine, caplog: pytest.LogCaptureFixture) -> str:
    shown = []
    try:
        await engine.draw(PROMPT, DRAW)
    except PadRayError as error:
        shown += [repr(error), *traceback.format_exception(error)]
        assert error.__context__ is None
        assert pickle.loads(pickle.dumps(error)).args == error.args
    shown += [repr(engine), repr(vars(engine)), repr(engine._key), caplog.text]
    shown += [repr(vars(endpoint)) for endpoint in engine._endpoints if hasattr(endpoint, "__dict__")]
    shown += [repr(endpoint) for endpoint in engine._endpoints]
    return "\n".join(shown)


@pytest.mark.parametrize("status", [200, 307, 400, 401, 403, 404, 413, 418, 422, 429, 500, 503])
@pytest.mark.parametrize(
    "echo",
    [f"bad key {KEY}", f'{{"error": {{"message": "Bearer {KEY} seed", "code": "{KEY}"}}}}', f"{KEY[:10]}***{KEY[-9:]}"],
)
async def test_the_key_is_in_no_error_no_log_and_no_repr(
    status: int, echo: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with StubServer(otherwise=says(status, echo, f"X-Echo: {KEY}")) as server:
        engine = engine_for(server.url, attempts=4)
        shown = await everything_shown(server, engine, caplog)
        await engine.close()
        assert server.asked[0].headers["authorization"].endswith(KEY)
    for start in range(len(KEY) - 7):
        assert KEY[start : start + 8] not in shown


async def test_a_cancelled_draw_closes_its_connection_and_frees_its_place() -> None:
    async with StubServer(script=[never]) as server:
        engine = engine_for(server.url)
        drawing = asyncio.create_task(engine.draw(PROMPT, DRAW))
        while not server.asked:
            await asyncio.sleep(0.001)
        drawing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await drawing
        await asyncio.wait_for(server.hung_up.wait(), 5)
        assert engine._endpoints[0].under_way == 0
        assert await engine.draw(PROMPT, DRAW) is not None
        await engine.close()


async def test_closing_ends_what_is_waited_for_and_what_comes_after() -> None:
    async with StubServer(otherwise=never) as server:
        engine = engine_for(server.url)
        drawing = [asyncio.create_task(engine.draw(PROMPT, DRAW)) for _ in range(3)]
        while len(server.asked) < 3:
            await asyncio.sleep(0.001)
        await engine.close()
        await engine.close()
        for draw in (*drawing, engine.draw(PROMPT, DRAW)):
            with pytest.raises(EngineDied, match="closed"):
                await draw
        await asyncio.wait_for(server.hung_up.wait(), 5)


async def test_load_spreads_over_two_endpoints_and_moves_when_one_dies() -> None:
    async with (
        StubServer(otherwise=completed(after=0.002)) as left,
        StubServer(otherwise=completed(after=0.002)) as right,
    ):
        engine = engine_for(left.url, right.url)
        await asyncio.gather(*(engine.draw(PROMPT, DRAW) for _ in range(40)))
        assert (len(left.asked), len(right.asked)) == (20, 20)
        await left.die()
        drawn = await asyncio.gather(*(engine.draw(PROMPT, DRAW) for _ in range(40)))
        await engine.close()
        assert all(drawn)
        assert len(right.asked) >= 60


async def test_an_endpoint_that_comes_back_is_used_again() -> None:
    clock = Clock()
    async with StubServer(script=[says(503, "loading")] * 2) as left, StubServer() as right:
        engine = engine_for(left.url, right.url, clock=clock)
        for _ in range(30):
            await asyncio.gather(*(engine.draw(PROMPT, DRAW) for _ in range(4)))
            clock.now += 5
        await engine.close()
        assert len(left.asked) > 30


def nobody_listens() -> str:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}/v1"


async def test_when_all_are_down_for_long_they_are_named_and_nothing_hangs() -> None:
    clock, urls = Clock(), (nobody_listens(), nobody_listens())
    engine = engine_for(*urls, clock=clock)
    drawn = await asyncio.gather(*(engine.draw(PROMPT, DRAW) for _ in range(50)), return_exceptions=True)
    assert all(type(error) is TeacherError and all(url in str(error) for url in urls) for error in drawn)
    assert "no connection" in str(drawn[0])
    assert clock.now - 1000 >= NEVER_UP_SECONDS
    # While they are down a single request at a time finds that out, not each of fifty.
    assert engine.usage.requests < 150
    await engine.close()


async def test_no_more_requests_go_than_the_limit_allows() -> None:
    clock = Clock()
    async with StubServer() as server:
        engine = engine_for(server.url, clock=clock, requests_per_minute=120)
        await asyncio.gather(*(engine.draw(PROMPT, DRAW) for _ in range(22)))
        await engine.close()
    assert clock.now - 1000 == pytest.approx((22 - 2) / 2, abs=0.1)


async def test_tokens_are_estimated_first_and_corrected_by_what_is_reported() -> None:
    clock = Clock()
    async with StubServer() as server:
        engine = engine_for(server.url, clock=clock, tokens_per_minute=60)
        for _ in range(6):
            await engine.draw(PROMPT, DRAW)
        await engine.close()
    # 14 tokens a request, as reported, at one a second; the estimate was 73.
    assert 14 * 4 < clock.now - 1000 < 14 * 6


@pytest.mark.parametrize(
    "urls",
    [
        *((), ("",), ("10.0.0.5:8000",), ("ftp://host/v1",), ("http://",), ("http://h:port/v1",), ("http://a b/v1",)),
        *(("http://user@host/v1",), (f"http://user:{KEY}@host/v1",), (f"http://:{KEY}@host/v1",)),
        *((f"http://host/v1#{KEY}",), (f"http://host/v1?key={KEY}",), ("http://ok/v1", "http://[::1/v1")),
    ],
)
def test_an_address_that_is_none_is_refused_without_showing_it(urls: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match=r"^teacher\.endpoint\.urls") as refused:
        engine_for(*urls)
    assert KEY not in str(refused.value)
