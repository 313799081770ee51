"""The address of a server: what is one, and by which proxy it is reached."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from pad_ray.errors import ConfigError

LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))
"""This machine: no proxy can reach it."""


def addresses(urls: Sequence[str]) -> list[str]:
    """The distinct base addresses in `teacher.endpoint.urls`, without a slash at the end.

    Raises:
        ConfigError: if there is none, or one that is no plain http:// or https:// address (named by its place).
    """
    if not urls:
        raise ConfigError("teacher.endpoint.urls: engine openai needs an address, e.g. [http://10.0.0.5:8000/v1]")
    return list(dict.fromkeys(_address(url, f"teacher.endpoint.urls.{place}") for place, url in enumerate(urls)))


def _address(url: str, where: str) -> str:
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # a port that is no number, half an IPv6 address
        known = False
    # The address itself is not shown: what is wrong with it may be a secret in it.
    if not known or " " in url or not url.isprintable():
        raise ConfigError(f"{where}: no http:// or https:// address with a host")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ConfigError(f"{where}: an address without user, password and query is wanted; a key goes by key_variable")
    return url.rstrip("/")


def proxy(url: str) -> str | None:
    """The proxy that the environment names for `url`, if any.

    Looked up here because aiohttp's own look-up also takes passwords from a netrc file, in place of our key.
    """
    parts = urlsplit(url)
    return None if parts.hostname in LOOPBACK or proxy_bypass(parts.netloc) else getproxies().get(parts.scheme)
