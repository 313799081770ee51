"""The benchmarks' shared piece, with measures that are stubs; and that every benchmark has its command line."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
try:
    from harness import command, machine
    from harness.figures import Figure, against, write_results
    from harness.rounds import Rates, interleave
finally:
    # A benchmark has the name of the room that it measures; nobody shall import one for the other.
    sys.path.remove(str(BENCHMARKS))


class Stub:
    """A measure whose rates are given."""

    def __init__(self, name: str, rates: list[float], calls: list[str]) -> None:
        self.name, self.rates, self.calls = name, iter(rates), calls

    def __call__(self) -> float:
        self.calls.append(self.name)
        return next(self.rates)


def test_contenders_take_turns_and_the_warm_up_does_not_count() -> None:
    calls: list[str] = []
    settled: list[int] = []
    rates = interleave(
        {"a": Stub("a", [9, 1, 2, 3], calls), "b": Stub("b", [9, 4, 4, 6], calls)},
        unit="x/s",
        rounds=3,
        warm_up=1,
        settle=lambda: settled.append(len(calls)),
    )
    assert rates == Rates("x/s", {"a": [1, 2, 3], "b": [4, 4, 6]})
    assert calls == [*"ba", *"ab", *"ba", *"ab"]
    assert settled == list(range(8))


def test_median_and_ratio() -> None:
    rates = Rates("x/s", {"a": [1, 2, 9], "b": [2, 8, 1]})
    assert rates.median("a") == rates.median("b") == 2
    # Within the rounds 0.5, 0.25 and 9; the ratio of the medians would be 1.
    assert rates.ratio("a", "b") == 0.5


def test_figures_are_the_rates_and_the_ratios_to_every_peer() -> None:
    rates = Rates("x/s", {"ours": [123456.0], "p": [100000.0], "q": [61728.0]})
    assert against(rates, ["ours"], ["p", "q"], of="work") == [
        Figure("work: ours", 123500, "x/s"),
        Figure("work: p", 100000, "x/s"),
        Figure("work: q", 61730, "x/s"),
        Figure("work: ours / p", 1.235, "x"),
        Figure("work: ours / q", 2.0, "x"),
    ]


def test_a_target_is_met_or_not() -> None:
    with pytest.raises(ValueError, match="either met or not"):
        Figure("a", 1.0, "x", target=2.0)
    with pytest.raises(ValueError, match="either met or not"):
        Figure("a", 1.0, "x", met=True)


def test_the_results_file(tmp_path: Path) -> None:
    path = tmp_path / "results" / "stub.json"
    figures = [Figure("a / b", 0.5, "x", 0.4, True), Figure("a", 10.0, "x/s")]
    write_results(path, {"cpu": "some", "cores": 2}, "abc dirty", figures)
    assert json.loads(path.read_text()) == {
        "machine": {"cpu": "some", "cores": 2},
        "commit": "abc dirty",
        "figures": [
            {"figure": "a / b", "value": 0.5, "unit": "x", "target": 0.4, "met": True},
            {"figure": "a", "value": 10.0, "unit": "x/s", "target": None, "met": None},
        ],
    }
    assert [file.name for file in path.parent.iterdir()] == ["stub.json"]


def test_a_failed_write_leaves_the_old_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "stub.json"
    write_results(path, {}, "old", [])

    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="disk full"):
        write_results(path, {}, "new", [])
    assert json.loads(path.read_text())["commit"] == "old"
    assert len(list(tmp_path.iterdir())) == 1


def run_stub(monkeypatch: pytest.MonkeyPatch, folder: Path, *arguments: str) -> int:
    """Run a stub benchmark; returns how many rounds it was asked for."""
    monkeypatch.setattr(command, "RESULTS", folder)
    options = command.parser("a stub").parse_args(arguments)
    asked: list[int] = []

    def measure(options: argparse.Namespace) -> tuple[list[Rates], list[Figure], dict[str, str]]:
        asked.append(options.rounds)
        rates = Rates("x/s", {"a": [1.0] * options.rounds})
        return [rates], [Figure("a", 1.0, "x/s")], {"work": "none"}

    command.run("stub", options, measure)
    return asked[0]


def test_a_run_writes_its_results(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert run_stub(monkeypatch, tmp_path) == command.ROUNDS
    written = json.loads((tmp_path / "stub.json").read_text())
    assert set(written) == {"machine", "commit", "figures"}
    assert written["machine"]["work"] == "none"


def test_a_smoke_run_writes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert run_stub(monkeypatch, tmp_path, "--quick") == 1
    assert not list(tmp_path.iterdir())


def test_two_rounds_have_no_median() -> None:
    with pytest.raises(SystemExit):
        command.parser("a stub").parse_args(["--rounds", "2"])


def test_the_machine_has_no_names_and_no_paths() -> None:
    import platform

    facts = machine.describe_machine(["no-such-package"])
    assert facts["no-such-package"] == "not installed"
    assert facts["cpu"] and facts["cores"] and facts["memory_gib"]
    assert platform.node() not in facts.values()
    assert str(machine.ROOT) not in json.dumps(facts)


@pytest.mark.parametrize("file", sorted(BENCHMARKS.glob("*.py")), ids=lambda file: file.stem)
def test_every_benchmark_has_its_command_line(file: Path) -> None:
    """From the project root, as the README says; nothing heavy is imported to answer."""
    asked = subprocess.run(
        [sys.executable, "-X", "importtime", f"benchmarks/{file.name}", "--help"],
        cwd=BENCHMARKS.parent,
        capture_output=True,
        text=True,
    )
    assert asked.returncode == 0, asked.stderr
    assert "--quick" in asked.stdout and "--rounds" in asked.stdout
    imported = {line.rpartition("|")[2].strip() for line in asked.stderr.splitlines()}
    assert not imported & {"torch", "vllm", "ray", "transformers"}
