"""Where a folder is: a path on this machine, or the address of one in an object store."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from pad_ray.errors import ConfigError

SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(//?)")
"""A beginning like `s3://`; with one slash it is what `Path` makes of it."""

STORES = {"s3": "s3", "gs": "gs", "gcs": "gs"}
"""Schemes of object stores, and the one name that each goes by here."""

OPTIONS = ("endpoint_override", "scheme", "region", "anonymous")
"""What may stand in an address after `?`. Credentials may not: an address is written to configs, logs and messages."""

HOW = "give a path, s3://bucket/folder or gs://bucket/folder"


@dataclass(frozen=True, slots=True)
class Remote:
    """A folder in an object store, taken apart."""

    scheme: Literal["s3", "gs"]
    path: str
    """`bucket/folder`, without a slash at either end."""
    options: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        query = "&".join(f"{name}={value}" for name, value in self.options)
        return f"{self.scheme}://{self.path}" + (f"?{query}" if query else "")


def parse(where: str | Path) -> Path | Remote:
    """Take apart a path, a `file://` address (both become absolute paths) or the address of an object store.

    Raises:
        ConfigError: for an unknown scheme or option, no bucket, or anything that looks like credentials; those are
            not repeated in the message.
    """
    text = str(where)
    scheme = SCHEME.match(text)
    if scheme is None:
        return _absolute(text)
    name = scheme[1].lower()
    if isinstance(where, Path) or scheme[2] == "/":
        if name in STORES:
            raise ConfigError(f"{name}:/...: a folder in an object store cannot be given here, or lacks a slash; {HOW}")
        return _absolute(text)
    if name == "file":
        return _file(text)
    if name not in STORES:
        raise ConfigError(f"{name}://...: not a kind of folder that is known; {HOW}")
    return _remote(STORES[name], text)


def _absolute(path: str) -> Path:
    """Absolute, as workers have other working directories; symbolic links stay."""
    if not path:
        raise ConfigError(f"a folder is wanted and its path is empty; {HOW}")
    return Path(os.path.abspath(path))  # noqa: PTH100  Path.absolute keeps `..`


def _file(text: str) -> Path:
    host, slash, path = text.split("://", 1)[1].partition("/")
    if host not in ("", "localhost"):
        raise ConfigError("file://...: names another machine; write file:///folder with three slashes, or a path")
    return _absolute(unquote(slash + path))


def _remote(scheme: str, text: str) -> Remote:
    try:
        parts = urlsplit(text)
    except ValueError:
        raise ConfigError(f"{scheme}://...: no bucket and folder can be read from it; {HOW}") from None
    # A secret key may hold slashes, so that what is behind one may be part of it: an @ is refused wherever it stands.
    if "@" in unquote(text) or ":" in parts.netloc:
        raise ConfigError(
            f"{scheme}://...: holds a user name, key or port; credentials come from the environment or the machine's "
            "role, and an endpoint is given as ?endpoint_override=host:port"
        )
    path = "/".join(piece for piece in (parts.netloc, *parts.path.split("/")) if piece)
    if not parts.netloc or parts.fragment or ".." in path.split("/"):
        raise ConfigError(f"{scheme}://...: no bucket and folder can be read from it; {HOW}")
    options = tuple(parse_qsl(parts.query, keep_blank_values=True))
    for option, value in options:
        if option not in OPTIONS:
            raise ConfigError(
                f"{scheme}://{path}: an option that is not known; known are {', '.join(OPTIONS)}, and credentials come "
                "from the environment or the machine's role"
            )
        if option == "scheme" and value not in ("http", "https"):
            raise ConfigError(f"{scheme}://{path}: scheme is http or https")
        if option == "anonymous" and value not in ("true", "false"):
            raise ConfigError(f"{scheme}://{path}: anonymous is true or false")
    return Remote(scheme="s3" if scheme == "s3" else "gs", path=path, options=options)
