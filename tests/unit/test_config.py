"""Settings: what is accepted at the door, and what is refused with which words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from anatomies import CODET5_BASE, CODET5_LARGE, CODET5_SMALL, QWEN_05, QWEN_7, QWEN_15
from pydantic import BaseModel, ValidationError

from pad_ray.config import RunConfig
from pad_ray.config_file import load_config
from pad_ray.errors import ConfigError
from pad_ray.student.estimate import known_corpus
from pad_ray.student.fit import GIB, check_fits, parse_node
from pad_ray.student.sizes import Anatomy

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
NOT_CONTENT = re.compile(
    r"(run_dir|on_existing|ray\..*|.*\.(on_bad_row|max_workers|stagger_seconds|threads|memory_fraction|kv_cache_gib|max_sequences|tensor_parallel_size)|(teacher|student_engine|executor|student)\.workers"
    r"|student\.(checkpoint_steps|log_to|hang_minutes|validation\.batch_size)"
    r"|synthesis\.guard\..*|.*\.endpoint\.(?!api$).*)"
)
"""Where a run is kept, how it resumes and where it runs do not decide what comes out."""


def leaves(model: BaseModel, prefix: str = "") -> list[str]:
    """The dotted names of all settings below a model."""
    found = []
    for name in type(model).model_fields:
        value = getattr(model, name)
        found += leaves(value, f"{prefix}{name}.") if isinstance(value, BaseModel) else [prefix + name]
    return found


def changed(model: BaseModel, key: str) -> BaseModel:
    """The model with another value at `key`."""
    first, _, rest = key.partition(".")
    return model.model_copy(update={first: changed(getattr(model, first), rest) if rest else "another value"})


def sections(model: type[BaseModel]) -> set[type[BaseModel]]:
    """The model and every model that its fields name."""
    found = {model}
    for info in model.model_fields.values():
        pending = [info.annotation]
        while pending:
            annotation: Any = pending.pop()
            if isinstance(annotation, type) and issubclass(annotation, BaseModel):
                found |= sections(annotation)
            pending += getattr(annotation, "__args__", ())
    return found


def yaml_file(folder: Path, text: str) -> Path:
    path = folder / "run.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_the_defaults_hold() -> None:
    assert load_config(None) == RunConfig()


def test_a_file_and_what_overrides_it(tmp_path: Path) -> None:
    path = yaml_file(tmp_path, "seed: 3\nstudent: {epochs: 5, batch_size: 4}\n")
    config = load_config(path, ["student.epochs=1.5", "teacher.prompt.version=rationale-v1", "on_existing=new"])
    assert (config.seed, config.student.epochs, config.student.batch_size) == (3, 1.5, 4)
    assert (config.teacher.prompt.version, config.on_existing) == ("rationale-v1", "new")


def test_the_last_override_wins_and_a_value_may_hold_an_equals_sign() -> None:
    config = load_config(None, ["seed=1", "seed=2", "teacher.model=models/a=b"])
    assert (config.seed, config.teacher.model) == (2, "models/a=b")


def test_lists_are_overridden_as_a_whole_or_in_one_place(tmp_path: Path) -> None:
    path = yaml_file(tmp_path, "evaluation: {sets: [{set: svamp}, {set: gsm8k, split: test}]}\n")
    config = load_config(path, ["evaluation.sets.1.limit=9", "refinement.injections=[dropped_colon]"])
    assert [(s.name, s.limit) for s in config.evaluation.sets] == [("svamp", None), ("gsm8k/test", 9)]
    assert config.refinement.injections == ("dropped_colon",)
    config = load_config(path, ["evaluation.sets.0={set: multiarith}"])
    assert [s.set for s in config.evaluation.sets] == ["multiarith", "gsm8k"]


def test_an_override_is_of_one_place_and_not_of_all_that_an_anchor_stands_for(tmp_path: Path) -> None:
    path = yaml_file(tmp_path, "evaluation: {sets: [&asked {set: svamp, limit: 5}, *asked]}\n")
    config = load_config(path, ["evaluation.sets.0.limit=9"])
    assert [questions.limit for questions in config.evaluation.sets] == [9, 5]
    given = load_config(None, ["evaluation.sets=[&a {set: svamp, limit: 5}, *a]", "evaluation.sets.0.limit=9"])
    assert given.evaluation.sets == config.evaluation.sets
    with pytest.raises(ConfigError, match="an anchor stands for something that it is in itself"):
        load_config(yaml_file(tmp_path, "student: &round {budget: *round}\n"))


def test_an_override_fills_a_section_that_the_file_left_empty(tmp_path: Path) -> None:
    assert load_config(yaml_file(tmp_path, "student:\n"), ["student.epochs=5"]).student.epochs == 5


def test_none_and_scientific_notation_are_values() -> None:
    config = load_config(None, ["student.learning_rate=1e-3", "teacher.max_model_len=null"])
    assert (config.student.learning_rate, config.teacher.max_model_len) == (1e-3, None)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("studnet.epochs=3", "unknown setting 'studnet'; did you mean 'student'?"),
        ("student.epoch=3", "unknown setting 'student.epoch'; did you mean 'epochs'?"),
        ("teacher.prompt.versoin=program-v1", "unknown setting 'teacher.prompt.versoin'; did you mean 'version'?"),
        ("evaluation.sets=[{set: svamp, limt: 3}]", "unknown setting 'evaluation.sets.0.limt'; did you mean 'limit'?"),
        ("ray.zzzzzz=3", "unknown setting 'ray.zzzzzz'; known here: address, num_cpus, object_store_gib"),
        ("student.epochs=many", "setting 'student.epochs': "),
        ("student.learning_rate=.inf", "setting 'student.learning_rate': "),
        ("student.zero_stage=4", "setting 'student.zero_stage': "),
        ("executor.answer_from=variable:", "setting 'executor.answer_from': "),
        ("questions.limit=0", "setting 'questions.limit': "),
        ("student.epochs", "write it as key.sub=value"),
        ("=3", "write it as key.sub=value"),
        ("seed.deeper=3", "'seed' has no settings below it"),
        ("evaluation.sets.7.limit=3", "evaluation.sets"),
        ("student.lora.rnk=8", "unknown setting 'student.lora.rnk'; did you mean 'rank'?"),
        ("student.lora.rank=0", "setting 'student.lora.rank': "),
        ("student.lr_scheduler=linaer", "setting 'student.lr_scheduler': "),
        ("seed=[1", "the value is not YAML"),
        ("seed=2024-13-45", "the value is not YAML"),
        ("questions.limit=null", "questions.limit: wordsums has no end; say how many questions"),
        ("evaluation.samples=8", "8 times the same program; set evaluation.temperature=0.8, for example"),
        ("questions={set: jsonl}", "questions.path: the jsonl set needs the path"),
        ("evaluation.sets=[{set: svamp}, {set: wordsums}]", "evaluation.sets.1.limit: wordsums has no end"),
    ],
)
def test_refusals_name_the_key_and_what_would_be_right(tmp_path: Path, override: str, message: str) -> None:
    path = yaml_file(tmp_path, "seed: 1\nevaluation: {sets: [{set: svamp}]}\n")
    with pytest.raises(ConfigError) as refused:
        load_config(path, [override])
    assert message in str(refused.value)
    assert "not {" not in str(refused.value), "a whole section is nothing to read"


def test_several_problems_are_counted() -> None:
    with pytest.raises(ConfigError, match=r"\(and 1 more\)"):
        load_config(None, ["student.epochs=-1", "student.batch_size=0"])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml: cannot be read"):
        load_config(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"seed: [1\n", "not YAML"),
        (b"seed: \xff\xfe\n", "not YAML"),
        (b"seed: 2024-13-45\n", "not YAML"),
        (b"- seed\n- 7\n", "a mapping of settings is wanted"),
        (b"seed\n", "a mapping of settings is wanted"),
        (b"7: seed\n", "7"),
    ],
)
def test_what_is_no_mapping_of_settings_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "run.yaml").write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        load_config(tmp_path / "run.yaml")


def test_an_empty_file_is_the_defaults(tmp_path: Path) -> None:
    assert load_config(yaml_file(tmp_path, "# nothing yet\n")) == RunConfig()


def test_a_config_is_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        RunConfig().student.epochs = 3  # type: ignore[misc]


def test_every_field_has_help() -> None:
    walked = sections(RunConfig)
    assert len(walked) > 10
    without = [f"{s.__name__}.{name}" for s in walked for name, f in s.model_fields.items() if not f.description]
    assert without == []


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("key", leaves(RunConfig()))
def test_the_fingerprint_follows_the_content_only(key: str) -> None:
    config = RunConfig()
    same = changed(config, key).fingerprint() == config.fingerprint()  # type: ignore[attr-defined]
    assert same == bool(NOT_CONTENT.fullmatch(key))


def test_the_fingerprint_is_the_same_in_every_process() -> None:
    assert load_config(None, ["seed=5"]).fingerprint() == RunConfig(seed=5).fingerprint()
    assert len(RunConfig().fingerprint()) == 16


def test_configs_ship() -> None:
    codet5 = {f"codet5-{size}.yaml" for size in ("small", "base", "large")}
    qwen = {f"qwen-{size}.yaml" for size in ("0.5b", "1.5b", "7b")}
    assert {path.name for path in CONFIGS.glob("*.yaml")} >= {"quickstart.yaml", "gsm8k.yaml"} | codet5 | qwen


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("codet5-small", CODET5_SMALL),
        ("codet5-base", CODET5_BASE),
        ("codet5-large", CODET5_LARGE),
        ("qwen-0.5b", QWEN_05),
        ("qwen-1.5b", QWEN_15),
        ("qwen-7b", QWEN_7),
    ],
)
def test_a_shipped_training_fits_where_its_config_says(name: str, model: Anatomy) -> None:
    student = load_config(CONFIGS / f"{name}.yaml").student
    needs = check_fits(model, student, parse_node("8x80/1024", student.workers))
    assert needs.total < 40 * GIB


@pytest.mark.parametrize("name", ["codet5-small", "codet5-base", "codet5-large", "qwen-0.5b", "qwen-1.5b", "qwen-7b"])
def test_of_a_shipped_training_a_dry_run_knows_the_steps(name: str) -> None:
    corpus = known_corpus(load_config(CONFIGS / f"{name}.yaml"))
    assert corpus is not None and 7000 <= corpus.examples <= 7473


@pytest.mark.parametrize("size", ["small", "base", "large"])
def test_codet5_is_trained_as_in_the_paper(size: str) -> None:
    student = load_config(CONFIGS / f"codet5-{size}.yaml").student
    assert (student.learning_rate, student.lr_scheduler, student.epochs) == (6e-5, "linear", 50)
    assert student.workers * student.batch_size * student.gradient_accumulation == 8
    assert (student.max_source_tokens, student.max_target_tokens) == (128, 256)
    validation = student.validation
    assert validation is not None and validation.patience == 3
    assert 7000 * 0.9 / 8 < validation.every_steps < 7000 / 8, "about an epoch"


def test_an_override_puts_adapters_where_there_were_none() -> None:
    assert load_config(None).student.lora is None
    lora = load_config(None, ["student.lora.rank=8", "student.lora.targets=[q_proj]"]).student.lora
    assert lora is not None
    assert (lora.rank, lora.targets, lora.merge) == (8, ("q_proj",), True)


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.name)
def test_a_shipped_config_loads(path: Path) -> None:
    assert load_config(path).evaluation.sets
