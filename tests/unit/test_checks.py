"""What is looked at before anything is started: what the cluster has, held-out questions, chat templates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pad_ray.capacity import check_capacity, check_room
from pad_ray.checks import check_engine, check_questions, check_student_engine, check_verification
from pad_ray.config import EngineConfig, ExecutorConfig, RunConfig
from pad_ray.errors import ConfigError, QuestionsError
from pad_ray.student.held_out import check_held_out
from pad_ray.teacher.engine import resolve_model


def refusal(gpus: int, most_gpus: int, cpus: float, **engine: int) -> str:
    try:
        check_capacity("teacher", EngineConfig(**engine), ExecutorConfig(), gpus=gpus, most_gpus=most_gpus, cpus=cpus)
    except ConfigError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("gpus", "most_gpus", "cpus", "workers", "tensor_parallel_size", "refused"),
    [
        (0, 0, 2, 1, 1, ""),
        (0, 0, 2, 3, 1, ""),
        (0, 0, 2, 4, 1, "teacher.workers: 4 engines and 1 executors do not fit on 2 CPUs; set it to 3 or less"),
        (0, 0, 2, 1, 2, "teacher.tensor_parallel_size: 2 GPUs of one node"),
        (8, 4, 64, 2, 4, ""),
        (8, 4, 64, 1, 8, "no node of this cluster has more than 4; set it to 4 or less"),
        (8, 4, 64, 3, 4, "teacher.workers: 3 engines of 4 GPUs are asked for and this cluster has 8 GPUs; set it to 2"),
        (8, 4, 1, 8, 1, ""),
    ],
)
def test_engines_that_would_never_be_placed_are_refused(
    gpus: int, most_gpus: int, cpus: float, workers: int, tensor_parallel_size: int, refused: str
) -> None:
    said = refusal(gpus, most_gpus, cpus, workers=workers, tensor_parallel_size=tensor_parallel_size)
    assert refused in said
    assert bool(said) == bool(refused)


TRAINED = {"set": "gsm8k", "limit": 7000}
EVALUATED = {"set": "svamp", "start": 100}


@pytest.mark.parametrize(
    ("asked", "trained", "named"),
    [
        ({"set": "gsm8k", "start": 7000}, TRAINED, ""),
        ({"set": "gsm8k", "start": 6999}, TRAINED, "6999 to the end of gsm8k/train overlap with questions (0 to 6999)"),
        ({"set": "gsm8k", "split": "test"}, TRAINED, ""),
        ({"set": "gsm8k", "path": "elsewhere", "limit": 9}, TRAINED, "0 to 8 of gsm8k/train overlap with questions"),
        ({"set": "gsm8k", "start": 9000, "limit": 9}, {"set": "gsm8k"}, "overlap with questions (all)"),
        ({"set": "svamp", "limit": 100}, TRAINED, ""),
        ({"set": "svamp", "limit": 101}, TRAINED, "0 to 100 of svamp overlap with evaluation.sets.0 (100 to the end)"),
        # svamp has one split: that the settings say another makes no other questions of it.
        ({"set": "svamp", "split": "test"}, TRAINED, "evaluation.sets.0"),
        ({"set": "jsonl", "path": "a.jsonl"}, {"set": "jsonl", "path": "b.jsonl"}, ""),
        ({"set": "jsonl", "path": "a.jsonl"}, {"set": "jsonl", "path": "./a.jsonl"}, "overlap with questions"),
        ({"set": "wordsums", "limit": 64}, {"set": "wordsums", "limit": 10, "seed": 1}, ""),
        ({"set": "wordsums", "limit": 64, "start": 9}, {"set": "wordsums", "limit": 10, "max_steps": 2}, "questions"),
        ({"set": "wordsums", "limit": 64, "start": 10}, {"set": "wordsums", "limit": 10}, ""),
    ],
)
def test_validation_questions_are_held_out(asked: dict[str, Any], trained: dict[str, Any], named: str) -> None:
    ways: dict[str, dict[str, Any]] = {
        "student.validation.questions": {"student": {"validation": {"questions": asked}}},
        "refinement.judged_by.0": {"refinement": {"judged_by": [asked]}},
    }
    for key, settings in ways.items():
        config = RunConfig.model_validate({"questions": trained, "evaluation": {"sets": [EVALUATED]}} | settings)
        if not named:
            check_held_out(config)
            continue
        with pytest.raises(ConfigError) as refused:
            check_held_out(config)
        assert named.replace("student.validation.questions", key) in str(refused.value)
        assert str(refused.value).startswith(f"{key}: ")


def test_by_default_validation_questions_are_held_out() -> None:
    check_held_out(RunConfig.model_validate({"student": {"validation": {}}}))


def verified(**verification: str) -> RunConfig:
    return RunConfig.model_validate({"evaluation": {"verification": verification}})


def test_questions_by_which_rounds_are_judged_are_looked_at_too(tmp_path: Path) -> None:
    lost = {"refinement": {"judged_by": [{"set": "svamp", "path": str(tmp_path / "lost")}]}}
    with pytest.raises(QuestionsError, match="lost"):
        check_questions(RunConfig.model_validate(lost))


def test_an_encoder_that_cannot_be_had_is_refused_before_anything_is_started(tmp_path: Path) -> None:
    check_verification(RunConfig())
    check_verification(verified(scorer="none"))
    asked: list[tuple[str, str]] = []
    with pytest.raises(ConfigError, match=r"encoder: facebook/roscoe-512-roberta-base is no folder of an encoder"):
        check_verification(verified(scorer="paper"), lambda *named: asked.append(named) or tmp_path)
    assert asked == [("evaluation.verification.encoder", "facebook/roscoe-512-roberta-base")]
    with pytest.raises(ConfigError, match=r"evaluation\.verification\.encoder: .* is no folder of an encoder"):
        check_verification(verified(scorer="paper", encoder=str(tmp_path)))
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "pytorch_model.bin").write_text("")
    with pytest.raises(ConfigError, match="no weights as safetensors, and pickles are not read here; where you trust"):
        check_verification(verified(scorer="paper", encoder=str(tmp_path)))
    (tmp_path / "model.safetensors").write_text("")
    check_verification(verified(scorer="paper", encoder=str(tmp_path)))


def test_a_model_without_a_chat_template_is_not_asked_in_one() -> None:
    teacher = EngineConfig(engine="huggingface", model="embedded:teacher", form="chat")
    with pytest.raises(ConfigError, match=r"^teacher\.form: tokenizer .*: has no chat template; set form to plain"):
        check_engine("teacher", teacher)
    config = RunConfig.model_validate({"student": {"form": "chat"}, "student_engine": {"engine": "huggingface"}})
    with pytest.raises(ConfigError, match=r"^student\.form: tokenizer .*: has no chat template"):
        check_student_engine(config, Path(resolve_model("embedded:student")))


@pytest.mark.parametrize(("engine", "right"), [("openai", "set teacher.endpoint.api to chat"), ("reference", "plain")])
def test_the_chat_form_is_for_engines_that_have_the_tokenizer(engine: str, right: str) -> None:
    with pytest.raises(ConfigError, match=rf"teacher\.form: .*{right}"):
        check_engine("teacher", EngineConfig.model_validate({"engine": engine, "form": "chat"}))


def test_the_student_is_asked_in_the_form_that_it_is_trained_in() -> None:
    config = RunConfig.model_validate({"student": {"form": "chat"}, "student_engine": {"form": "plain"}})
    assert (config.engine_of("a").form, config.engine_of("a").model) == ("chat", "a")
    assert RunConfig().engine_of("a").form == "plain"


def no_room(gpus: int, cpus: float, ranks: int, **teacher: object) -> str:
    config = RunConfig.model_validate({"teacher": teacher, "student": {"workers": ranks, "stream": True}})
    try:
        check_room(config, gpus=gpus, cpus=cpus)
    except ConfigError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("gpus", "cpus", "ranks", "teacher", "refused"),
    [
        (0, 2, 2, {}, ""),
        (0, 2, 3, {}, "3 ranks do not fit beside 1 engines on 2 CPUs; set student.workers to 2 or less"),
        (0, 1, 1, {}, "on 1 CPUs; set student.stream to false"),
        (0, 4, 3, {"max_workers": 5}, "3 ranks do not fit beside 5 engines on 4 CPUs; set student.workers to 2"),
        (8, 64, 4, {"workers": 2, "tensor_parallel_size": 2}, ""),
        (8, 64, 5, {"workers": 2, "tensor_parallel_size": 2}, "beside 2 engines on 8 GPUs; set student.workers to 4"),
        (8, 64, 8, {"tensor_parallel_size": 8}, "8 ranks do not fit beside 1 engines on 8 GPUs; set student.stream to"),
        (8, 64, 8, {"engine": "openai"}, ""),
    ],
)
def test_ranks_that_would_wait_for_the_end_of_the_synthesis_are_refused(
    gpus: int, cpus: float, ranks: int, teacher: dict[str, object], refused: str
) -> None:
    said = no_room(gpus, cpus, ranks, **teacher)
    assert refused in said
    assert bool(said) == bool(refused)
