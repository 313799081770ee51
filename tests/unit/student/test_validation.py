"""Validations between the steps of one rank: what is kept and when it is enough, killed trainings that are gone on with,
and the answers of a real model. How many are right is said here; tests/end_to_end/test_student_valid.py runs them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import torch.distributed as dist
from trainings import save_llama
from transformers import LlamaForCausalLM

from pad_ray.config import QuestionsConfig, StudentConfig, ValidationConfig
from pad_ray.errors import SandboxError
from pad_ray.records import Question, Status
from pad_ray.student import validation
from pad_ray.student.plan import TrainingPlan
from pad_ray.student.validation import RECORD_FILE, Validating

QUESTIONS = tuple(Question(f"q/{number}", "How many?" + " more" * number, "3") for number in range(4))
EVERY, LAST = 10, 60
RIGHT = {10: 1, 20: 2, 30: 1, 40: 3, 50: 2, 60: 3}
"""Questions that the student of a step answers right."""


@pytest.fixture(scope="module", autouse=True)
def group(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    store = tmp_path_factory.mktemp("group") / "store"
    dist.init_process_group("gloo", init_method=f"file://{store}", rank=0, world_size=1)
    yield
    dist.destroy_process_group()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    folder = save_llama(tmp_path_factory.mktemp("llama"))
    return folder, LlamaForCausalLM.from_pretrained(folder)


class Killed(Exception):
    """Where the process ends."""


class Judge:
    """Counts as right what `RIGHT` says."""

    def __init__(self) -> None:
        self.step = 0
        self.fails_at: set[int] = set()

    def statuses(self, questions: tuple[Question, ...], completions: list[str]) -> list[Status]:
        assert len(questions) == len(completions) == 4
        if self.step in self.fails_at:
            raise SandboxError("no room for a process")
        return [Status.RIGHT] * RIGHT[self.step] + [Status.RAISED] * (4 - RIGHT[self.step])

    def close(self) -> None:
        """Nothing to end."""


class Training:
    """The steps of a training around the callback."""

    def __init__(
        self, out_dir: Path, model: tuple[Path, Any], patience: int | None = None, *, answers: bool = False
    ) -> None:
        """`answers`: the model is asked; otherwise it takes time and nothing comes of it."""
        asked = ValidationConfig(
            questions=QuestionsConfig(set="wordsums", limit=4), every_steps=EVERY, patience=patience, batch_size=3
        )
        folder, self.model = model
        self.plan = TrainingPlan(
            out_dir, folder, out_dir, StudentConfig(max_target_tokens=8, validation=asked), 0, 1.0, 1e-3,
            False, 128, False, "", "", 0.0, QUESTIONS,
        )  # fmt: skip
        self.left_out, self.heard, self.step, self.killed_in = 0.0, [], 0, ""  # type: ignore[var-annotated]
        rounds: Any = SimpleNamespace(validated=lambda made: self.heard.append(made.step), leave_out=self._leave_out)
        watch: Any = SimpleNamespace(excused=lambda *_: nullcontext(), at=lambda place: None)
        with pytest.MonkeyPatch.context() as patched:
            if not answers:
                patched.setattr(validation, "Answering", lambda *_: SimpleNamespace(completions=lambda _: [""] * 4))
            self.validating = Validating(self.plan, self.model, rounds, watch, self._write)
        self.judge: Any = Judge()
        self.validating._judge = self.judge

    def _leave_out(self, seconds: float) -> None:
        self.left_out += seconds

    def _write(self, folder: Path) -> None:
        if self.killed_in == "write":
            raise Killed
        folder.mkdir(exist_ok=True)
        (folder / "weights").write_text(str(self.step))

    def run(self, savepoint: int = 0, killed_at: int = 0, killed_in: str = "") -> dict[str, Any]:
        """From a savepoint to the end, or to where it is killed: at a step, before its weights are written or before
        its validation is recorded. Returns the summary."""
        state: Any = SimpleNamespace(global_step=savepoint, max_steps=LAST, is_world_process_zero=True)
        control: Any = SimpleNamespace(should_training_stop=False)
        args: Any = None
        self.validating.on_train_begin(args, state, control)
        append = self.validating._history.append
        for step in range(savepoint + 1, LAST + 1):
            state.global_step = self.step = self.judge.step = step
            if step == killed_at:
                self.killed_in = killed_in
            if (step, killed_in) == (killed_at, "append"):
                self.validating._history.append = killed  # type: ignore[method-assign]
            self.validating.on_step_end(args, state, control)
            assert control.should_training_stop == (state.max_steps < LAST)
            if state.global_step == state.max_steps:
                break
        self.validating._history.append = append  # type: ignore[method-assign]
        self.validating.on_train_end(args, state, control)
        return self.validating.summary()

    @property
    def best(self) -> str:
        return (self.plan.best_dir / "weights").read_text()

    @property
    def steps(self) -> list[int]:
        return [json.loads(line)["step"] for line in self.plan.validations_file.read_text().splitlines()]

    @property
    def messages(self) -> list[str]:
        log = self.plan.out_dir / "progress.jsonl"
        return [json.loads(line)["message"] for line in log.read_text().splitlines()] if log.exists() else []


def killed(entry: dict[str, Any]) -> None:
    raise Killed


def test_the_best_of_all_is_kept_and_told_apart_from_the_last(
    tmp_path: Path, model: tuple[Path, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RIGHT, 60, 2)
    training = Training(tmp_path, model)
    summary = training.run()
    assert training.best == "40"
    assert training.steps == training.heard == [10, 20, 30, 40, 50, 60]
    assert (summary["best"]["step"], summary["best"]["accuracy"]) == (40, 0.75)
    assert (summary["last"]["step"], summary["last"]["accuracy"]) == (60, 0.5)
    assert summary["stopped_early"] is False
    assert training.validating.has_best
    assert training.left_out > 0


def test_of_two_that_are_as_good_the_later_one_is_kept(tmp_path: Path, model: tuple[Path, Any]) -> None:
    training = Training(tmp_path, model)
    training.run()
    assert training.best == "60"


def test_the_training_stops_when_nothing_gets_better(tmp_path: Path, model: tuple[Path, Any]) -> None:
    training = Training(tmp_path, model, patience=1)
    summary = training.run()
    assert training.steps == [10, 20, 30]
    assert training.best == "20"
    assert summary["stopped_early"] is True
    assert training.messages == [
        "training stops at step 30: 1 validations without a better one than 50.0% at step 20 "
        "(student.validation.patience)"
    ]


@pytest.mark.parametrize("patience", [None, 1, 2])
@pytest.mark.parametrize("savepoint", [0, 15, 20, 35])
@pytest.mark.parametrize("killed_in", ["write", "append"])
@pytest.mark.parametrize("killed_at", [40, 60])
def test_a_training_that_was_killed_comes_to_the_same(
    tmp_path: Path, model: tuple[Path, Any], killed_at: int, killed_in: str, savepoint: int, patience: int | None
) -> None:
    undisturbed = Training(tmp_path / "undisturbed", model, patience)
    undisturbed.plan.out_dir.mkdir()
    expected = undisturbed.run()
    out_dir = tmp_path / "killed"
    out_dir.mkdir()
    if undisturbed.steps[-1] >= killed_at:
        with pytest.raises(Killed):
            Training(out_dir, model, patience).run(killed_at=killed_at, killed_in=killed_in)
    else:
        savepoint = 0
    again = Training(out_dir, model, patience)
    summary = again.run(savepoint)
    assert again.steps == undisturbed.steps
    assert again.best == undisturbed.best
    for which in ("best", "last"):
        assert (summary[which]["step"], summary[which]["accuracy"]) == (
            expected[which]["step"],
            expected[which]["accuracy"],
        )


def test_the_best_is_put_back_where_its_successor_did_not_get_its_place(
    tmp_path: Path, model: tuple[Path, Any]
) -> None:
    """As a kill leaves it between the two renames."""
    training = Training(tmp_path, model)
    training.run()
    training.plan.best_dir.rename(tmp_path / ".best.outdated")
    (tmp_path / ".best.unfinished").mkdir()
    again = Training(tmp_path, model)
    again.validating.on_train_begin(None, SimpleNamespace(global_step=60, is_world_process_zero=True), None)  # type: ignore[arg-type]
    assert again.validating.has_best
    assert again.best == "60"
    assert json.loads((again.plan.best_dir / RECORD_FILE).read_text())["step"] == 60


def test_a_sandbox_that_fails_is_no_wrong_answer(tmp_path: Path, model: tuple[Path, Any]) -> None:
    training = Training(tmp_path, model, patience=1)
    training.judge.fails_at = {20, 30}
    summary = training.run()
    assert training.steps == [10, 40, 50]
    assert summary["best"]["step"] == 40
    assert training.messages[0] == "validation at step 20 is left out, the sandbox failed: no room for a process"


def test_the_model_is_left_as_it_was(tmp_path: Path, model: tuple[Path, Any]) -> None:
    training = Training(tmp_path, model, answers=True)
    student = training.model
    known, cached = student.generation_config, student.config.use_cache
    student.train()
    torch.manual_seed(1)
    before = torch.get_rng_state()
    assert len(training.validating._answering.completions()) == 4
    assert torch.equal(torch.get_rng_state(), before)
    assert student.training
    assert student.generation_config is known
    assert student.config.use_cache == cached


def test_answers_are_those_of_each_question_alone(tmp_path: Path, model: tuple[Path, Any]) -> None:
    """Padding on the left, prompts of other lengths in the same batch, and ends do not show."""
    training = Training(tmp_path, model, answers=True)
    answering = training.validating._answering
    alone = [
        answering._tokenizer.decode(
            training.model.generate(torch.tensor([prompt]), max_new_tokens=8, do_sample=False, use_cache=True)[
                0, len(prompt) :
            ],
            skip_special_tokens=True,
        )
        for prompt in answering._prompts
    ]
    assert answering.completions() == alone


def test_a_question_that_leaves_no_room_is_answered_by_nothing(tmp_path: Path, model: tuple[Path, Any]) -> None:
    training = Training(tmp_path, model, answers=True)
    answering = training.validating._answering
    answering._rooms[2] = 0
    completions = answering.completions()
    assert completions[2] == ""
    assert all(completions[place] for place in (0, 1, 3))


def test_a_long_question_does_not_cut_the_answers_to_the_others(tmp_path: Path, model: tuple[Path, Any]) -> None:
    training = Training(tmp_path, model, answers=True)
    answering = training.validating._answering
    before = answering.completions()
    answering._rooms[2] = 1
    after = answering.completions()
    assert [after[place] for place in (0, 1, 3)] == [before[place] for place in (0, 1, 3)]
    assert len(after[2]) < len(before[2])
