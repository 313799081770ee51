"""Any server that speaks OpenAI's protocol: vLLM's own, or a hosted one; several of them as one.

What a refusal means is decided in `retry.py`, where a request goes and when in `endpoints.py` and `limiter.py`, what
is said and understood in `wire.py`. Here it is carried to and fro. It uses aiohttp and no client library: every way in
which an answer can break needs a policy of ours, and hundreds of requests are under way at a time.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import aiohttp

from pad_ray.config import EngineConfig
from pad_ray.errors import ConfigError, DrawFailed, EngineDied, PadRayError, RefusedPrompt, TeacherError
from pad_ray.records import Completion
from pad_ray.teacher import wire
from pad_ray.teacher.address import addresses, proxy
from pad_ray.teacher.endpoints import Endpoint, choose, outage
from pad_ray.teacher.engine import Draw, Prompt
from pad_ray.teacher.key import Key
from pad_ray.teacher.limiter import Limiter
from pad_ray.teacher.retry import SHOWN_CHARACTERS, Cure, Judgement, delay, judge, retry_after

CONNECT_SECONDS = 10.0
"""Longest wait for a connection. A machine that is gone does not answer at all, and the others wait for this one."""

KEEP_ALIVE_SECONDS = 3.0
"""An idle connection is not used after this: uvicorn, under vLLM's server, closes them after 5 s, in our face."""

LARGEST_ANSWER_BYTES = 16 * 2**20
"""Of one body. A completion of 10^5 tokens with its log-probabilities has less than 10 MB."""

LOOK_UP_SECONDS = 1.0
"""Longest sleep of the request that is next: an endpoint may come back before its rest is over."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Usage:
    """What the engine has used so far. Requests that were aborted are in `requests` only: no server counts for them."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    requests: int = 0
    """Sent, the retries among them."""
    retries: int = 0
    dollars: float = 0.0
    """By the prices in the config."""


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    body: str
    retry_after: float | None = None


