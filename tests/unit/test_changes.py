"""What differs between two sets of settings, and which of it matters."""

from __future__ import annotations

import pytest

from pad_ray.changes import Change, changes, leaves, material, told
from pad_ray.config import RunConfig


def test_leaves_are_named_by_their_way_down() -> None:
    settings = {
        "seed": 1,
        "sets": [{"set": "x"}, {"set": "y"}],
        "student": {"epochs": 2, "kinds": ("a", "b")},
        "none": {},
    }
    assert leaves(settings) == {
        "seed": 1,
        "sets.0.set": "x",
        "sets.1.set": "y",
        "student.epochs": 2,
        "student.kinds": ["a", "b"],
        "none": {},
    }


def test_changes_are_told_in_the_order_of_the_new_settings() -> None:
    old = {"b": 1, "gone": 2, "same": 3, "never": None}
    new = {"same": 3, "added": 4, "b": 5, "unset": None}
    found = changes(old, new)
    assert found == [Change("added", None, 4), Change("b", 1, 5), Change("gone", 2, None)]
    assert told(found) == "added was None, is 4; b was 1, is 5; gone was 2, is None"


def test_a_change_is_under_its_own_key_and_its_sections() -> None:
    change = Change("teacher.prompt.version", "a", "b")
    assert all(change.is_under([key]) for key in ("teacher", "teacher.prompt", "teacher.prompt.version"))
    assert not change.is_under(["teach", "prompt", "teacher.prompt.v", ""])


@pytest.mark.parametrize(
    ("key", "matters"),
    [
        ("teacher.temperature", True),
        ("teacher.endpoint.api", True),
        ("teacher.endpoint.urls", False),
        ("teacher.workers", False),
        ("teacher.max_workers", False),
        ("student.workers", False),
        ("executor.workers", False),
        ("executor.cpu_seconds", True),
        ("synthesis.guard.max_hours", False),
        ("synthesis.keep", True),
        ("ray.num_cpus", False),
        ("run_dir", False),
        ("evaluation.sets.0.limit", True),
        ("evaluation.sets.0.on_bad_row", False),
    ],
)
def test_what_decides_the_content(key: str, matters: bool) -> None:
    settings = RunConfig().model_dump(mode="json")
    assert key in leaves(settings)
    assert (key in material(settings)) == matters
