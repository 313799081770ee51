"""`pad-ray verify`: recorded completions through the flow, with no model in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pad_ray.config import RunConfig, SamplingConfig
from pad_ray.config_file import load_config, without_file
from pad_ray.errors import ConfigError
from pad_ray.evaluation.evaluate import evaluate
from pad_ray.progress import Report
from pad_ray.shards.files import commit_json, read_json
from pad_ray.synthesis.flow import fixed_flow
from pad_ray.synthesis.runner import Attempt
from pad_ray.teacher.recorded import RecordedEngine


def verify_settings(
    config: Path | None,
    overrides: list[str],
    dataset: str | None,
    split: str | None,
    path: Path | None,
    generations: Path | None,
    out: Path | None,
) -> RunConfig:
    """The options as a config: an option wins over the file.

    Raises:
        ConfigError: if it is not said what to judge, or where to put the verdicts.
    """
    config, overrides = without_file(config, overrides)
    options = {
        "questions.set": dataset,
        "questions.split": split,
        "questions.path": path,
        "teacher.model": generations,
        "run_dir": out,
    }
    # As JSON, a name such as `2024` or `[x].jsonl` stays the text that it is.
    given = [f"{key}={json.dumps(str(value))}" for key, value in options.items() if value is not None]
    settings = load_config(config, ["teacher.engine=recorded", *overrides, *given])
    if config is None:
        for key, option in (("questions.set", "--dataset"), ("teacher.model", "--generations"), ("run_dir", "--out")):
            if options[key] is None and not any(o.startswith(f"{key}=") for o in overrides):
                raise ConfigError(f"verify needs {option} (or a config); see pad-ray verify --help")
    return settings


def verify_generations(config: RunConfig, report: Report) -> dict[str, Any]:
    """Judge every recorded completion; writes shards and `summary.json` into `run_dir` and returns the summary.

    Raises:
        ConfigError: if the recorded file cannot be read.
        the errors of `run_flow`.
    """
    engine = RecordedEngine(Path(config.teacher.model), skip_bad=config.teacher.on_bad_row == "skip")
    if not engine.most_per_question:
        raise ConfigError(f"recorded completions {config.teacher.model}: none in it")
    flow = fixed_flow(
        config,
        config.questions,
        config.teacher,
        SamplingConfig(samples=engine.most_per_question),
        prompt_version=config.teacher.prompt.version,
    )
    metrics = evaluate(flow, config.run_dir, Attempt("verify", report))
    notes = []
    if engine.skipped:
        notes.append(f"{engine.skipped:,} lines could not be read and were skipped")
    if skipped := read_json(config.run_dir / "questions" / "parts.json")["skipped"]:
        notes.append(f"{skipped:,} rows of the question set could not be read and were skipped")
    if unknown := len(engine) - metrics.programs:
        notes.append(f"{unknown:,} completions are for questions that are not in {config.questions.name}")
    summary: dict[str, Any] = read_json(config.run_dir / "summary.json") | {"notes": notes}
    commit_json(config.run_dir / "summary.json", summary)
    return summary
