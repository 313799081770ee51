"""The conformance suite passes here, and it does see a sandbox that does not hold."""

from __future__ import annotations

from pad_ray.executor import Sandbox
from pad_ray.executor.self_check import ATTACKS, self_check


def test_every_attack_is_contained() -> None:
    with Sandbox(cpu_seconds=0.3, wall_seconds=3, slots=2) as sandbox:
        checks = self_check(sandbox)
    assert len(checks) == len(ATTACKS) + 1
    assert [check for check in checks if not check.ok] == []


def test_a_sandbox_with_holes_is_seen() -> None:
    with Sandbox(cpu_seconds=0.3, wall_seconds=3, slots=2, without=("seccomp", "landlock"), unsafe=True) as sandbox:
        failed = {check.name for check in self_check(sandbox) if not check.ok}
    assert {"socket", "file read", "fork bomb", "kill the parent", "zygotes unharmed"} <= failed
    assert "endless loop" not in failed
