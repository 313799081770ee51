"""Virtual environments of peers, each with pinned packages, made when first asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from harness.machine import ROOT

ENVIRONMENTS = ROOT / ".venv-peers"

UV = Path(sys.executable).parent / "uv"
"""As `make setup` leaves it."""

READY = "ready"
"""File in a whole environment; holds what was asked for, so that another version is installed anew."""

INSTALL_SECONDS = 600


def environment(
    name: str, packages: Sequence[str], say: Callable[[str], None], *, options: Sequence[str] = ("--no-deps",)
) -> Path:
    """The interpreter of the environment `name` with `packages` in it; it is made if it is not there.

    Args:
        options: of the installer; by default nothing is installed but what is named.

    Raises:
        RuntimeError: if it cannot be made.
    """
    folder = ENVIRONMENTS / name
    python = folder / "bin" / "python"
    wanted = "\n".join((sys.version, *packages))
    ready = folder / READY
    if ready.is_file() and ready.read_text("utf-8") == wanted:
        return python
    say(f"making {folder.relative_to(ROOT)} with {' '.join(packages) or 'the bare interpreter'} (once)")
    # The interpreter that we run on, so that no peer has a faster one.
    if UV.is_file():
        _call(str(UV), "venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
        install = (str(UV), "pip", "install", "--quiet", "--python", str(python))
    else:
        _call(sys.executable, "-m", "venv", "--clear", str(folder))
        install = (str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    if packages:
        _call(*install, *options, *packages)
    ready.write_text(wanted, encoding="utf-8")
    return python


def _call(*command: str) -> None:
    there = dict(os.environ)
    if links := there.get("PIP_FIND_LINKS"):  # uv does not read pip's settings
        there.setdefault("UV_FIND_LINKS", links)
    try:
        subprocess.run(
            command, check=True, capture_output=True, text=True, errors="replace", env=there,
            timeout=INSTALL_SECONDS,
        )  # fmt: skip
    except subprocess.CalledProcessError as failed:
        raise RuntimeError(failed.stderr.strip() or f"it ended with {failed.returncode}") from failed
    except (OSError, subprocess.TimeoutExpired) as failed:
        raise RuntimeError(str(failed)) from failed