class OpenAIEngine:
    """Asks the endpoints of the config. All draws under way share the endpoints' health and their rate limits.

    Args:
        clock: monotonic seconds.
        sleep: waits so many of them.

    Raises:
        ConfigError: if no address is given, or one that is none.
    """

    def __init__(
        self,
        config: EngineConfig,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        seed: int = 0,
    ) -> None:
        self.name = config.model
        self.aborted_tokens = 0
        self.usage = Usage()
        self._settings = settings = config.endpoint
        self._key = Key(settings.key_variable)
        limits = settings.requests_per_minute, settings.tokens_per_minute
        self._endpoints = [Endpoint(url, Limiter(*limits)) for url in addresses(settings.urls)]
        self._proxies = {endpoint.url: proxy(endpoint.url) for endpoint in self._endpoints}
        self._clock, self._sleep, self._random = clock, sleep, Random(seed)
        self._turn = asyncio.Lock()
        self._session: aiohttp.ClientSession | None = None
        self._draws: set[asyncio.Task[Completion]] = set()
        self._end: tuple[type[PadRayError], str] | None = None

    async def draw(self, prompt: Prompt, draw: Draw) -> Completion | None:
        """One completion; see `Engine.draw`. A cancelled draw closes its connection, which ends it on the server.

        Raises:
            ConfigError: if the key or the model is not known to a server; so does every later draw.
            RefusedPrompt: if the prompt is too long for the server, or filtered by it.
            DrawFailed: if every try failed.
            TeacherError: if all endpoints have been down for long, and so does every later
                draw.
            EngineDied: if the engine is closed.
        """
        # In a task of its own, which `close` can end without touching the caller's.
        task = asyncio.create_task(self._draw(prompt.text, draw))
        self._draws.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            caller = asyncio.current_task()
            if caller is not None and caller.cancelling():
                raise
        finally:
            self._draws.discard(task)
        raise self._ended()

    async def close(self) -> None:
        """Close the connections; draws under way raise `EngineDied`. Safe to call twice."""
        self._end = (EngineDied, "the openai engine is closed")
        for task in self._draws:
            task.cancel()
        await asyncio.gather(*self._draws, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _draw(self, prompt: str, draw: Draw) -> Completion:
        expected, tries = wire.estimate(prompt, draw), 0
        while True:
            endpoint = await self._next_endpoint(expected)
            sent, used = self._clock(), expected
            try:
                body = wire.request(self._settings.api, self.name, prompt, draw, endpoint.without)
                reply = await self._ask(endpoint, body)
                if isinstance(reply, _Reply) and reply.status == 200:
                    completion = wire.completion(self._settings.api, reply.body, prompt)
                    if completion is not None:
                        endpoint.answered()
                        used = completion.tokens + completion.prompt_tokens
                        self._account(completion)
                        return completion
                    judgement, after = Judgement(Cure.AGAIN, "HTTP 200 without a completion"), None
                elif isinstance(reply, _Reply):
                    optional = wire.optional(self._settings.api) & body.keys()
                    judgement = judge(reply.status, reply.body, optional, proven=endpoint.proven)
                    after, used = reply.retry_after, 0
                else:
                    judgement, after = reply, None
                judgement = replace(judgement, why=self._shown(judgement.why))
                if judgement.cure is Cure.AGAIN:
                    tries += 1
                self._learn(endpoint, judgement, sent, after)
            finally:
                endpoint.under_way -= 1
                endpoint.limiter.correct(self._clock(), expected, used)
            self._raise_for(endpoint, judgement, tries)
            self.usage = replace(self.usage, retries=self.usage.retries + 1)
            if judgement.cure is Cure.AGAIN:
                await self._sleep(delay(tries, self._random, after))

    async def _next_endpoint(self, tokens: int) -> Endpoint:
        """The endpoint for a request, counted as under way; first come, first served."""
        async with self._turn:
            while True:
                if self._end is not None:
                    raise self._ended()
                now = self._clock()
                chosen = choose(self._endpoints, now, tokens)
                if isinstance(chosen, Endpoint):
                    chosen.under_way += 1
                    chosen.limiter.take(now, tokens)
                    return chosen
                await self._sleep(min(chosen, LOOK_UP_SECONDS))

    async def _ask(self, endpoint: Endpoint, body: dict[str, Any]) -> _Reply | Judgement:
        """The server's reply, or why there is none."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_SECONDS),
                timeout=aiohttp.ClientTimeout(total=self._settings.timeout_seconds, sock_connect=CONNECT_SECONDS),
                # Packed answers could unpack to anything.
                headers={"Accept-Encoding": "identity", **self._key.headers()},
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        self.usage = replace(self.usage, requests=self.usage.requests + 1)
        url = endpoint.url + wire.PATHS[self._settings.api]
        try:
            # A redirect would be given the key, wherever it leads.
            async with self._session.post(
                url, json=body, allow_redirects=False, proxy=self._proxies[endpoint.url]
            ) as response:
                raw = bytearray()
                async for chunk in response.content.iter_any():
                    raw += chunk
                    if len(raw) > LARGEST_ANSWER_BYTES:
                        return Judgement(Cure.AGAIN, f"an answer of more than {LARGEST_ANSWER_BYTES} bytes")
                return _Reply(response.status, raw.decode("utf-8", "replace"), retry_after(response.headers))
        except aiohttp.ClientConnectorCertificateError:
            return Judgement(Cure.SETTING, "its certificate is not one that this machine trusts")
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return Judgement(Cure.ELSEWHERE, f"no connection ({_reason(error)})")
        except TimeoutError:
            return Judgement(Cure.AGAIN, f"no answer within {self._settings.timeout_seconds:g} s")
        except aiohttp.ClientError as error:
            # Its text can hold the request's headers, and so the key.
            return Judgement(Cure.AGAIN, f"the answer broke off ({_reason(error)})")

    def _learn(self, endpoint: Endpoint, judgement: Judgement, sent: float, after: float | None) -> None:
        now, was_rested, was_slowed = self._clock(), endpoint.probed, endpoint.refusals > 0
        match judgement.cure:
            case Cure.SLOWER:
                endpoint.slow_down(now, sent, judgement.why, self._random, after)
                if not was_slowed:
                    log.warning("%s is asked less often: %s", endpoint.url, judgement.why)
            case Cure.AGAIN | Cure.ELSEWHERE:
                gone = judgement.cure is Cure.ELSEWHERE
                endpoint.failed(now, judgement.why, self._random, gone=gone, after=after if gone else None)
                if endpoint.probed and not was_rested:
                    log.warning("%s is rested: %s", endpoint.url, judgement.why)
            case Cure.WITHOUT if judgement.field not in endpoint.without:
                endpoint.without.add(judgement.field)
                log.warning("%s is asked without %s from now on: %s", endpoint.url, judgement.field, judgement.why)

    def _raise_for(self, endpoint: Endpoint, judgement: Judgement, tries: int) -> None:
        """Raise what this request, or the whole engine, ends with; return if another try is worth it."""
        where = f"{endpoint.url}: {judgement.why}"
        match judgement.cure:
            case Cure.NONE:
                raise RefusedPrompt(where)
            case Cure.KEY:
                state = "the key there is not accepted" if self._key else "it is not set, and this server wants a key"
                self._end = (ConfigError, f"{where}: see the environment variable {self._key.variable}: {state}")
            case Cure.SETTING:
                hint = f"see teacher.endpoint.urls (most end in /v1) and teacher.model ({self.name})"
                self._end = (ConfigError, f"{where}; {hint}")
            case Cure.MONEY:
                self._end = (TeacherError, f"{where}: the account has nothing left")
            case Cure.AGAIN | Cure.ELSEWHERE | Cure.SLOWER:
                if (why := outage(self._endpoints, self._clock())) is not None:
                    self._end = (TeacherError, f"no endpoint has answered for long: {why}")
        if self._end is not None:
            raise self._ended()
        if tries >= self._settings.attempts:
            raise DrawFailed(f"{where}, at try {tries} of {self._settings.attempts}")

    def _ended(self) -> PadRayError:
        kind, message = self._end or (EngineDied, "the openai engine was cancelled")
        return kind(message)

    def _account(self, completion: Completion) -> None:
        used, prices = self.usage, self._settings
        cost = (
            completion.prompt_tokens * prices.dollars_per_million_prompt_tokens
            + completion.tokens * prices.dollars_per_million_completion_tokens
        ) / 1e6
        self.usage = replace(
            used,
            prompt_tokens=used.prompt_tokens + completion.prompt_tokens,
            completion_tokens=used.completion_tokens + completion.tokens,
            dollars=used.dollars + cost,
        )

    def _shown(self, why: str) -> str:
        # Redacted first: a key cut in the middle would not be known for one.
        return self._key.redact(why)[:SHOWN_CHARACTERS]


def _reason(error: Exception) -> str:
    cause = getattr(error, "os_error", None) or error
    return getattr(cause, "strerror", None) or type(cause).__name__
