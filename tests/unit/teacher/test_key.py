"""A key goes to the server and nowhere else."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pad_ray.errors import ConfigError
from pad_ray.teacher.key import HIDDEN, WINDOW, Key

KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)


def key_of(monkeypatch: pytest.MonkeyPatch, value: str) -> Key:
    monkeypatch.setenv("SOME_KEY", value)
    return Key("SOME_KEY")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(KEYS, st.text(max_size=30), st.text(max_size=30), st.integers(0, 60), st.integers(0, 60))
def test_no_piece_of_a_key_is_left_in_a_text(
    monkeypatch: pytest.MonkeyPatch, value: str, before: str, after: str, start: int, length: int
) -> None:
    size = min(WINDOW, len(value))
    start = min(start, len(value) - size)
    text = before + value[start : start + size + length] + after + value
    shown = key_of(monkeypatch, value).redact(text)
    # What is left was never beside what was cut out.
    for piece in shown.split(HIDDEN):
        assert all(value[place : place + size] not in piece for place in range(len(value) - size + 1))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text("abcdefgh "))
def test_other_text_is_left_alone(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    assert key_of(monkeypatch, "SK-0123456789").redact(text) == text
    assert key_of(monkeypatch, "").redact(text) == text


def test_a_text_around_a_key_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    key = key_of(monkeypatch, "SK-0123456789")
    assert (
        key.redact("bad key SK-0123456789, or SK-01234 and 23456789!") == f"bad key {HIDDEN}, or {HIDDEN} and {HIDDEN}!"
    )


def test_a_key_is_in_no_repr_and_no_pickle(monkeypatch: pytest.MonkeyPatch) -> None:
    key = key_of(monkeypatch, " SK-0123456789\n")
    assert key.headers() == {"Authorization": "Bearer SK-0123456789"}
    dumped = pickle.dumps(key)
    assert all("0123" not in text for text in (repr(key), str(key), dumped.decode("latin-1")))
    assert pickle.loads(dumped).headers() == key.headers()


def test_without_a_key_there_is_no_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOME_KEY", raising=False)
    assert not Key("SOME_KEY")
    assert Key("SOME_KEY").headers() == {}
    assert not key_of(monkeypatch, " \n")


@pytest.mark.parametrize("value", ["two words", "line\r\nX-Header: 1", "schlüssel", "nul\x01"])
def test_what_no_header_can_carry_is_refused_without_showing_it(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    with pytest.raises(ConfigError, match="key_variable: SOME_KEY") as refused:
        key_of(monkeypatch, value)
    assert value not in str(refused.value)
