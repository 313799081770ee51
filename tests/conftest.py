"""What all tests share: where the real data lies, and the marker of the fast part."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pad_ray.runtime import QUIET

# Ray reads some of it when it is imported, which a test module may do before anything of ours has said so.
for name, value in QUIET.items():
    os.environ.setdefault(name, value)

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything under tests/unit is the fast part, which `make check` runs and `make test` need not run twice."""
    for item in items:
        if ROOT / "tests" / "unit" in item.path.parents:
            item.add_marker("unit")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real question sets and recorded generations; in CI they are always there."""
    if not SHARED.is_dir():
        message = f"no real data at {SHARED}: give the question sets there to run this test"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    return SHARED
