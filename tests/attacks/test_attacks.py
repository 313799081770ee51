"""The whole self-check at every level of isolation, in both lanes, as root and as nobody, and that it has teeth."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pad_ray.executor.leftovers import LEFTOVERS

pytestmark = pytest.mark.attacks

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
SELF_CHECK = ("-m", "pad_ray.executor.self_check", "--slots", "2")
NOBODY = 65534
NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
SECONDS = 300


def _run(*command: str, **how: Any) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.defpath, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    return subprocess.run(command, cwd=ROOT, env=environment, text=True, timeout=SECONDS, capture_output=True, **how)


def _as_nobody(*command: str) -> subprocess.CompletedProcess[str]:
    return _run(*command, user=NOBODY, group=NOBODY, extra_groups=[])


def _holds(done: subprocess.CompletedProcess[str]) -> str:
    """The summary, once every check held."""
    assert done.returncode == 0, f"\n{done.stdout}{done.stderr}"
    return done.stdout.splitlines()[-1]


def _python_of_nobody() -> str:
    """An interpreter that an unprivileged user may execute; ours may lie in root's home."""
    for python in (sys.executable, "/usr/local/bin/python3", "/usr/bin/python3"):
        try:
            if _as_nobody(python, "-c", "import pad_ray.executor.self_check").returncode == 0:
                return python
        except OSError:
            continue
    pytest.skip(f"no Python 3.11 that user {NOBODY} may execute, or {ROOT} is not for others to read")


@pytest.mark.parametrize("lanes", ["auto", "solo"])
@pytest.mark.parametrize("without", [(), ("landlock",), ("namespaces",)], ids=lambda levels: "+".join(levels) or "full")
def test_every_attack_is_contained(lanes: str, without: tuple[str, ...]) -> None:
    chosen = [argument for level in without for argument in ("--without", level)]
    summary = _holds(_run(sys.executable, *SELF_CHECK, "--lanes", lanes, *chosen))
    assert all(level not in summary for level in without)


@pytest.mark.parametrize("lanes", ["auto", "solo"])
def test_every_attack_is_contained_in_a_container(lanes: str) -> None:
    script = str(HERE / "containerlike.py")
    summary = _holds(_run(sys.executable, script, sys.executable, *SELF_CHECK, "--lanes", lanes))
    assert "seccomp" in summary
    assert "namespaces" not in summary


@NEEDS_ROOT
@pytest.mark.parametrize("lanes", ["auto", "solo"])
def test_every_attack_is_contained_for_an_unprivileged_user(lanes: str) -> None:
    _holds(_as_nobody(_python_of_nobody(), *SELF_CHECK, "--lanes", lanes))


@NEEDS_ROOT
def test_every_attack_is_contained_for_an_unprivileged_user_in_a_container() -> None:
    python = _python_of_nobody()
    _holds(_as_nobody(python, str(HERE / "containerlike.py"), python, *SELF_CHECK))


def test_most_leftovers_do_their_harm_where_no_gate_stops_them() -> None:
    """Else their witnesses would show nothing. The rest are harmless by themselves, as far as is known."""
    done = _run(sys.executable, "-W", "ignore", str(HERE / "ungated.py"))
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) >= 2 / 3 * len(LEFTOVERS), done.stdout
