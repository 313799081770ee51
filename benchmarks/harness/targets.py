"""Targets: what we set out to reach, by the name of the figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from harness.figures import Figure


@dataclass(frozen=True, slots=True)
class Target:
    """A bound, from below unless `at_most`."""

    bound: float
    at_most: bool = False

    def met(self, value: float) -> bool:
        return value <= self.bound if self.at_most else value >= self.bound


def with_targets(figures: Iterable[Figure], targets: Mapping[str, Target]) -> list[Figure]:
    """The figures, with the targets of those that have one."""
    return [_with_target(figure, targets.get(figure.figure)) for figure in figures]


def _with_target(figure: Figure, target: Target | None) -> Figure:
    return figure if target is None else replace(figure, target=target.bound, met=target.met(figure.value))
