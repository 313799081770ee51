"""The command line: a user's mistake is one line on standard error and exit code 2, before anything is started."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pad_ray import cli
from pad_ray.errors import ConfigError, PadRayError, QuestionsError, SandboxError

HEAVY = ("torch", "ray", "transformers", "vllm", "pyarrow", "deepspeed", "pydantic", "numpy")

ANSI = re.compile(r"\x1b\[[0-9;]*m")

TINY = {
    "llama": {"model_type": "llama", "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1},
    "bloom": {"model_type": "bloom", "hidden_size": 8, "n_layer": 1, "n_head": 1},
    "t5": {"model_type": "t5", "is_encoder_decoder": True, "d_model": 8, "num_layers": 1, "num_heads": 1},
}


def checkpoint(folder: Path, kind: str) -> Path:
    """A folder that looks like a checkpoint: a config, and weights that hold no tensor."""
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(TINY[kind]))
    (folder / "model.safetensors").write_bytes((2).to_bytes(8, "little") + b"{}")
    return folder


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The config of a run that only lacks its cluster. Nothing here may get as far as that."""

    def no_cluster(config: Any) -> None:
        raise AssertionError("the command went on to start a cluster")

    monkeypatch.setattr("pad_ray.runtime.ray_cluster", no_cluster)
    student = checkpoint(tmp_path / "student", "llama")
    (tmp_path / "run.yaml").write_text(
        f"run_dir: {tmp_path / 'run'}\n"
        "questions: {set: wordsums, limit: 4}\n"
        "teacher: {engine: reference}\n"
        f"student: {{model: {student}}}\n"
    )
    return tmp_path / "run.yaml"


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Runs a command that is to end with exit code 2 and one line on standard error, and gives that line."""

    def refused(*arguments: object) -> str:
        with pytest.raises(SystemExit) as ended:
            cli.main([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        assert ended.value.code == 2, shown
        assert shown.out == ""
        (line,) = ANSI.sub("", shown.err).splitlines()
        assert line.startswith("pad-ray: ")
        return line.removeprefix("pad-ray: ")

    return refused


def test_a_missing_config(run: Path, refused: Callable[..., str]) -> None:
    line = refused("distill", run.with_name("nowhere.yaml"))
    assert (
        line
        == f"config {run.with_name('nowhere.yaml')}: cannot be read (No such file or directory); give the path of a YAML file"
    )


@pytest.mark.parametrize("command", ["distill", "synthesize", "train", "refine", "evaluate", "verify"])
def test_an_unknown_key(run: Path, refused: Callable[..., str], command: str) -> None:
    assert refused(command, run, "student.epoch=3") == "unknown setting 'student.epoch'; did you mean 'epochs'?"


def test_a_missing_question_file(run: Path, refused: Callable[..., str]) -> None:
    line = refused("synthesize", run, f"questions={{set: jsonl, path: {run.with_name('none.jsonl')}}}")
    assert line == f"questions.path {run.with_name('none.jsonl')}: there is no such file or folder"


def test_a_question_set_without_questions(run: Path, refused: Callable[..., str]) -> None:
    empty = run.with_name("empty.jsonl")
    empty.touch()
    line = refused("distill", run, f"evaluation.sets=[{{set: jsonl, path: {empty}}}]")
    assert line == "evaluation.sets.0: no question in jsonl; check path, start and limit"


def test_a_model_that_is_no_checkpoint(run: Path, refused: Callable[..., str]) -> None:
    line = refused("train", run, f"student.model={run.parent / 'nowhere'}")
    assert line.startswith(f"student.model: model {run.parent / 'nowhere'}: no config.json there; ")
    line = refused("train", run, "teacher.engine=vllm", f"teacher.model={run.parent / 'nowhere'}")
    assert line.startswith(f"teacher.model: model {run.parent / 'nowhere'}: no config.json there; ")


def test_a_synthesis_asks_for_no_student(run: Path) -> None:
    with pytest.raises(AssertionError, match="went on to start a cluster"):
        cli.main(["--debug", "synthesize", str(run), f"student.model={run.parent / 'nowhere'}"])


def test_a_student_that_will_be_an_adapter_alone(run: Path, refused: Callable[..., str]) -> None:
    for command in ("distill", "refine", "evaluate"):
        assert refused(command, run, "student.lora={merge: false}").startswith("student.lora.merge: false leaves ")
    for command in ("synthesize", "train", "evaluate --model embedded:student"):
        with pytest.raises(AssertionError, match="went on to start a cluster"):
            cli.main(["--debug", *command.split(), str(run), "student.lora={merge: false}"])


def test_an_unknown_embedded_model(run: Path, refused: Callable[..., str]) -> None:
    assert "the embedded models are" in refused("train", run, "student.model=embedded:studnet")


def test_an_encoder_decoder_student_under_vllm(run: Path, refused: Callable[..., str]) -> None:
    model = checkpoint(run.parent / "t5", "t5")
    line = refused("distill", run, f"student.model={model}", "student_engine.engine=vllm")
    assert line.startswith("student_engine.engine: vllm does not serve encoder-decoder models")
    assert line.endswith("set student_engine.engine=huggingface")


def test_a_student_that_is_no_model(run: Path, refused: Callable[..., str]) -> None:
    line = refused("distill", run, "student_engine.engine=reference")
    assert line == "student_engine.engine: a student is a model; set it to vllm or huggingface"


def test_a_broken_recorded_file(run: Path, refused: Callable[..., str]) -> None:
    run.with_name("codex.jsonl").write_text("no JSON\n")
    line = refused("synthesize", run, "teacher.engine=recorded", f"teacher.model={run.with_name('codex.jsonl')}")
    assert f"{run.with_name('codex.jsonl')}:1: not a JSON object" in line


def test_a_demonstration_from_an_evaluation_set(run: Path, refused: Callable[..., str]) -> None:
    from pad_ray.questions.wordsums.reader import problem

    shown = run.with_name("shown.yaml")
    shown.write_text(json.dumps([{"question": problem("test", 0, 3).text, "program": "ans = 1"}]))
    line = refused("synthesize", run, f"teacher.prompt.demonstrations={shown}")
    assert "demonstration 0 is a question of the evaluation set wordsums/test" in line


def test_a_run_directory_that_is_not_to_be_used_again(run: Path, refused: Callable[..., str]) -> None:
    (run.parent / "run").mkdir()
    (run.parent / "run" / "something").touch()
    line = refused("distill", run, "on_existing=refuse")
    assert (
        line == f"run_dir {run.parent / 'run'}: exists; set on_existing=resume or on_existing=new, or another run_dir"
    )


@pytest.mark.parametrize("command", ["distill", "synthesize", "train", "refine", "evaluate"])
def test_every_command_of_a_run_goes_on_with_what_may_have_changed(
    run: Path, refused: Callable[..., str], command: str
) -> None:
    with pytest.raises(AssertionError, match="went on to start a cluster"):
        cli.main(["--debug", command, str(run)])
    (run.parent / "run" / "synthesis").mkdir()
    line = refused(command, run, "executor.cpu_seconds=9")
    assert line.endswith("or go on in it with --allow-changed executor.cpu_seconds")
    with pytest.raises(AssertionError, match="went on to start a cluster"):
        cli.main(["--debug", command, str(run), "executor.cpu_seconds=9", "--allow-changed", "executor.cpu_seconds"])


def test_verify_says_what_it_needs(refused: Callable[..., str]) -> None:
    assert refused("verify") == "verify needs --dataset (or a config); see pad-ray verify --help"
    assert refused("verify", "--dataset", "wordsums", "questions.limit=3").startswith("verify needs --generations")


def test_verify_takes_names_as_they_are(run: Path, refused: Callable[..., str]) -> None:
    """In YAML `[x].jsonl` is no text and `gens #2` ends before the sign."""
    for name in ("[x].jsonl", "gens #2.jsonl"):
        line = refused("verify", "--dataset", "wordsums", "questions.limit=3", "--generations", name, "--out", "2024")
        assert f"{name}" in line and "cannot be read" in line


def test_a_model_to_evaluate_that_is_no_checkpoint(run: Path, refused: Callable[..., str]) -> None:
    line = refused("evaluate", run, "--model", run.parent / "nowhere")
    assert line.startswith(f"--model.model: model {run.parent / 'nowhere'}: no config.json there; ")


COT = "teacher.prompt.version=rationale-v1"


def test_chains_of_thought_are_trained_on_and_not_refined(run: Path, refused: Callable[..., str]) -> None:
    for command in (["distill"], ["refine"], ["distill", "--dry-run"]):
        line = refused(*command, run, COT, "evaluation.prompt=rationale-v1")
        assert line == "refinement.rounds: a chain of thought cannot be repaired by running it; set refinement.rounds=0"
    for command in ("synthesize", "train", "distill"):
        settings = [COT, "evaluation.prompt=rationale-v1", "refinement.rounds=0"] if command == "distill" else [COT]
        with pytest.raises(AssertionError, match="went on to start a cluster"):
            cli.main(["--debug", command, str(run), f"run_dir={run.parent / command}", *settings])


def test_a_student_is_asked_for_what_it_learns_to_write(run: Path, refused: Callable[..., str]) -> None:
    for command in ("distill", "evaluate"):
        line = refused(command, run, COT, "refinement.rounds=0")
        assert line.startswith("evaluation.prompt: program-v1, and the student learns what teacher.prompt.version asks")
        assert line.endswith("set evaluation.prompt=rationale-v1")
        assert refused(command, run, "evaluation.prompt=rationale-v1").endswith("set evaluation.prompt=program-v1")
    with pytest.raises(AssertionError, match="went on to start a cluster"):
        cli.main(["--debug", "evaluate", str(run), "evaluation.prompt=rationale-v1", "--model", "embedded:teacher"])


def test_a_budget_ends_where_refinement_begins(run: Path, refused: Callable[..., str]) -> None:
    for limit in ("examples", "tokens", "steps"):
        line = refused("distill", run, f"student.budget.{limit}=100")
        assert line.startswith("refinement.rounds: a round would go beyond student.budget; set refinement.rounds=0")
    line = refused("train", run, "student.budget.examples=100", "student.stream=true")
    assert line.startswith(
        "student.budget: is counted on a corpus that is known; leave it out, or set student.stream to false"
    )


def test_a_model_that_nobody_knows_how_to_pack_is_refused_at_the_door(run: Path, refused: Callable[..., str]) -> None:
    model = checkpoint(run.parent / "bloom", "bloom")
    said = "student.packing: examples of a bloom model cannot be kept apart in a packed row; set student.packing=false"
    for command in (["distill"], ["train"], ["train", "--dry-run"]):
        assert refused(*command, run, f"student.model={model}") == said
    with pytest.raises(AssertionError, match="went on to start a cluster"):
        cli.main(["--debug", "train", str(run), f"student.model={model}", "student.packing=false"])


def test_no_evaluation_set_at_all(run: Path, refused: Callable[..., str]) -> None:
    assert refused("distill", run, "evaluation.sets=[]").startswith("setting 'evaluation.sets': ")


def test_a_dry_run_shows_settings_prompt_and_verdict(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["distill", str(run), "--dry-run"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert "seed: 7" in shown
    assert re.search(r"Question: .+\nProgram:\n", shown)
    assert '"status": "right"' in shown


def test_a_dry_run_of_a_training_shows_what_it_takes(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["train", str(run), "--dry-run", "--on", "8x80", "student.workers=8"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert "zero_stage: 2" in shown
    for said in ("parameters", "memory per GPU", "optimizer states", "tokens per step", "steps"):
        assert said in shown


def test_a_training_that_cannot_fit_is_refused(run: Path, refused: Callable[..., str]) -> None:
    line = refused("train", run, "--dry-run", "--on", "1x1", "student.workers=1")
    assert line.startswith("student: the training needs ") and "per GPU and one has 1.0 GiB" in line
    assert refused("train", run, "--dry-run", "--on", "much").startswith("--on much: write GPUs x GiB, e.g. 8x80")


def test_machines_are_only_planned_for_in_a_dry_run(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["train", str(run), "--on", "8x80"])
    assert ended.value.code == 2
    assert "--dry-run" in capsys.readouterr().err


def test_an_unknown_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["distil"])
    assert ended.value.code == 2
    assert "distil" in capsys.readouterr().err


def test_debug_shows_where(run: Path) -> None:
    with pytest.raises(ConfigError, match="unknown setting"):
        cli.main(["--debug", "distill", str(run), "nonsense=1"])


def test_a_run_that_passes_all_checks_goes_on_to_its_cluster(run: Path) -> None:
    # So that the refusals above are for their own reason.
    with pytest.raises(AssertionError, match="went on to start a cluster"):
        cli.main(["--debug", "distill", str(run)])


def test_ctrl_c_says_that_nothing_is_lost(run: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def interrupt(config: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr("pad_ray.runtime.ray_cluster", interrupt)
    with pytest.raises(SystemExit) as ended:
        cli.main(["distill", str(run)])
    assert ended.value.code == 130
    assert "nothing that was committed is lost" in capsys.readouterr().err


class RayTaskError(Exception):
    """What Ray makes of an error in an actor: the error itself is its `cause`."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(f"ray::Stage() (pid=1)\n  traceback\n{type(cause).__name__}: {cause}")
        self.cause = cause


