"""What is said to an OpenAI-compatible server, and what is understood of its answer. Pure: texts and numbers.

Protocol: the Completions and Chat Completions pages of OpenAI's API reference, as vLLM's server implements them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection
from typing import Any

from pad_ray.records import Completion
from pad_ray.teacher.engine import Draw
from pad_ray.teacher.prompt import STOP

LARGEST_COUNT = 2**31 - 1
"""What a token column holds; a server that counts more is not believed."""

CHARACTERS_PER_TOKEN = 3
"""Of short programs and questions, on the low side: estimates of cost should not be too small."""

PATHS = {"completions": "/completions", "chat": "/chat/completions"}


def estimate(prompt: str, draw: Draw) -> int:
    """Tokens that a request may cost, before it is sent."""
    return len(prompt) // CHARACTERS_PER_TOKEN + draw.max_tokens


def optional(api: str) -> frozenset[str]:
    """Fields that some servers refuse and that can be left out.

    Without them a completion has no log-probability, is drawn otherwise each time, or is cut here. `max_tokens` is then
    called `max_completion_tokens`, as OpenAI's newer chat models want it.
    """
    return frozenset(("seed", "logprobs", "stop", *(["max_tokens"] if api == "chat" else [])))


def request(api: str, model: str, prompt: str, draw: Draw, without: Collection[str] = ()) -> dict[str, Any]:
    """The body of a request for one completion, less the fields in `without`."""
    body: dict[str, Any] = {
        "model": model,
        "max_tokens": draw.max_tokens,
        "temperature": draw.temperature,
        "top_p": draw.top_p,
        "stop": list(STOP),
    }
    if draw.temperature > 0:
        body["seed"] = draw.seed
    if api == "chat":
        body |= {"messages": [{"role": "user", "content": prompt}], "logprobs": True}
    else:
        body |= {"prompt": prompt, "logprobs": 0}  # 0 alternatives: of the chosen tokens only
    if "max_tokens" in without:
        body["max_completion_tokens"] = draw.max_tokens
    return {name: value for name, value in body.items() if name not in without}


def completion(api: str, body: str, prompt: str) -> Completion | None:
    """The completion of `prompt` in the body of a 200, or None if there is none in it that can be understood.

    Counts that the server does not give, or that no server can mean, are estimated from the texts.
    """
    try:
        answer: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    choices = answer.get("choices") if isinstance(answer, dict) else None
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        return None
    choice: dict[str, Any] = choices[0]
    text = _chat_text(choice) if api == "chat" else choice.get("text")
    if not isinstance(text, str):
        return None
    # Half a surrogate pair is valid in JSON, and in no file.
    text = text.encode("utf-8", "replace").decode()
    for stop in STOP:  # Again here: some servers know no `stop`, others leave it at the end.
        text = text.partition(stop)[0]
    usage = answer.get("usage")
    counts = usage if isinstance(usage, dict) else {}
    tokens, prompt_tokens = _count(counts.get("completion_tokens")), _count(counts.get("prompt_tokens"))
    return Completion(
        text=text,
        tokens=len(text) // CHARACTERS_PER_TOKEN + 1 if tokens is None else tokens,
        logprob=_logprob(choice.get("logprobs")),
        prompt_tokens=len(prompt) // CHARACTERS_PER_TOKEN if prompt_tokens is None else prompt_tokens,
    )


def _chat_text(choice: dict[str, Any]) -> Any:
    message = choice.get("message")
    if not isinstance(message, dict):
        return None
    content = message.get("content")
    # A refusal, or a model that only thought until it was cut, has null for its content.
    return "" if content is None else content


def _count(value: Any) -> int | None:
    known = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_COUNT
    return value if known else None


def _logprob(logprobs: Any) -> float:
    """Sum over the chosen tokens; 0 where any of it is unknown."""
    if not isinstance(logprobs, dict):
        return 0.0
    chosen = logprobs.get("token_logprobs")
    content = logprobs.get("content")
    if isinstance(content, list):
        chosen = [token.get("logprob") if isinstance(token, dict) else None for token in content]
    if not isinstance(chosen, list) or not all(isinstance(value, int | float) for value in chosen):
        return 0.0
    try:
        total = math.fsum(chosen)
    except (OverflowError, ValueError):  # beyond what a float holds; both infinities
        return 0.0
    return total if math.isfinite(total) else 0.0
