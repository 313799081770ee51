"""A student's export and its model card: figures, code, what is private, and that nothing is overwritten."""

from __future__ import annotations

import ast
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from judged import make_run, right
from safetensors.numpy import save_file

from pad_ray.errors import ConfigError, RunDirectoryError
from pad_ray.evaluation.metrics import measure
from pad_ray.pipeline import REFINED
from pad_ray.report import student_export as room
from pad_ray.report.push import push
from pad_ray.report.student_card import Student, student_card, transformers_code, vllm_code
from pad_ray.report.student_export import export_student, find_student, known_of
from pad_ray.shards.files import commit_json
from pad_ray.shards.place import Place

SHARD = [(1, right(1), "right", True), (1, right(1, 3), "timeout", False), (2, "ans = 'x'", "wrong", False)]
LLAMA = {"model_type": "llama", "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}
T5 = {"model_type": "t5", "is_encoder_decoder": True, "d_model": 8, "num_layers": 1, "num_heads": 1}


def train(run: Path, training: str = "student", fingerprint: str = "f", config: dict[str, Any] = LLAMA) -> Path:
    """A finished training, as far as an export looks at it."""
    settings = yaml.safe_load((run / "config.yaml").read_text())
    model = run / training / "model"
    model.mkdir(parents=True)
    (model / "config.json").write_text(json.dumps(config))
    (model / "README.md").write_text("PEFT's")
    save_file({"a": np.zeros((3, 4), np.float32)}, model / "model.safetensors")
    report = {
        "fingerprint": fingerprint, "steps": 1234, "tokens": 56789, "final_loss": 0.25, "seed": 7, "epochs": 2.0,
        "learning_rate": 6e-5, "config": settings["student"], "base": "/home/ada/base",
    }  # fmt: skip
    commit_json(model / "training_report.json", report)
    return model


def measured(run: Path, name: str, right: int) -> None:
    """An evaluation of 40 questions."""
    rows = (
        {"question_id": f"q/{i}", "answer_kind": "number", "given_answer": "1", "error_type": "",
         "status": "right" if i < right else "wrong"}
        for i in range(40)
    )  # fmt: skip
    commit_json(
        run / name / "0-wordsums-test" / "summary.json", asdict(measure(rows, {f"q/{i}": 0 for i in range(40)}))
    )


@pytest.fixture
def run(tmp_path: Path) -> Path:
    run = make_run(tmp_path / "run", [SHARD], questions={"limit": 2}, teacher={"model": "teach/a|b<i>`"})
    train(run)
    measured(run, "evaluation/base", 0)
    measured(run, "evaluation/distilled", 10)
    return run


def card_of(run: Path, name: str | None = None) -> str:
    found = find_student(run, name)
    return student_card(known_of(found, found.model))


def row(text: str, name: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(f"| {name} |"))


def head(text: str) -> dict[str, Any]:
    return dict(yaml.safe_load(text.split("---\n")[1]))


def with_student(run: Path, **settings: Any) -> None:
    known = yaml.safe_load((run / "config.yaml").read_text())
    known["student"] |= settings
    (run / "config.yaml").write_text(yaml.safe_dump(known))


def test_the_card_has_the_figures_of_the_run(run: Path) -> None:
    text = card_of(run)
    assert row(text, "questions") == "| questions | 2 |"
    assert row(text, "right, of them") == "| right, of them | 1 (33.3 %) |"
    assert row(text, "verdict: timeout") == "| verdict: timeout | 1 |"
    assert row(text, "optimizer steps") == "| optimizer steps | 1,234 |"
    assert row(text, "useful tokens") == "| useful tokens | 56,789 |"
    assert row(text, "peak learning rate").endswith("falls linearly to 0 |")
    assert row(text, "wordsums-test") == "| wordsums-test | base | 40 | 0.0 % | 0.0 % - 8.8 % |"
    assert "| wordsums-test | **distilled** | 40 | 25.0 % | 14.2 % - 40.2 % |" in text
    assert "untrusted code" in text and "Question: {question}\nProgram:\n" in text
    assert "12 parameters; decoder-only" in text


def test_validations_are_told(run: Path) -> None:
    assert "Validations" not in card_of(run)
    lines = [
        {"step": 100, "accuracy": 0.5, "interval": [0.4, 0.6]},
        {"step": 200, "accuracy": 0.625, "interval": [0.5, 0.7]},
    ]
    (run / "student" / "validations.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert row(card_of(run), "200") == "| 200 | 62.5 % | 50.0 % - 70.0 % |"


def test_the_header_names_what_the_hub_knows(run: Path) -> None:
    made = head(card_of(run))
    assert made["license"] == "apache-2.0" and made["pipeline_tag"] == "text-generation" and "base_model" not in made
    with_student(run, model="Qwen/Qwen2.5-0.5B")
    made = head(card_of(run))
    assert made["base_model"] == "Qwen/Qwen2.5-0.5B" and "license" not in made
    with_student(run, model="/home/ada/secret/llama")
    assert "base_model" not in head(card_of(run))
    assert "/home/ada" not in card_of(run)


def test_text_from_outside_is_no_markup(run: Path) -> None:
    body = card_of(run).split("---\n", 2)[2]
    assert r"teach/a\|b&lt;i&gt;\`" in body
    assert "a|b<i>" not in body


def test_a_refined_student_is_the_last_of_its_run(run: Path) -> None:
    assert find_student(run).name == "distilled"
    model = train(run, "refinement/round-1/student", "g")
    measured(run, "refinement/round-1/evaluation", 20)
    commit_json(run / REFINED, {"model": "refinement/round-1/student/model", "accuracy": 0.5, "rounds": []})
    found = find_student(run)
    assert (found.name, found.model) == ("refined", model)
    text = card_of(run)
    assert "| wordsums-test | **refined** | 40 | 50.0 % |" in text and "| distilled |" in text
    assert "Faulty program:\n{program}\nFeedback: {feedback}" in text
    assert find_student(run, "distilled").model == run / "student" / "model"
    commit_json(run / REFINED, {"model": "student/model", "accuracy": 0.5, "rounds": []})
    assert find_student(run).name == "distilled", "a refinement that gained nothing"
    assert "| wordsums-test | refinement round-1 | 40 | 50.0 % |" in card_of(run)


def test_a_baseline_says_what_it_is(run: Path) -> None:
    known = yaml.safe_load((run / "config.yaml").read_text())
    known["teacher"]["prompt"] = {"version": "rationale-v1"}
    known["student"]["learn_from"] = "all"
    (run / "config.yaml").write_text(yaml.safe_dump(known))
    text = card_of(run)
    assert "A baseline" in text and "whether or not they state the gold" in text and "untrusted code" not in text
    assert "Question: {question}\nReasoning:\n" in text
    assert head(text)["tags"][1] == "chain-of-thought"


@pytest.mark.parametrize("form", ["plain", "chat"])
@pytest.mark.parametrize("config", [LLAMA, T5])
def test_the_code_in_a_card_is_python_and_asks_in_the_form_that_was_trained(
    tmp_path: Path, form: str, config: dict[str, Any]
) -> None:
    run = make_run(tmp_path / "run", [SHARD], student={"form": form})
    train(run, config=config)
    found = find_student(run)
    student: Student = known_of(found, found.model)
    for code in (transformers_code(student), vllm_code(student)):
        ast.parse(code)
        assert ("role" in code) == (form == "chat")
        assert r"'Question: {question}\nProgram:\n'" in code
    text = student_card(student)
    assert ("AutoModelForSeq2SeqLM" in text) == (config is T5)
    assert ("With vLLM" in text) == (config is LLAMA)


def test_the_folder_appears_whole_and_is_never_overwritten(run: Path, tmp_path: Path, monkeypatch: Any) -> None:
    found, out = find_student(run), tmp_path / "out"

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(room, "commit_json", full)
        with pytest.raises(OSError, match="no space"):
            export_student(found, out)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    written = export_student(found, out)
    assert not written.already_there
    assert sorted(path.name for path in out.iterdir()) == [
        "README.md",
        "config.json",
        "export.json",
        "model.safetensors",
    ]
    assert "PEFT's" not in (out / "README.md").read_text()
    assert export_student(found, out).already_there
    measured(run, "evaluation/distilled", 11)
    with pytest.raises(RunDirectoryError, match="of the run as it was before"):
        export_student(found, out)
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.tex").write_text("years of work")
    with pytest.raises(RunDirectoryError, match="no export of a student"):
        export_student(found, tmp_path / "thesis")
    assert sorted(path.name for path in (run / "student" / "model").iterdir()) == [
        "README.md", "config.json", "model.safetensors", "training_report.json",
    ]  # fmt: skip


def test_what_is_no_student_is_told_in_a_line(run: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--student best: one of distilled, refined"):
        find_student(run, "best")
    with pytest.raises(RunDirectoryError, match="not a run directory"):
        find_student(tmp_path)
    with pytest.raises(RunDirectoryError, match="no refined student there; run `pad-ray refine` first"):
        find_student(run, "refined")
    bare = make_run(tmp_path / "bare", [SHARD])
    with pytest.raises(RunDirectoryError, match="no finished student there; run `pad-ray train` first"):
        find_student(bare)


def test_a_student_is_pushed_as_a_model(tmp_path: Path) -> None:
    class Hub:
        def __init__(self) -> None:
            self.kinds: list[str] = []

        def create_repo(self, _: str, *, repo_type: str, **__: object) -> None:
            self.kinds.append(repo_type)

        def upload_folder(self, *, repo_type: str, **_: object) -> None:
            self.kinds.append(repo_type)

    hub = Hub()
    assert push("ada/student", Place.of(tmp_path), "token", hub, kind="model") == "https://huggingface.co/ada/student"
    assert hub.kinds == ["model", "model"]
