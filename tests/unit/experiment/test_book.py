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


def of_one_seed(seed: int) -> tuple[Book, list[Done]]:
    experiment = ExperimentConfig.model_validate(
        {"seeds": [seed], "data": {"d": {}}, "arms": {"one": {"data": "d"}, "two": {"data": "d"}}}
    )
    done = [Done(cell, Path("model"), Scores({"q": 1.0}, 1), {}, None) for cell in cells(experiment)]
    return Book(experiment), done


def test_what_was_written_of_all_stands_until_all_of_it_is_there_again(tmp_path: Path) -> None:
    first, done = of_one_seed(1)
    assert not first.lacks(tmp_path), "nothing was written"
    for one in done:
        first.add(one)
        first.write(tmp_path)
    again, done = of_one_seed(1)
    again.add(done[0])
    assert again.lacks(tmp_path)
    again.add(done[1])
    assert not again.lacks(tmp_path)
    other, done = of_one_seed(2)
    other.add(done[0])
    assert not other.lacks(tmp_path), "what is not planned any more is not waited for"


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
