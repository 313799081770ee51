"""Markdown of which some text comes from outside: from a model's name, a question set or a config. None of it becomes
markup, and nothing in it that concerns only whoever ran it is passed on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import resources
from typing import Any

import jinja2


def template(name: str) -> jinja2.Template:
    """The template in this folder, with the filters `cell`, `n` (a number with separators) and `fenced`."""
    # Markdown, not HTML: autoescape would escape the wrong characters, `cell` escapes the right ones.
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    environment.filters |= {"cell": cell, "n": lambda number: f"{number:,}", "fenced": fenced}
    return environment.from_string(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"))


def cell(value: object) -> str:
    """Text that stays text: no markup, no HTML, one line."""
    line = " ".join(str(value).split())
    return re.sub(r"([\\`*_\[\]|#])", r"\\\1", line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def fenced(text: str, language: str = "") -> str:
    """A block of code that the text cannot end."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def without_private(value: Any) -> Any:
    """Settings without what concerns only whoever ran them: folders of theirs, and what an address may carry."""
    if isinstance(value, Mapping):
        return {key: without_private(inside) for key, inside in value.items()}
    if isinstance(value, list | tuple):
        return [without_private(inside) for inside in value]
    if isinstance(value, str) and "://" in value:
        scheme, _, rest = value.partition("://")
        return f"{scheme}://{re.split('[?#]', rest)[0].rpartition('@')[2]}"
    if isinstance(value, str) and value.startswith(("/", "~", "../")):
        return f".../{value.rstrip('/').rpartition('/')[2]}"
    return value
