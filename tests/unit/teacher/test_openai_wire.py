"""What is said to a server and understood of its answer."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.records import Completion
from pad_ray.teacher.engine import Draw
from pad_ray.teacher.wire import LARGEST_COUNT, completion, estimate, optional, request

DRAW = Draw(3, seed=11, temperature=0.8, top_p=0.9, max_tokens=64)
NAMES = [
    *("choices", "text", "message", "content", "logprobs", "token_logprobs", "logprob"),
    *("usage", "completion_tokens", "prompt_tokens"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner),
    max_leaves=20,
)


def answer(text: Any = "ans = 3", usage: Any = None, logprobs: Any = None) -> str:
    return json.dumps({"choices": [{"text": text, "logprobs": logprobs}], "usage": usage})


def test_a_request_holds_the_draw() -> None:
    assert request("completions", "m", "text", DRAW) == {
        "model": "m",
        "prompt": "text",
        "max_tokens": 64,
        "temperature": 0.8,
        "top_p": 0.9,
        "seed": 11,
        "stop": ["\nQuestion:"],
        "logprobs": 0,
    }
    chat = request("chat", "m", "text", DRAW)
    assert (chat["messages"], chat["logprobs"]) == ([{"role": "user", "content": "text"}], True)
    assert "prompt" not in chat


def test_greedy_has_no_seed() -> None:
    assert "seed" not in request("completions", "m", "text", replace(DRAW, temperature=0.0))


def test_fields_can_be_left_out_and_the_length_goes_by_another_name() -> None:
    body = request("chat", "m", "text", DRAW, optional("chat"))
    assert set(body) == {"model", "messages", "temperature", "top_p", "max_completion_tokens"}
    assert body["max_completion_tokens"] == 64
    assert "max_tokens" not in optional("completions")


def test_an_estimate_counts_the_longest_completion() -> None:
    assert estimate("x" * 300, DRAW) == 164


def test_what_the_server_counts_is_taken() -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 0}
    body = answer(usage=usage, logprobs={"token_logprobs": [-1, -0.5]})
    assert completion("completions", body, "p" * 999) == Completion("ans = 3", 0, -1.5, 10)


@pytest.mark.parametrize("usage", [None, 7, {}, {"completion_tokens": None, "prompt_tokens": "9"}])
def test_what_it_does_not_count_is_estimated(usage: Any) -> None:
    drawn = completion("completions", answer("x" * 30, usage), "p" * 60)
    assert drawn is not None
    assert (drawn.tokens, drawn.prompt_tokens) == (11, 20)


@pytest.mark.parametrize("count", [-1, True, 1.5, LARGEST_COUNT + 1, 10**400])
def test_counts_that_cannot_be_are_not_believed(count: Any) -> None:
    drawn = completion("completions", answer("xyz", {"completion_tokens": count, "prompt_tokens": count}), "")
    assert drawn is not None
    assert (drawn.tokens, drawn.prompt_tokens) == (2, 0)


@pytest.mark.parametrize(
    "logprobs",
    [
        *(None, [], {}, {"token_logprobs": [None, -1.0]}, {"token_logprobs": ["-1"]}, {"content": [7]}),
        *({"content": [{}]}, {"token_logprobs": [10**400]}, {"token_logprobs": [float("inf"), float("-inf")]}),
    ],
)
def test_a_sum_of_which_a_part_is_unknown_is_unknown(logprobs: Any) -> None:
    drawn = completion("completions", answer(logprobs=logprobs), "")
    assert drawn is not None
    assert drawn.logprob == 0


def test_text_after_a_stop_is_cut_and_half_a_surrogate_pair_is_no_text() -> None:
    drawn = completion("completions", answer("ans = 3\nQuestion: more\nQuestion: and more"), "")
    assert drawn is not None
    assert drawn.text == "ans = 3"
    drawn = completion("completions", '{"choices": [{"text": "\\ud83d \\ud83d\\ude42"}]}', "")
    assert drawn is not None
    assert drawn.text == "? 🙂"


@pytest.mark.parametrize(
    ("message", "text"),
    [({"content": "a"}, "a"), ({"content": None}, ""), ({"refusal": "no"}, ""), ({"content": 7}, None), ("a", None)],
)
def test_a_chat_without_content_is_an_empty_completion(message: Any, text: str | None) -> None:
    drawn = completion("chat", json.dumps({"choices": [{"message": message}]}), "")
    assert (drawn.text if drawn else None) == text


@given(st.text() | JSON.map(json.dumps), st.sampled_from(["completions", "chat"]))
def test_any_answer_is_a_completion_that_can_be_written_or_none(body: str, api: str) -> None:
    drawn = completion(api, body, "prompt")
    if drawn is not None:
        drawn.text.encode()
        assert 0 <= drawn.tokens <= LARGEST_COUNT
        assert 0 <= drawn.prompt_tokens <= LARGEST_COUNT
        assert abs(drawn.logprob) < float("inf")
