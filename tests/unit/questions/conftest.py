"""The published question files, which live beside the project and are never copied into it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DATA = (Path(__file__).resolve().parents[3] / "../shared/data").resolve()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of published question sets. A machine without it skips; in CI its absence is a failure."""
    if DATA.is_dir():
        return DATA
    reason = f"the published question sets are not at {DATA}"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"{reason}, and CI must have them")
    pytest.skip(reason)
