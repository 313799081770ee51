"""What a refusal means, and how long to wait: statuses and numbers, no network."""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.teacher.retry import (
    FIRST_DELAY_SECONDS,
    LONGEST_DELAY_SECONDS,
    LONGEST_RETRY_AFTER_SECONDS,
    Cure,
    delay,
    judge,
    retry_after,
)

OPTIONAL = ("seed", "logprobs")


@pytest.mark.parametrize(
    ("status", "cure"),
    [
        *((status, Cure.AGAIN) for status in (408, 409, 425, 500, 501, 504, 507, 520, 529)),
        *((status, Cure.ELSEWHERE) for status in (502, 503)),
        *((status, Cure.KEY) for status in (401, 403)),
        *((status, Cure.SETTING) for status in (204, 301, 307, 400, 404, 405, 410, 418, 422)),
        *((status, Cure.SLOWER) for status in (429,)),
        *((status, Cure.MONEY) for status in (402,)),
        *((status, Cure.NONE) for status in (413,)),
    ],
)
@pytest.mark.parametrize(
    "body", ["", "{}", "null", "[]", "7", '"no"', '{"error": null}', '{"error": "no"}', "<html>", "{" * 9999]
)
def test_a_status_without_words_has_its_meaning(status: int, cure: Cure, body: str) -> None:
    assert judge(status, body, OPTIONAL).cure is cure


@given(
    st.integers(100, 599).filter(lambda status: status != 200),
    st.text()
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["error", "message", "code", "param", "type", "detail", "loc", "msg"]), inner
            )
        ),
        max_leaves=12,
    ).map(json.dumps),
)
def test_any_body_is_judged_on_one_line(status: int, body: str) -> None:
    judgement = judge(status, body, OPTIONAL)
    assert len(judgement.why.splitlines()) == 1
    assert judgement.why.isprintable()


@pytest.mark.parametrize(
    ("body", "cure", "field"),
    [
        ({"error": {"message": "This model's maximum context length is 512 tokens."}}, Cure.NONE, ""),
        ({"object": "error", "message": "Please reduce the length of the input", "code": 400}, Cure.NONE, ""),
        ({"error": {"message": "no", "code": "context_length_exceeded"}}, Cure.NONE, ""),
        ({"error": {"message": "no", "code": "content_filter"}}, Cure.NONE, ""),
        ({"error": {"message": "no", "param": "seed"}}, Cure.WITHOUT, "seed"),
        ({"error": {"message": "logprobs is not supported", "param": None}}, Cure.WITHOUT, "logprobs"),
        ({"detail": [{"loc": ["body", "seed"], "msg": "extra fields not permitted"}]}, Cure.WITHOUT, "seed"),
        ({"detail": "Unknown parameter: seed"}, Cure.WITHOUT, "seed"),
        ({"error": {"message": "seed is fine", "param": "model"}}, Cure.SETTING, ""),
        ({"error": {"message": "the seeds of 'Tom has 5 seeds'"}}, Cure.SETTING, ""),
        ({"error": {"message": "stop is not supported"}}, Cure.SETTING, ""),
    ],
)
def test_a_400_is_read(body: object, cure: Cure, field: str) -> None:
    judgement = judge(400, json.dumps(body), OPTIONAL)
    assert (judgement.cure, judgement.field) == (cure, field)


def test_a_plain_400_is_about_this_prompt_where_others_were_answered() -> None:
    assert judge(400, "bad", proven=False).cure is Cure.SETTING
    assert judge(400, "bad", proven=True).cure is Cure.NONE
    assert judge(404, "no such model", proven=True).cure is Cure.SETTING


def test_a_quota_that_is_spent_is_no_rate() -> None:
    body = json.dumps({"error": {"message": "You exceeded your current quota", "type": "insufficient_quota"}})
    assert judge(429, body).cure is Cure.MONEY
    assert judge(429, json.dumps({"error": {"message": "Rate limit reached for requests"}})).cure is Cure.SLOWER


@given(st.integers(1, 10**6), st.integers())
def test_waits_grow_up_to_a_limit_and_are_never_the_same_for_all(tries: int, seed: int) -> None:
    longest = min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** min(tries - 1, 20))
    assert 0 <= delay(tries, Random(seed)) <= longest
    waits = [delay(tries, Random(other)) for other in range(50)]
    assert max(waits) > longest * 0.7
    assert min(waits) < longest * 0.3


@given(st.floats(0, 1e9), st.integers(1, 20))
def test_a_server_that_says_how_long_is_heeded_up_to_a_limit(told: float, tries: int) -> None:
    wait = delay(tries, Random(tries), told)
    least = min(told, LONGEST_RETRY_AFTER_SECONDS)
    assert least <= wait <= least + FIRST_DELAY_SECONDS


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": " 0.5 "}, 0.5),
        ({"retry-after": "9", "retry-after-ms": "1500"}, 1.5),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "1e400"}, None),
        ({"retry-after": "9" * 5000}, None),
        ({"retry-after": "\N{ARABIC-INDIC DIGIT SEVEN}"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:30 GMT", "date": "Wed, 21 Oct 2015 07:28:00 GMT"}, 30),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT", "date": "Wed, 21 Oct 2015 07:29:00 GMT"}, 0),
        # Against which clock: this machine's may be years off.
        ({"retry-after": "Wed, 21 Oct 2015 07:28:30 GMT"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:30 GMT", "date": "Wed, 21 Oct 2015 07:28:00 -0000"}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_by_the_servers_own_clock(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(headers) == seconds


@given(st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms", "date"]), st.text()))
def test_any_header_is_read_or_passed_over(headers: dict[str, str]) -> None:
    seconds = retry_after(headers)
    assert seconds is None or seconds >= 0
