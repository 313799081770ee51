"""An experiment: students that are made in different ways from the same base, teacher and questions."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import Field, model_validator

from pad_ray.config.run import RunConfig
from pad_ray.config.section import Section

Settings = dict[str, Any]
"""Of `RunConfig`, nested as in a file: what is other than in the experiment's `base`."""


NAME_PART = re.compile(r"[a-z0-9]+")
"""Of an arm's name, in its folder's."""


def folder_name(arm: str) -> str:
    """What an arm's folder is called: of its name, what every file system takes."""
    return "-".join(NAME_PART.findall(arm.casefold()))


class ArmConfig(Section):
    """One way. An arm trains a student on `data`, refines that of another arm, or measures that of another arm."""

    data: str | None = None
    """Trains: name of the synthesis that is learnt from."""
    refines: str | None = None
    """Refines: name of the arm whose student is gone on with."""
    measures: str | None = None
    """Measures: name of the arm whose student is measured, with other settings (evaluation)."""
    settings: Settings = Field(default_factory=dict)
    """What is other than in the base."""
    result: str = ""
    """Which figure of an evaluation counts: empty for single-shot, `repaired` or `verified`."""

    @model_validator(mode="after")
    def _one_of_them(self) -> ArmConfig:
        if sum(way is not None for way in (self.data, self.refines, self.measures)) != 1:
            raise ValueError("an arm has one of data, refines and measures")
        if self.result not in ("", "repaired", "verified"):
            raise ValueError(f"result {self.result!r}: leave it out, or set it to repaired or verified")
        return self


class CurveConfig(Section):
    """Arms that are trained again on a part of their data."""

    arms: tuple[str, ...] = ()
    shares: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = (0.05, 0.1, 0.25, 0.5)
    """Of the examples that the arm learns from, as fractions; the whole is the arm itself."""


class ClaimConfig(Section):
    """What an experiment is to show."""

    text: str
    better: str
    """Name of an arm."""
    than: str
    """Name of another."""
    points: float | None = None
    """Accuracy that it gains at least, in points."""
    p: float | None = Field(None, gt=0, lt=1)
    """The gain is above 0, and McNemar's p below this, by question over all seeds."""


class ExperimentConfig(Section):
    """An experiment. Each arm is done once for each seed; a synthesis once for all."""

    base: RunConfig = RunConfig()
    """What all have in common; `run_dir` is the folder of the whole experiment."""
    seeds: tuple[int, ...] = Field((1, 2, 3), min_length=1)
    """Of training, injection and sampling; the teacher's programs are the same for all."""
    data: dict[str, Settings] = {"programs": {}}  # noqa: RUF012  pydantic copies it
    """Syntheses by name, and what is other than in the base."""
    arms: dict[str, ArmConfig]
    """By name, in the order in which they are reported."""
    curve: CurveConfig = CurveConfig()
    """How much data it takes."""
    claims: tuple[ClaimConfig, ...] = ()
    """What it is to show."""

    @model_validator(mode="after")
    def _known(self) -> ExperimentConfig:
        for name, arm in self.arms.items():
            if arm.data is not None and arm.data not in self.data:
                raise ValueError(
                    f"arms.{name}.data: there is no synthesis {arm.data}; there are {', '.join(self.data)}"
                )
            of = arm.refines or arm.measures
            earlier = list(self.arms)[: list(self.arms).index(name)]
            if of is not None and of not in earlier:
                raise ValueError(f"arms.{name}: no arm {of} comes before it; there are {', '.join(earlier) or 'none'}")
            if arm.refines is not None and self.arms[arm.refines].measures:
                raise ValueError(f"arms.{name}.refines: {of} only measures; name the arm whose student it measures")
        for key, values in {
            "seeds": self.seeds,
            "curve.shares": self.curve.shares,
            "curve.arms": self.curve.arms,
        }.items():
            if len(set(values)) < len(values):
                raise ValueError(f"{key}: one of them is there twice")
        folders = [folder_name(name) for name in self.arms]
        if "" in folders or len(set(folders)) < len(folders):
            raise ValueError(
                "arms: their folders are called by the letters a to z and the digits of their names; two are the same, "
                "or one is empty"
            )
        for name in self.curve.arms:
            if name not in self.arms or self.arms[name].data is None:
                raise ValueError(f"curve.arms: {name} is no arm that trains on data")
        for place, claim in enumerate(self.claims):
            for name in (claim.better, claim.than):
                if name not in self.arms:
                    raise ValueError(f"claims.{place}: there is no arm {name}")
            if claim.points is None and claim.p is None:
                raise ValueError(f"claims.{place}: say by how many points, or with which p")
        return self
