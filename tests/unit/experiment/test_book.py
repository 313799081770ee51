"""What the screen shows of an experiment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pad_ray.config.experiment import ExperimentConfig
from pad_ray.experiment.book import Book
from pad_ray.experiment.cells import cells
from pad_ray.experiment.runner import Done
from pad_ray.scores import Scores

CLAIM = {"text": "two over one", "better": "two", "than": "one", "points": 1}


def titles(claims: list[dict[str, Any]], *, arms: int = 2) -> list[object]:
    experiment = ExperimentConfig.model_validate(
        {"seeds": [1], "data": {"d": {}}, "arms": {"one": {"data": "d"}, "two": {"data": "d"}}, "claims": claims}
    )
    book = Book(experiment)
    for cell in list(cells(experiment))[:arms]:
        book.add(Done(cell, Path("model"), Scores({"q": 1.0}, 1), {}, None))
    return [table.title for table in book.tables()]


def test_claims_are_shown_where_there_are_any() -> None:
    assert titles([CLAIM]) == ["arms", "claims"]
    assert titles([]) == ["arms"]
    assert titles([CLAIM], arms=1) == ["arms"], "its other arm is not done"
