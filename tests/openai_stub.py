"""A small real HTTP server that speaks OpenAI's protocol, and misbehaves on order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self

Answer = Callable[["Asked"], Awaitable[bytes | None]]
"""The bytes to send, head and all; None: hang up without a word. The connection is closed afterwards."""


@dataclass
class Asked:
    """One request, as it came in."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    server: StubServer
    reader: asyncio.StreamReader


@dataclass
class StubServer:
    """Gives the answers of `script`, one a request, and `otherwise` when it has come to its end.

    `async with` starts it on a free loopback port; `die()` closes it, and what it has open.
    """

    script: list[Answer] = field(default_factory=list)
    otherwise: Answer | None = None
    asked: list[Asked] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a client went away before its answer."""
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def __aenter__(self) -> Self:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.die()

    async def die(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = json.loads(await reader.readexactly(int(headers["content-length"])))
        asked = Asked(head[0].split()[1], headers, body, self, reader)
        self.asked.append(asked)
        answer = self.script.pop(0) if self.script else self.otherwise or completed()
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        answering = asyncio.ensure_future(answer(asked))
        gone = asyncio.ensure_future(reader.read(1))
        try:
            done, _ = await asyncio.wait({answering, gone}, return_when=asyncio.FIRST_COMPLETED)
            if answering not in done:
                self.hung_up.set()
                return
            if (raw := answering.result()) is not None:
                writer.write(raw)
                await writer.drain()
        finally:
            self.under_way -= 1
            answering.cancel()
            gone.cancel()


def raw(status: int, body: str, *headers: str, length: int | None = None) -> bytes:
    encoded = body.encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(encoded) if length is None else length}", *headers]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + encoded


def says(status: int, body: str, *headers: str, length: int | None = None) -> Answer:
    async def answer(_: Asked) -> bytes:
        return raw(status, body, *headers, length=length)

    return answer


def refuses(status: int, message: str, *headers: str, **error: str) -> Answer:
    return says(status, json.dumps({"error": {"message": message, **error}}), *headers)


def completion_body(text: str = "ans = 3", **more: Any) -> str:
    choice = {"index": 0, "text": text, "logprobs": {"token_logprobs": [-0.25, -0.5]}, "finish_reason": "stop"}
    return json.dumps({"choices": [choice], "usage": {"prompt_tokens": 10, "completion_tokens": 4}} | more)


def completed(text: str = "ans = 3", *, after: float = 0.0) -> Answer:
    async def answer(_: Asked) -> bytes:
        await asyncio.sleep(after)
        return raw(200, completion_body(text))

    return answer


async def hangs_up(_: Asked) -> None:
    return None


async def never(_: Asked) -> bytes:
    await asyncio.get_running_loop().create_future()
    raise AssertionError
