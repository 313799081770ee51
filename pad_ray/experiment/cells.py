"""What an experiment consists of: cells, each one arm with one seed, in the order in which they can be done. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pad_ray.config import RunConfig
from pad_ray.config.experiment import ArmConfig, ExperimentConfig, Settings, folder_name
from pad_ray.config_file import explained
from pad_ray.errors import ConfigError
from pad_ray.evaluation.assisted import ways
from pad_ray.pipeline import OF_SYNTHESIS
from pad_ray.shards.files import fingerprint_of

TRAINS, REFINES, MEASURES = "trains", "refines", "measures"


@dataclass(frozen=True, slots=True)
class Cell:
    """One arm with one seed."""

    arm: str
    seed: int
    way: str
    """`TRAINS`, `REFINES` or `MEASURES`."""
    of: str
    """Name of the synthesis, or of the arm whose student is gone on with or measured."""
    config: RunConfig
    """Of the run that it is; its folder is the cell's."""
    result: str = ""
    """Which figure of its evaluation counts."""
    share: float | None = None
    """On a curve: the part of the examples that it is trained on."""

    @property
    def name(self) -> str:
        return f"{self.arm}, seed {self.seed}" + (f", {self.share:.0%} of the data" if self.share is not None else "")


def merged(settings: Mapping[str, Any], other: Mapping[str, Any]) -> Settings:
    """`settings` with what is other, section by section."""
    made = dict(settings)
    for key, value in other.items():
        known = made.get(key)
        made[key] = merged(known, value) if isinstance(value, Mapping) and isinstance(known, Mapping) else value
    return made


def run_of(experiment: ExperimentConfig, key: str, folder: Path, *settings: Settings) -> RunConfig:
    """A run in `folder` with the base's settings and the others, the last of which counts.

    Raises:
        ConfigError: those at `key` are not possible.
    """
    made = experiment.base.model_dump(mode="json", exclude_unset=True)
    for other in settings:
        made = merged(made, other)
    try:
        return RunConfig.model_validate(merged(made, {"run_dir": str(folder), "on_existing": "resume"}))
    except ValidationError as error:
        raise ConfigError(f"{key}: {explained(error, RunConfig)}") from None


def synthesis_of(experiment: ExperimentConfig, name: str) -> RunConfig:
    """The run that makes the synthesis `name`: of the base only what decides it, so that with other students it is gone
    on with."""
    made = run_of(experiment, f"data.{name}", experiment.base.run_dir / "data" / name, experiment.data[name])
    known = made.model_dump(mode="json", include={*OF_SYNTHESIS, "run_dir", "on_existing", "ray"}, exclude_unset=True)
    return RunConfig.model_validate(known)


def cells(experiment: ExperimentConfig) -> Iterator[Cell]:
    """All of them: seed by seed, so that a whole comparison is there early.

    Raises:
        ConfigError: the settings of an arm are not possible, or what is claimed of two arms cannot be shown.
    """
    _check_claims(experiment)
    for seed in experiment.seeds:
        for name, arm in experiment.arms.items():
            yield _cell(experiment, name, arm, seed)
        for name in experiment.curve.arms:
            for share in experiment.curve.shares:
                yield _cell(experiment, name, experiment.arms[name], seed, share)


def _cell(experiment: ExperimentConfig, name: str, arm: ArmConfig, seed: int, share: float | None = None) -> Cell:
    folder = (
        experiment.base.run_dir
        / f"seed-{seed}"
        / (folder_name(name) if share is None else f"{folder_name(name)}-{share:g}")
    )
    # What the synthesis was made with is part of what is made of it: the form of prompts, the questions.
    data = data_of(experiment, name)
    config = run_of(
        experiment,
        f"arms.{name}.settings",
        folder,
        experiment.data[data],
        {"synthesis": {"folder": str(experiment.base.run_dir / "data" / data / "synthesis")}},
        arm.settings,
        {"seed": seed},
    )
    if arm.result not in ways(config.evaluation):
        raise ConfigError(
            f"arms.{name}.result: {arm.result} is not measured; set evaluation.repair_attempts or "
            "evaluation.verification in the arm's settings (a chain of thought has neither)"
        )
    if arm.data is not None:
        return Cell(name, seed, TRAINS, arm.data, config, arm.result, share)
    if arm.refines is not None:
        return Cell(name, seed, REFINES, arm.refines, _sharing(config, folder.parent, arm.refines), arm.result)
    assert arm.measures is not None
    return Cell(name, seed, MEASURES, arm.measures, config, arm.result)


def _check_claims(experiment: ExperimentConfig) -> None:
    sets = {
        name: _cell(experiment, name, arm, experiment.seeds[0]).config.evaluation.sets
        for name, arm in experiment.arms.items()
    }
    for place, claim in enumerate(experiment.claims):
        if sets[claim.better] != sets[claim.than]:
            raise ConfigError(
                f"claims.{place}: {claim.better} and {claim.than} are asked other questions; give both arms the same "
                "evaluation.sets"
            )


def _sharing(config: RunConfig, folder: Path, of: str) -> RunConfig:
    """With the samples of the student of the arm `of` that all arms begin with which sample it alike."""
    drawn = [
        config.model_dump(mode="json", include={"questions", "student_engine", "executor"}),
        config.refinement.model_dump(mode="json", include={"questions", "temperature"}),
        config.student.model_dump(mode="json", include={"max_target_tokens"}),
    ]
    samples = folder / f"{folder_name(of)}-samples-{fingerprint_of(drawn)[:8]}"
    return config.model_copy(update={"refinement": config.refinement.model_copy(update={"samples": str(samples)})})


def data_of(experiment: ExperimentConfig, name: str) -> str:
    """The synthesis that an arm's student began with."""
    arm = experiment.arms[name]
    if arm.data is not None:
        return arm.data
    of = arm.refines or arm.measures
    assert of is not None
    return data_of(experiment, of)
