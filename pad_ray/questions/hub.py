"""The sets on the Hugging Face hub, read through `datasets` in streaming mode.

The columns are those of the published files wherever the hub's copy kept them, so the same mapping reads both. Coin
flip is another draw from the same template, and MultiArith and last letters are in another order than in the files:
their ids are positions, and name another question than the same id from a file.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from pad_ray.errors import QuestionsError
from pad_ray.questions.rows import Row


@dataclass(frozen=True, slots=True)
class HubSource:
    """Where a set is: a repository (or a local folder, for tests and mirrors), a configuration, splits in order."""

    repo: str
    config: str | None
    splits: tuple[str, ...]
    columns: tuple[str, ...]
    """The columns that the mapping needs: a copy that lacks one is refused at once."""


SOURCES = {
    "gsm8k/train": HubSource("openai/gsm8k", "main", ("train",), ("question", "answer")),
    "gsm8k/test": HubSource("openai/gsm8k", "main", ("test",), ("question", "answer")),
    "svamp": HubSource("ChilleD/SVAMP", None, ("train", "test"), ("ID", "Body", "Question", "Answer")),
    "asdiv": HubSource("EleutherAI/asdiv", "asdiv", ("validation",), ("body", "question", "answer")),
    "multiarith": HubSource("ChilleD/MultiArith", None, ("train", "test"), ("question", "final_ans")),
    "gsm_hard": HubSource("reasoning-machines/gsm-hard", None, ("train",), ("input", "target")),
    "coin_flip": HubSource("skrishna/coin_flip", None, ("test",), ("inputs", "targets")),
    "last_letters": HubSource("ChilleD/LastLetterConcat", None, ("train", "test"), ("question", "answer")),
}
"""Set -> where the hub has it."""


def rows(name: str) -> Iterator[Row]:
    """The rows of a set, positions counted through its splits.

    Raises:
        QuestionsError: at once if `datasets` is not installed or the hub cannot be reached, later if it breaks off or
            a column is not there.
    """
    source = SOURCES[name]
    datasets = _datasets(name)
    return _rows(name, source, [(split, _load(datasets, name, source, split)) for split in source.splits])


def _rows(name: str, source: HubSource, splits: list[tuple[str, Iterable[Any]]]) -> Iterator[Row]:
    position = 0
    for split, dataset in splits:
        iterator = iter(dataset)
        line = 0
        while True:
            try:
                raw = next(iterator)
            except StopIteration:
                break
            except Exception as error:  # as in _load
                raise _unreachable(name, source, error) from error
            line += 1
            missing = [column for column in source.columns if column not in raw]
            if missing:
                has = ", ".join(map(str, raw))
                raise QuestionsError(
                    f"{source.repo}/{split}: no column {missing[0]!r}, it has {has}; the hub's copy has changed: "
                    f"give questions.path, the file or folder of {name}"
                )
            yield Row(f"{source.repo}/{split}:{line}", position, raw)
            position += 1


def _datasets(name: str) -> ModuleType:
    try:
        return importlib.import_module("datasets")
    except ImportError:
        raise QuestionsError(
            f"{name} without questions.path comes from the Hugging Face hub, and that needs the package datasets: "
            "pip install 'pad-ray[hub]', or give questions.path"
        ) from None


def _load(datasets: ModuleType, name: str, source: HubSource, split: str) -> Iterable[Any]:
    try:
        loaded: Iterable[Any] = datasets.load_dataset(source.repo, source.config, split=split, streaming=True)
    except Exception as error:  # whatever the client, its HTTP library or a missing split raises: all named below
        raise _unreachable(name, source, error) from error
    return loaded


def _unreachable(name: str, source: HubSource, error: Exception) -> QuestionsError:
    why = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    return QuestionsError(
        f"{name}: cannot be read from the Hugging Face hub as {source.repo} ({why}); "
        "give questions.path, the file or folder of the set"
    )
