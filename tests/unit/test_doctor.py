"""Every node of a cluster is surveyed, and what does not hold is said."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from pad_ray import cli, doctor
from pad_ray.doctor import findings
from pad_ray.executor.attacks import ATTACKS
from pad_ray.executor.self_check import self_check
from pad_ray.executor.survey import Survey, survey

GOOD = Survey(
    node="10.0.0.1",
    node_id="a",
    python="3.11.2",
    kernel="Linux 6.1",
    packages={"ray": "2.60.0"},
    cores=8,
    memory_gib=64.0,
    gpus=("H200",),
    isolation="seccomp+landlock",
    attacks=40,
    programs_per_second=5000.0,
)

QUICK = partial(survey, seconds=0.3, check=partial(self_check, attacks=ATTACKS[:4], leftovers=()))
"""A survey with few attacks; tests/attacks has them all."""


def _other(**different: Any) -> Survey:
    return Survey(**{name: getattr(GOOD, name) for name in Survey.__slots__} | different)


BAD = {
    "isolation": _other(isolation="unsafe:landlock"),
    "attacks": _other(not_contained=("socket",)),
    "problem": Survey("10.0.0.2", "b", problem="the survey failed: node died"),
    "python": _other(python="3.13.0"),
}


def test_a_node_that_holds_has_nothing_that_is_not_ok() -> None:
    assert GOOD.holds
    told = {finding.what: finding.value for finding in findings([GOOD]) if finding.ok}
    assert told == {
        "python": "3.11.2",
        "packages": "ray 2.60.0",
        "kernel": "Linux 6.1",
        "cores": "8",
        "memory": "64 GiB",
        "GPUs": "H200",
        "isolation": "seccomp+landlock",
        "attacks": "40 of 40 held",
        "programs/s": "5,000 per core",
    }


@pytest.mark.parametrize("what", BAD)
def test_what_does_not_hold_is_said(what: str) -> None:
    assert [finding.what for finding in findings([GOOD, BAD[what]]) if not finding.ok] == [what]


def test_attacks_that_got_through_are_named() -> None:
    said = [finding.value for finding in findings([BAD["attacks"]]) if not finding.ok]
    assert said == ["39 of 40 held; not contained: socket"]


@pytest.mark.parametrize(("found", "code"), [([GOOD], 0), *(([GOOD, bad], 1) for bad in BAD.values())])
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_the_exit_code_says_whether_every_node_holds(
    found: list[Survey], code: int, options: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(doctor, "examine", lambda address, report: found)
    with pytest.raises(SystemExit) as end:
        cli.main(["doctor", *options])
    assert (end.value.code or 0) == code
    told = capsys.readouterr().out
    if options:
        assert [node["node"] for node in json.loads(told)] == [node.node for node in found]
        assert json.loads(told)[0]["holds"]
    else:
        assert all(node.node in told for node in found)
        assert ("not ok" in told) == bool(code)


def test_this_machine_is_surveyed() -> None:
    here = QUICK("127.0.0.1", "")
    assert here.holds, here
    assert here.programs_per_second > 0
    assert here.cores > 0
    assert "ray" in here.packages
