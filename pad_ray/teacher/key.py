"""A server's key: read from the environment, given to the server, and shown to nobody."""

from __future__ import annotations

import os

from pad_ray.errors import ConfigError

HIDDEN = "[key]"
"""Stands where a key, or a part of one, was."""

WINDOW = 8
"""Characters in a row that give a key away: servers like to echo its beginning or end. A shorter one counts whole."""


class Key:
    """The key in the environment variable `variable`, or no key where it is unset or empty.

    Raises:
        ConfigError: if it holds what no HTTP header can carry.
    """

    def __init__(self, variable: str) -> None:
        self.variable = variable
        # A key written by `echo` or read from a file often ends in a line break.
        self._value = os.environ.get(variable, "").strip()
        if not all(" " < character <= "~" for character in self._value):
            raise ConfigError(
                f"teacher.endpoint.key_variable: {variable} holds a space, a control character or one beyond ASCII; "
                "a key is one word"
            )

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return f"Key({self.variable})"

    def __reduce__(self) -> tuple[type[Key], tuple[str]]:
        # Another process reads its own environment: the key is in no pickle either.
        return Key, (self.variable,)

    def headers(self) -> dict[str, str]:
        """What a request carries."""
        return {"Authorization": f"Bearer {self._value}"} if self._value else {}

    def redact(self, text: str) -> str:
        """`text` without the key, and without any `WINDOW` characters in a row of it."""
        size = min(WINDOW, len(self._value))
        if not size:
            return text
        windows = {self._value[start : start + size] for start in range(len(self._value) - size + 1)}
        shown, hidden_to = [], 0
        for place in range(len(text)):
            if text[place : place + size] in windows:
                if place >= hidden_to:
                    shown.append(HIDDEN)
                hidden_to = place + size
            if place >= hidden_to:
                shown.append(text[place])
        return "".join(shown)
