"""What differs between two sets of settings, leaf by leaf, and which leaves decide what a run makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

IMMATERIAL = (
    "run_dir",
    "on_existing",
    "ray",
    "ray.*",
    "*.on_bad_row",
    "synthesis.guard.*",
    "teacher.workers",
    "student_engine.workers",
    "student.workers",
    "student.checkpoint_steps",
    "student.log_to",
    "student.hang_minutes",
    "student.validation.batch_size",
    "executor.workers",
    "*.max_workers",
    "*.stagger_seconds",
    "*.threads",
    "*.memory_fraction",
    "*.kv_cache_gib",
    "*.max_sequences",
    "*.tensor_parallel_size",
    "teacher.endpoint.*",
    "student_engine.endpoint.*",
)
"""Leaves of a config that do not decide its content: where it runs, how fast, how it resumes and when it halts.

A run that was refused a bad row and is told to skip it is the same run. A training that has begun on some ranks goes
on with the same steps on others.
"""

MATERIAL = ("*.endpoint.api",)
"""Exceptions to `IMMATERIAL`: a chat server puts words of its own around the prompt."""

LONGEST_VALUE = 80
"""Characters of a value that a message repeats."""


@dataclass(frozen=True, slots=True)
class Change:
    """One leaf that is not what it was; a leaf that is absent counts as None."""

    key: str
    was: Any
    now: Any

    def __str__(self) -> str:
        return f"{self.key} was {_short(self.was)}, is {_short(self.now)}"

    def is_under(self, keys: Iterable[str]) -> bool:
        """Whether one of `keys` is this leaf or a section that it is in."""
        return any(is_under(self.key, key) for key in keys)


def is_under(leaf: str, key: str) -> bool:
    """Whether `key` is the leaf itself or a section that it is in."""
    return leaf == key or leaf.startswith(f"{key}.")


def leaves(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Nested settings -> `{"student.epochs": 2.0, "evaluation.sets.0.limit": 200, ...}`; a list of plain values, or an
    empty section, is one leaf."""
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        if isinstance(value, list | tuple) and value and all(isinstance(item, Mapping) for item in value):
            value = {str(place): item for place, item in enumerate(value)}
        if isinstance(value, Mapping) and value:
            flat |= {f"{key}.{below}": leaf for below, leaf in leaves(value).items()}
        else:
            flat[str(key)] = list(value) if isinstance(value, tuple) else value
    return flat


def material(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The leaves of a config that decide its content."""
    return {key: value for key, value in leaves(settings).items() if _decides(key)}


def _decides(key: str) -> bool:
    if any(fnmatchcase(key, pattern) for pattern in MATERIAL):
        return True
    return not any(fnmatchcase(key, pattern) for pattern in IMMATERIAL)


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """What differs between two sets of leaves, in the order of the new one."""
    keys = [*new, *(key for key in old if key not in new)]
    return [Change(key, old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key)]


def told(found: Iterable[Change]) -> str:
    """`seed was 7, is 8; student.epochs was 2.0, is 3.0`."""
    return "; ".join(str(change) for change in found)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 3]}..."
