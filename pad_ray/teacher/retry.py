"""What a server's refusal means, and how long to wait before another try. Pure: replies in, judgements out.

The waits are exponential with full jitter (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from random import Random
from typing import Any

FIRST_DELAY_SECONDS = 0.5
"""Most that the first retry waits; each later one up to twice as long as the one before."""

LONGEST_DELAY_SECONDS = 60.0
"""Where the doubling ends: a server that restarts is found within a minute of its return."""

LONGEST_RETRY_AFTER_SECONDS = 300.0
"""A server that asks for more is asked again by then: the hour that some name is their quota's, not the request's."""

SHOWN_CHARACTERS = 300
"""Of a server's message: some answer with a page of HTML, or with the whole request."""

AGAIN = frozenset((408, 409, 425, 500, 504))
"""Statuses of which another try may come out otherwise; all other 5xx, too. 504 is a prompt that took too long as often
as a server that is away, so it counts as a try."""

UNREACHABLE = frozenset((502, 503))
"""Said in place of a server that is not there: a load balancer, a server that still loads."""

TOO_LONG = (
    "context length",
    "context_length",
    "context window",
    "too many tokens",
    "prompt is too long",
    "input is too long",
    "reduce the length",
    "max_model_len",
)
"""How servers say that a prompt does not fit (vLLM, OpenAI, Anthropic, TGI, llama.cpp)."""

FILTERED = ("content_filter", "content_policy", "content management policy", "responsibleaipolicy", "safety system")
"""How hosted servers say that they will not answer."""

SPENT = ("insufficient_quota", "exceeded your current quota", "billing_hard_limit")
"""A 429 that no waiting mends."""


class Cure(StrEnum):
    """What helps."""

    AGAIN = "again"
    """Another try."""
    ELSEWHERE = "elsewhere"
    """Another endpoint, or this one when it is back."""
    SLOWER = "slower"
    """Fewer requests to this endpoint."""
    WITHOUT = "without"
    """The same request without one field, which this endpoint does not know."""
    NONE = "none"
    """Nothing: this prompt is refused, others are not."""
    KEY = "key"
    """Another key."""
    SETTING = "setting"
    """Another setting: every request would be refused."""
    MONEY = "money"
    """The account is empty."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a reply means."""

    cure: Cure
    why: str
    """One line, from the server's own words where it gave any: redact before it is shown."""
    field: str = ""
    """The field to leave out."""


def judge(status: int, body: str, optional: Collection[str] = (), *, proven: bool = False) -> Judgement:
    """What the reply `status` (not 200) with `body` means.

    Args:
        optional: fields of the request that could be left out.
        proven: whether this endpoint has answered such requests before. A plain 400 is then about this prompt, and
            otherwise about all of them.
    """
    message, codes, fields = _words(body)
    low = f"{message} {codes}".casefold()
    why = f"HTTP {status}" + (f": {message}" if message else "")
    if status in (401, 403):
        return Judgement(Cure.KEY, f"HTTP {status}")  # Without its words: they may hold pieces of the key.
    if status == 402 or (status == 429 and any(sign in low for sign in SPENT)):
        return Judgement(Cure.MONEY, why)
    if status == 429:
        return Judgement(Cure.SLOWER, why)
    if status in UNREACHABLE:
        return Judgement(Cure.ELSEWHERE, why)
    if status in AGAIN or status >= 500:
        return Judgement(Cure.AGAIN, why)
    if status in (400, 413, 422):
        if status == 413 or any(sign in low for sign in (*TOO_LONG, *FILTERED)):
            return Judgement(Cure.NONE, why)
        for field in sorted(optional):
            # A message may quote the prompt, so it is searched only where the server names no field.
            if field in fields or (not fields and re.search(rf"\b{re.escape(field)}\b", message[:SHOWN_CHARACTERS])):
                return Judgement(Cure.WITHOUT, why, field)
        return Judgement(Cure.NONE if proven else Cure.SETTING, why)
    return Judgement(Cure.SETTING, why)


def delay(tries: int, random: Random, retry_after: float | None = None) -> float:
    """Seconds to wait after the failure number `tries` (from 1) in a row.

    Never less than the server asked for, up to `LONGEST_RETRY_AFTER_SECONDS`; a little more, or all would come back
    at once.
    """
    if retry_after is not None:
        return min(retry_after, LONGEST_RETRY_AFTER_SECONDS) + random.uniform(0, FIRST_DELAY_SECONDS)
    # The exponent is bounded, or the power of a long outage would not fit a float.
    return random.uniform(0, min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** min(tries - 1, 16)))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait, or None if it does not say (RFC 9110, section 10.2.3).

    A date is read against the server's own `Date`, never against this machine's clock, which may be wrong or jump.
    Header names are matched as given in lower case, so pass a mapping that does not mind case.
    """
    if (milliseconds := _seconds(headers.get("retry-after-ms", ""))) is not None:
        return milliseconds / 1000
    value = headers.get("retry-after", "")
    if (seconds := _seconds(value)) is not None:
        return seconds
    try:
        waited = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError, OverflowError):  # TypeError: one has a time zone and the other has none
        return None
    return max(0.0, waited.total_seconds())


def _seconds(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text.strip(), re.ASCII) else None


def _words(body: str) -> tuple[str, str, tuple[str, ...]]:
    """A refusal's message on one line, its codes, and the fields of the request that it names."""
    try:
        whole: Any = json.loads(body)
    except (ValueError, RecursionError):
        return _one_line(body), "", ()
    error = whole.get("error", whole) if isinstance(whole, dict) else whole
    if not isinstance(error, dict):
        return _one_line(error if isinstance(error, str) else body), "", ()
    detail = error.get("detail")
    # FastAPI's: [{"loc": ["body", "seed"], "msg": "..."}]
    items = [item for item in detail if isinstance(item, dict)] if isinstance(detail, list) else []
    texts = [error.get("message"), detail, *(item.get("msg") for item in items)]
    paths = [[error.get("param")], *(item.get("loc") for item in items)]
    message = next((text for text in texts if isinstance(text, str)), body)
    codes = " ".join(error[key] for key in ("code", "type") if isinstance(error.get(key), str))
    fields = [part for path in paths if isinstance(path, list) for part in path if isinstance(part, str)]
    return _one_line(message), codes, tuple(fields)


def _one_line(text: str) -> str:
    line = " ".join(text[: 16 * SHOWN_CHARACTERS].split())
    return "".join(character for character in line if character.isprintable())