class RayQuestionsError(RayTaskError, QuestionsError):
    """Ray's dual errors are also of the type of their cause."""


def chained(outer: Exception, inner: Exception, *, explicit: bool) -> Exception:
    try:
        try:
            raise inner
        except Exception as error:
            if explicit:
                raise outer from error
            raise outer  # noqa: B904
    except Exception as error:
        return error


@pytest.mark.parametrize(
    ("error", "message", "code"),
    [
        (ConfigError("unknown\n  setting"), "unknown setting", 2),
        (SandboxError("no seccomp"), "no seccomp", 1),
        (PadRayError("plain"), "plain", 1),
        (RayTaskError(SandboxError("no seccomp")), "no seccomp", 1),
        (RayQuestionsError(QuestionsError("line 3")), "line 3", 2),
        (chained(ValueError("outer"), ConfigError("inner"), explicit=True), "inner", 2),
        (chained(ValueError("outer"), ConfigError("inner"), explicit=False), "inner", 2),
        (chained(RuntimeError("outer"), RayTaskError(ConfigError("inner")), explicit=True), "inner", 2),
        (
            RuntimeError("The actor died because of\n  ...\npad_ray.errors.ConfigError: model x: no config.json\n"),
            "model x: no config.json",
            2,
        ),
        (
            RuntimeError("pad_ray.errors.SandboxError: first\npad_ray.errors.TeacherError: last\n"),
            "last",
            1,
        ),
        (KeyError("who"), "KeyError: 'who' (--debug shows where)", 1),
        (ValueError("x" * 2_000), f"ValueError: {'x' * 500} (--debug shows where)", 1),
    ],
)
def test_an_error_is_explained_in_one_line(error: Exception, message: str, code: int) -> None:
    assert cli.explain(error) == (message, code)


def test_help_imports_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "pad_ray.cli", "--help"], capture_output=True, text=True, check=True
    )
    assert "distill" in done.stdout and "synthesize" in done.stdout
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "typer" in imported
    assert not imported & set(HEAVY)
