"""BIG-Bench Hard as it is published."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pad_ray.config import QuestionsConfig, RunConfig
from pad_ray.errors import QuestionsError
from pad_ray.questions import open_questions


def write(folder: Path, content: object) -> QuestionsConfig:
    path = folder / "multistep_arithmetic_two.json"
    path.write_text(json.dumps(content))
    return QuestionsConfig(set="bbh", path=path)


def test_numbers_options_and_words_are_told_apart(tmp_path: Path) -> None:
    rows = [{"input": f"? {target}", "target": target} for target in ("-1,234", "(A)", "True", "a b c")]
    config = write(tmp_path, {"canary": "BENCHMARK DATA", "examples": rows})
    questions = list(open_questions(config))
    assert [q.question_id for q in questions] == [f"bbh/multistep_arithmetic_two/{i}" for i in range(4)]
    assert [q.answer_kind for q in questions] == ["number", "text", "text", "text"]
    assert [q.answer for q in questions] == ["-1,234", "(A)", "True", "a b c"]
    assert config.name == "bbh/multistep_arithmetic_two"


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QuestionsError, match="examples"):
        list(open_questions(write(tmp_path, {"rows": []})))
    with pytest.raises(QuestionsError, match="no 'target'"):
        list(open_questions(write(tmp_path, {"examples": [{"question": "?", "answer": "1"}]})))


def test_a_task_is_to_be_named() -> None:
    with pytest.raises(ValueError, match=r"questions\.path: the bbh set needs the path of a task's JSON file"):
        RunConfig.model_validate({"questions": {"set": "bbh"}})
