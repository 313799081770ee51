"""What the screen shows of an experiment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pad_ray.config.experiment import ExperimentConfig
from pad_ray.experiment.book import JSON_FILE, Book
from pad_ray.experiment.cells import cells
from pad_ray.experiment.runner import Done
from pad_ray.scores import Scores
from pad_ray.shards.files import read_json

CLAIM = {"text": "two over one", "better": "two", "than": "one", "points": 1}


def of_one_seed(seed: int, right: float = 1.0) -> tuple[Book, list[Done]]:
    experiment = ExperimentConfig.model_validate(
        {"seeds": [seed], "data": {"d": {}}, "arms": {"one": {"data": "d"}, "two": {"data": "d"}}}
    )
    done = [Done(cell, Path("model"), Scores({"q": right}, 1), {}, None) for cell in cells(experiment)]
    return Book(experiment), done


def test_what_was_written_of_all_stands_until_all_of_it_is_there_again(tmp_path: Path) -> None:
    def written(book: Book) -> list[tuple[str, int]]:
        book.write(tmp_path)
        return [(cell["arm"], cell["seed"]) for cell in read_json(tmp_path / JSON_FILE)["cells"]]

    first, done = of_one_seed(1)
    first.add(done[0])
    assert written(first) == [("one", 1)]
    first.add(done[1])
    assert written(first) == [("one", 1), ("two", 1)]
    again, done = of_one_seed(1, right=0.0)
    again.add(done[0])
    before = (tmp_path / JSON_FILE).read_bytes()
    assert written(again) == [("one", 1), ("two", 1)]
    assert (tmp_path / JSON_FILE).read_bytes() == before
    again.add(done[1])
    assert written(again) == [("one", 1), ("two", 1)]
    assert (tmp_path / JSON_FILE).read_bytes() != before
    other, done = of_one_seed(2)
    other.add(done[0])
    assert written(other) == [("one", 2)], "what is not planned any more is not waited for"


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
