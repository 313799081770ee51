"""The pure parts of the executor's benchmark, and its smallest workers."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
try:
    from executor_peers import corpus, published, roster
    from executor_peers.contender import Reply, run_worker, write_work
    from harness import bars
    from harness.cores import on_cores
    from harness.figures import Figure
    from harness.memory import tree_memory
    from harness.rounds import Rates
    from harness.targets import Target, with_targets
finally:
    # A benchmark has the name of the room that it measures; nobody shall import one for the other.
    sys.path.remove(str(BENCHMARKS))


def run(program: str) -> object:
    """The answer of a program of ours, by the expression that peers are told."""
    namespace: dict[str, object] = {}
    exec(program, namespace)
    return eval(corpus.answer_of(program), namespace)


def test_the_made_corpus_is_the_same_every_time_and_no_program_comes_twice() -> None:
    programs = corpus.made_programs(300)
    assert programs == corpus.made_programs(300)
    assert programs[:100] == corpus.made_programs(100)
    assert len(set(programs)) == 300
    assert {len(program.splitlines()) for program in programs} <= set(range(5, 11))


def test_made_programs_are_of_both_styles_and_have_an_answer() -> None:
    programs = corpus.made_programs(100)
    functions = [program for program in programs if program.startswith("def solution():")]
    assert 20 < len(functions) < 80
    assert all(isinstance(run(program), int | float) for program in programs)


def test_a_function_and_its_lines_have_one_answer() -> None:
    lines = corpus.as_lines("def solution():\n    eggs = 3\n    result = eggs * 2\n    return result")
    assert lines == "eggs = 3\nresult = eggs * 2\nans = result"
    assert run(lines) == 6


@pytest.mark.parametrize(
    ("program", "answer"),
    [
        ("x = 1\nans = x", "ans"),
        ("ans = 0\nans += 1", "ans"),
        ("def solution():\n    ans = 1\n    return ans", "solution()"),
        ("def solver():\n    return 1", "solver()"),
        ("answer = 1\nprint(answer)", "None"),
    ],
)
def test_where_the_answer_is(program: str, answer: str) -> None:
    assert corpus.answer_of(program) == answer


@pytest.mark.parametrize(("share", "places"), [(0.0, []), (0.01, [50, 150, 250, 350]), (0.0025, [200])])
def test_loops_are_mixed_in_evenly(share: float, places: list[int]) -> None:
    programs = [str(number) for number in range(400)]
    mixed = corpus.with_loops(programs, share)
    assert [place for place, program in enumerate(mixed) if program == corpus.LOOP] == places
    assert [program for program in mixed if program != corpus.LOOP] == [
        program for place, program in enumerate(programs) if place not in places
    ]


def test_programs_are_taken_evenly_and_no_text_comes_twice() -> None:
    programs = [f"ans = {number}" for number in range(10)]
    assert corpus.take(programs, 2) == ["ans = 2", "ans = 7"]
    assert corpus.take(programs, 10) == programs
    many = corpus.take(programs, 25)
    assert many[:10] == programs and many[12] == "ans = 2\n# 1"
    assert len(set(many)) == 25
    assert run(many[12]) == 2
    with pytest.raises(ValueError, match="no programs"):
        corpus.take([], 1)


def test_no_recordings_are_no_programs(tmp_path: Path) -> None:
    assert corpus.recorded_programs(tmp_path / "nowhere") == []
    (tmp_path / "a.jsonl").write_text('{"completion": "```python\\nans = 1\\n```"}\n\n{"completion": "ans = 2"}\n')
    assert corpus.recorded_programs(tmp_path) == ["ans = 1", "ans = 2"]


def everything() -> dict[str, Rates]:
    """Rates of all contenders on all works; the later a contender, the higher."""

    def rates(names: list[str]) -> Rates:
        return Rates("programs/s", {name: [float(number)] for number, name in enumerate(names, 1)})

    all_names = [*roster.ONE_SLOT, *roster.TWO_SLOTS, *roster.OTHERS]
    loops = [published.loops_name(share) for share in published.LOOP_SHARES]
    return {
        published.MADE: rates(all_names),
        published.SHORT: rates(all_names),
        published.REAL: rates([roster.SHARED_128]),
        published.LOOPS: rates([*loops, published.LOOP_PEER]),
    }


def test_every_target_is_of_a_figure_that_is_published() -> None:
    figures = published.published(everything(), {published.MEMORY: 100.0, published.MEMORY_SCIENTIFIC: 200.0})
    names = [figure.figure for figure in figures]
    assert len(names) == len(set(names))
    with_target = {figure.figure: figure.met for figure in figures if figure.target is not None}
    assert set(with_target) == set(published.TARGETS)
    assert with_target[published.MEMORY] and not with_target[published.MEMORY_SCIENTIFIC]


def test_what_could_not_be_measured_has_no_figures() -> None:
    rates = everything()
    del rates[published.REAL], rates[published.SHORT], rates[published.LOOPS].by_contender[published.LOOP_PEER]
    ours = {name: rates[published.MADE].by_contender[name] for name in roster.ONE_SLOT}
    rates[published.MADE] = Rates("programs/s", ours)
    figures = published.published(rates, {})
    assert {figure.unit for figure in figures} == {"programs/s"}


def test_a_target_is_a_bound_from_below_or_from_above() -> None:
    figures = [Figure("speed", 2.0, "x"), Figure("size", 3.0, "MB"), Figure("other", 1.0, "x")]
    assert with_targets(figures, {"speed": Target(2.0), "size": Target(2.0, at_most=True)}) == [
        Figure("speed", 2.0, "x", 2.0, True),
        Figure("size", 3.0, "MB", 2.0, False),
        Figure("other", 1.0, "x"),
    ]


def test_a_smoke_run_has_fewer_programs() -> None:
    (quick,) = roster.quicker([roster.fork_floor(2000)])
    assert (quick.count, quick.warm_up) == (100, 10)


def test_the_floor_forks(tmp_path: Path) -> None:
    reply = run_worker(replace(roster.fork_floor(20), warm_up=1), tmp_path / "not read")
    assert reply.statuses == {"forked": 20} and reply.seconds > 0


def test_the_limit_finds_the_answers(tmp_path: Path) -> None:
    programs = ["ans = 1", "def solution():\n    return 2", "print(3)", "x = 4", "1 / 0"]
    contender, work = replace(roster.in_process_limit(5), warm_up=1), tmp_path / "work.json"
    write_work(work, contender, programs, programs)
    assert run_worker(contender, work).statuses == {"answered": 3, "no_answer": 1, "raised": 1}


def test_a_worker_that_fails_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="compile \\+ exec in process: its worker failed"):
        run_worker(roster.in_process_limit(5), tmp_path / "no such file")


def test_a_reply_tells_what_became_of_the_programs() -> None:
    assert str(Reply(1.0, {"answered": 3, "raised": 1}, {"shared": 4})) == "3 answered, 1 raised; 4 shared"


def test_more_cores_than_there_are() -> None:
    with pytest.raises(ValueError, match="cores asked for"), on_cores(10_000):
        pass


def test_memory_of_this_process() -> None:
    import os

    memory = tree_memory(os.getpid())
    assert memory.megabytes > 1 and memory.processes >= 1
    assert str(memory).startswith(f"{memory.megabytes:.1f} MB in {memory.processes} processes")


def test_the_plot(tmp_path: Path) -> None:
    path = tmp_path / "results" / "stub.png"
    bars.draw_bars(path, [bars.Panel("work", [bars.Bar("ours", "ours", [1.0, 2.0, 9.0])])], axis="programs/s")
    assert path.read_bytes().startswith(b"\x89PNG")
