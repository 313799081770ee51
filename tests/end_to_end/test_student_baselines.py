"""A baseline trained for real within a budget, and students exported with a model card whose code runs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from safetensors.torch import load_file
from trainings import EXAMPLES, save_llama

from pad_ray.config import BudgetConfig, LoraConfig, RayConfig, RunConfig, StudentConfig
from pad_ray.errors import RunDirectoryError
from pad_ray.records import Judged, Program, Question, Verdict, judged_table, program_id
from pad_ray.report.student_export import export_student, find_student
from pad_ray.rundir import CONFIG
from pad_ray.runtime import ray_cluster
from pad_ray.shards.place import Place
from pad_ray.shards.writer import write_shard
from pad_ray.student.baselines import Lessons
from pad_ray.student.cursor import Steps
from pad_ray.student.lesson import synthesis_source, teach
from pad_ray.student.mapped import MappedCorpus

LIMITS = {"max_source_tokens": 64, "max_target_tokens": 64, "batch_size": 2, "pack_width": 64, "learning_rate": 3e-3}


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    with ray_cluster(RayConfig(num_cpus=2, object_store_gib=0.2)):
        yield


def run_of(folder: Path, prompt: str, student: StudentConfig) -> tuple[RunConfig, Path]:
    """A run whose teacher wrote a wrong and a right text for each of 40 questions."""
    config = RunConfig.model_validate({
        "run_dir": folder,
        "questions": {"set": "wordsums", "limit": 40},
        "teacher": {"prompt": {"version": prompt}},
        "student": student.model_dump() | {"model": str(save_llama(folder.with_name("llama")))},
    })  # fmt: skip
    folder.mkdir()
    (folder / CONFIG).write_text(yaml.safe_dump(config.model_dump(mode="json")))
    rows = []
    for number, example in enumerate(EXAMPLES[:40]):
        for draw, status in enumerate(("wrong", "right")):
            name, text = f"q/{number}", f"{example.target} # {status}"
            program = Program(program_id(name, prompt, draw), name, draw, text, text, "teacher", prompt)
            rows.append(Judged(Question(name, example.source, "7"), program, Verdict(status), status == "right"))
    write_shard(Place.of(folder) / "synthesis" / "shards", 0, judged_table(rows), questions=40)
    (folder / "synthesis" / "manifest.json").write_text("{}")
    return config, folder / "synthesis"


def taught(config: RunConfig, synthesis: Path) -> list[dict[str, Any]]:
    teach(
        synthesis_source(synthesis, Lessons.of(config)), model=config.student.model, folder=config.run_dir / "student",
        config=config.student, seed=config.seed, stage="train", report=lambda _: None,
    )  # fmt: skip
    lines = (config.run_dir / "student" / "progress.jsonl").read_text().splitlines()
    return [entry for entry in map(json.loads, lines) if "loss" in entry]


def code_of(card: Path, library: str) -> str:
    blocks = re.findall(r"^```python\n(.*?)^```", card.read_text(), re.DOTALL | re.MULTILINE)
    return next(block for block in blocks if library in block)


def asked(folder: Path, base: str = "") -> str:
    """What the code in a card prints, told where the folders are."""
    code = code_of(folder / "README.md", "transformers").replace('folder = "."', f"folder = {str(folder)!r}")
    known: dict[str, Any] = {}
    exec(code.replace("'folder of the base model'", repr(base)), known)
    return str(known["text"])


def test_chains_of_thought_an_adapter_and_more_steps_than_the_epochs_have(tmp_path: Path) -> None:
    student = StudentConfig(
        learn_from="all", epochs=1, budget=BudgetConfig(examples=50, steps=30), lora=LoraConfig(merge=False), **LIMITS
    )
    config, synthesis = run_of(tmp_path / "run", "rationale-v1", student)
    said = taught(config, synthesis)
    corpus = MappedCorpus(tmp_path / "run" / "student" / "corpus")
    assert len(corpus) == 50
    assert {name[-2:] for name in corpus.source_ids(range(50))} == {"#0", "#1"}, "wrong ones are learnt from too"
    steps = Steps(tmp_path / "run" / "student")
    assert len(steps) == said[-1]["step"] == said[-1]["total"] == 30
    assert sum(len(ids) for step in range(1, 31) for ids in steps.programs(step)) > 100, "more than two epochs"
    assert said[-1]["learning_rate"] < 0.1 * said[2]["learning_rate"], "it falls to the end of the budget"
    assert said[-1]["eta_seconds"] == 0

    found = find_student(tmp_path / "run")
    adapter, whole = tmp_path / "out" / "adapter", tmp_path / "out" / "whole"
    export_student(found, adapter)
    export_student(found, whole, merged=True)
    assert export_student(found, whole, merged=True).already_there
    with pytest.raises(RunDirectoryError, match="choose another --out"):
        export_student(found, whole)
    assert (adapter / "adapter_model.safetensors").exists() and not (adapter / "model.safetensors").exists()
    assert (
        load_file(whole / "model.safetensors").keys()
        == load_file(Path(config.student.model, "model.safetensors")).keys()
    )
    assert not [path for path in whole.iterdir() if path.is_dir()]
    assert asked(whole) == asked(adapter, config.student.model)
    for path in [*adapter.iterdir(), *whole.iterdir()]:
        if path.suffix in (".md", ".json"):
            assert str(tmp_path) not in path.read_text(), "what is private stays at home"


def test_a_budget_of_tokens_and_an_exported_student_that_answers(tmp_path: Path) -> None:
    student = StudentConfig(epochs=50, budget=BudgetConfig(tokens=9_000), **LIMITS)
    config, synthesis = run_of(tmp_path / "run", "program-v1", student)
    said = taught(config, synthesis)
    assert 9_000 <= said[-1]["tokens"] < 9_000 + 2 * 2 * 64
    assert said[-1]["step"] == said[-1]["total"] == len(Steps(tmp_path / "run" / "student"))
    export_student(find_student(tmp_path / "run", "distilled"), tmp_path / "out")
    assert asked(tmp_path / "out").startswith("x = ")
