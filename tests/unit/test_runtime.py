"""The token of a cluster that we start."""

from __future__ import annotations

from pathlib import Path

import pytest

from pad_ray.runtime import _ensure_token


def test_a_token_is_made_once_and_for_its_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)
    _ensure_token()
    token = tmp_path / ".ray" / "auth_token"
    made = token.read_text()
    assert len(made) == 64
    assert token.stat().st_mode & 0o777 == 0o600
    _ensure_token()
    assert token.read_text() == made


def test_a_token_that_the_user_gives_is_the_only_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("RAY_AUTH_TOKEN", "f" * 64)
    _ensure_token()
    assert not (tmp_path / ".ray").exists()
