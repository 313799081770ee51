"""The pure parts of the synthesis' benchmark: which runs are made, what is read from their ledgers, what is published."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pad_ray.config_file import load_config
from pad_ray.records import JUDGED_SCHEMA, Judged, Program, Question, Verdict, judged_table
from pad_ray.shards.writer import ShardRecord, write_shard
from pad_ray.synthesis.flow import teacher_flow
from pad_ray.synthesis.sampling import Prior, QuestionLoop

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "benchmarks"))
try:
    from harness.rounds import Rates
    from harness.targets import Target
    from synthesis_peers import ledger, processes, published, settings
finally:
    # A benchmark has the name of the room that it measures; nobody shall import one for the other.
    sys.path.remove(str(ROOT / "benchmarks"))

SOME = ledger.Ledger(100, 300, 190, 24_000, 1_000, 4, 450_000, {"right": 300}, 2.0)


def config(told: list[str]):
    return load_config(ROOT / settings.CONFIG, told)


def test_the_settings_of_the_runs_are_settings(tmp_path: Path) -> None:
    closed = config(settings.closed_loop(tmp_path, 50, 2, 8, *settings.DUMMY))
    assert (closed.questions.limit, closed.synthesis.keep, closed.synthesis.max_samples) == (50, 2, 8)
    assert closed.teacher.engine == "dummy"
    assert closed.synthesis.near_duplicates is None and not closed.synthesis.decontaminate
    assert closed.run_dir == tmp_path


@pytest.mark.parametrize("right", [True, False], ids=["all right and distinct", "all wrong"])
def test_a_run_of_fixed_draws_draws_all_of_them(tmp_path: Path, right: bool) -> None:
    policy = teacher_flow(config(settings.fixed(tmp_path, 50, 6)), ()).policy
    loop = QuestionLoop(policy, Prior())
    while not loop.ended:
        for draw in loop.next_draws(idle=False):
            loop.take(draw, right=right, key=str(draw))
    assert loop.drawn == 6


def test_the_closed_loop_and_fixed_draws_ask_for_the_same_draws(tmp_path: Path) -> None:
    closed = teacher_flow(config(settings.closed_loop(tmp_path, 5, 2, 8)), ()).draws
    assert closed == teacher_flow(config(settings.fixed(tmp_path, 5, 8)), ()).draws


def record(index: int, started: float, **sums: int) -> ShardRecord:
    return ShardRecord(index, f"shard-{index:06d}.arrow", 10, 1000, "", started=started, finished=started + 5, **sums)


def test_a_ledger_is_summed_up_from_the_first_draw_to_the_last_commit() -> None:
    made = [
        record(0, 103.0, questions=4, tokens=700, wasted_tokens=30, kept=6),
        record(1, 100.0, questions=4, tokens=800, wasted_tokens=0, kept=8),
    ]
    summed = ledger.sum_up(made, last_commit=110.0)
    assert (summed.questions, summed.programs, summed.kept, summed.shards, summed.bytes) == (8, 20, 14, 2, 2000)
    assert summed.seconds == 10.0
    assert summed.rate == 2.0
    assert summed.written_tokens == 1530


def judged(question: str, draw: int, *, kept: bool) -> Judged:
    program = Program(f"{question}@program-v1#{draw}", question, draw, f"code {draw}", "", "stub", "program-v1")
    return Judged(Question(question, "How many?", "1"), program, Verdict("right"), kept)


def test_what_is_read_from_a_run_is_what_was_committed_to_it(tmp_path: Path) -> None:
    shards = tmp_path / ledger.SHARDS
    shards.mkdir(parents=True)
    for index in range(2):
        rows = [judged(f"q/{index}", draw, kept=draw != 1) for draw in range(4)]
        write_shard(shards, index, judged_table(rows), questions=1, started=50.0 + index)
    os.utime(shards / "shard-000000.json", (70, 70))
    os.utime(shards / "shard-000001.json", (60, 60))
    read = ledger.read_ledger(tmp_path)
    assert (read.questions, read.programs, read.kept, read.seconds) == (2, 8, 6, 20.0)
    kept = ledger.kept_programs(tmp_path, 2)
    assert kept == {f"q/{q}@program-v1#{draw}": (draw, f"code {draw}") for q in range(2) for draw in (0, 2)}


def test_the_first_kept_of_a_question_are_those_of_its_first_draws() -> None:
    rows = judged_table([judged("a", draw, kept=True) for draw in (3, 1, 2)]).to_pylist()
    assert set(rows[0]) == set(JUDGED_SCHEMA.names)
    assert [draw for draw, _ in ledger.first_kept(rows, 2).values()] == [1, 2]


def test_the_last_part_is_the_one_that_is_forgotten(tmp_path: Path) -> None:
    shards = tmp_path / ledger.SHARDS
    shards.mkdir(parents=True)
    for index in (0, 999_999, 1_000_000):
        (shards / f"shard-{index:06d}.json").write_text("{}")
    assert ledger.forget_last(tmp_path).name == "shard-1000000.json"
    assert sorted(path.name for path in shards.iterdir()) == ["shard-000000.json", "shard-999999.json"]


def test_the_peak_of_a_process_is_seen_from_outside() -> None:
    code = "import sys; x = bytearray(60_000_000); del x; print(flush=True); sys.stdin.read()"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin and child.stdout
    child.stdout.readline()
    peak = processes.peak_megabytes(child.pid)
    child.communicate(b"")
    assert peak is not None and peak > 60
    assert processes.peak_megabytes(child.pid) is None


def test_what_a_failed_worker_wrote_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bad.py").write_text("import sys; sys.exit('no model here')")
    (tmp_path / "good.py").write_text("import sys; print('chatter'); print(sys.argv[1])")
    monkeypatch.setattr(processes, "WORKERS", tmp_path)
    with pytest.raises(RuntimeError, match="no model here"):
        processes.run_worker("bad.py", {})
    assert processes.run_worker("good.py", {"reports": 3}) == {"reports": 3}


def test_parts_are_measured_in_their_order_and_a_name_that_is_none_is_refused() -> None:
    assert published.chosen_parts("resume, tokens") == ["tokens", "resume"]
    with pytest.raises(ValueError, match="'nothing' is no part; they are tokens, closed-loop"):
        published.chosen_parts("tokens,nothing")


def test_results_of_some_parts_never_take_the_place_of_all() -> None:
    assert published.results_name(published.PARTS) == "synthesis"
    assert published.results_name(["tokens", "resume"]) == "synthesis-tokens-resume"


def test_smaller_runs_come_before_and_after_the_largest() -> None:
    assert published.scale_order((1, 2, 3)) == [1, 2, 3, 2, 1]


def test_every_target_stands_at_a_figure_that_is_published() -> None:
    tokens = Rates("output tokens/s", {name: [5.0] for name in ("pad-ray synthesize", "vllm.LLM.generate")})
    tokens.by_contender.update({published.RAY_LLM: [5.0], published.RAY_LLM_ONE: [4.0]})
    shards = Rates("MB/s", {"write_shard": [3.0], "pyarrow file + fsync": [4.0], "pyarrow file, no fsync": [9.0]})
    figures = published.published(
        [
            *published.token_figures(tokens),
            *(
                figure
                for case, ours in zip(published.LOOP_CASES, (100, 15, 55), strict=True)
                for figure in published.loop_figures(case, (ours, 10), (100, 10))
            ),
            *published.pipeline_figures(Rates("records/s", {published.PIPELINE: [2500.0]}), SOME),
            *published.scale_figures({10**4: [(1e-4, 300)], 10**5: [(1.2e-4, 310)], 10**6: [(1e-4, 400)]}),
            *published.shard_figures(dict.fromkeys(("default block", "large shard"), (shards, "write_shard"))),
            *published.resume_figures({10**4: [9.0], 10**6: [19.0, 25.0, 18.0]}),
        ]
    )
    aimed = {figure.figure: figure for figure in figures if figure.target is not None}
    assert set(aimed) == set(published.TARGETS)
    missed = {name for name, figure in aimed.items() if not figure.met}
    assert missed == {
        published.LOOP_CASES[0].ratio,
        "tokens: pad-ray synthesize / ray.data.llm",
        "pipeline: pipeline, dummy teacher, 2 cores",
        "scale: time per record, 100,000 questions / 10,000",
        "scale: peak memory of the driver, 1,000,000 questions / 10,000",
    }


def test_figures_of_one_run_of_the_pipeline() -> None:
    rates = Rates("records/s", {published.PIPELINE: [100.0, 150.0, 200.0]})
    values = {figure.figure: figure.value for figure in published.pipeline_figures(rates, SOME)}
    assert list(values.values()) == [150.0, 2.0, 1500.0, 0.1125]


def test_tokens_per_kept_program_where_none_is_kept() -> None:
    assert published.tokens_per_kept(100, 0) == float("inf")
    assert published.TARGETS[f"pipeline: {published.PIPELINE}"] == Target(3000)


def test_the_workers_answer_is_one_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks" / "synthesis_peers"))
    import work

    monkeypatch.setattr(sys, "__stdout__", sys.stdout)
    work.reply(tokens=3)
    assert json.loads(capsys.readouterr().out) == {"tokens": 3}


def test_the_peers_are_given_our_draws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks" / "synthesis_peers"))
    import work

    told = settings.fixed(tmp_path, 3, 2)
    monkeypatch.setattr(sys, "argv", ["worker", '{"batches": 3}', settings.CONFIG, *told])
    options, given = work.read_work()
    plan = teacher_flow(config(told), ()).draws
    assert options == {"batches": 3}
    assert len(given.texts) == len(given.parameters) == 6
    assert given.texts[0] == given.texts[1] != given.texts[2]
    assert len({each["seed"] for each in given.parameters}) == 6
    assert all(
        each["temperature"] == plan.temperatures[0] and ("logprobs" in each) == config(told).teacher.logprobs
        for each in given.parameters
    )
    assert given.arguments["max_num_seqs"] == config(told).teacher.max_sequences
