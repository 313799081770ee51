"""Reading questions: one file per set, one stream for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pad_ray.config import QuestionsConfig
from pad_ray.errors import QuestionsError
from pad_ray.questions import asdiv, bbh, files, gsm8k, gsm_hard, hub, json_array, jsonl, multiarith, svamp, symbolic
from pad_ray.questions.decontaminate import KnownQuestions, normalise
from pad_ray.questions.rows import Mapper, ReadRow, Row, read
from pad_ray.questions.stream import QuestionStream

__all__ = ["KnownQuestions", "QuestionStream", "local_file", "normalise", "open_questions"]

NEED_A_PATH = {"jsonl": "a JSON Lines file", "bbh": "a task's JSON file, such as bbh/boolean_expressions.json"}
"""Sets that are one file of many, and what is to be named."""


def open_questions(config: QuestionsConfig) -> QuestionStream:
    """The questions that the config asks for, as a stream to be iterated once.

    Raises:
        QuestionsError: if the set is not where the config says; while iterating, for a broken file, a row that cannot
            be read (unless `on_bad_row` is `skip`) or an id that comes twice.
    """
    if config.set == "wordsums":
        return QuestionStream(_wordsums(config), limit=config.limit)
    path = local_file(config)
    if path is None:
        if config.set in NEED_A_PATH:
            raise QuestionsError(f"questions.path: the {config.set} set needs the path of {NEED_A_PATH[config.set]}")
        rows, mapper = hub.rows(config.name), _mapper(config, None)
    else:
        rows, mapper = _file_rows(config, path), _mapper(config, path)
    return QuestionStream(read(rows, mapper), start=config.start, limit=config.limit, on_bad_row=config.on_bad_row)


def local_file(config: QuestionsConfig) -> Path | None:
    """The file that the config's questions are read from; None for wordsums and for sets from the hub.

    Raises:
        QuestionsError: if it is not there.
    """
    return None if config.set == "wordsums" or config.path is None else files.find(config.path, _names(config))


def _names(config: QuestionsConfig) -> list[str]:
    match config.set:
        case "gsm8k":
            return gsm8k.names(config.split)
        case "svamp":
            return svamp.NAMES
        case "asdiv":
            return asdiv.NAMES
        case "multiarith":
            return multiarith.NAMES
        case "coin_flip" | "last_letters":
            return symbolic.names(config.set)
        case "gsm_hard":
            return gsm_hard.NAMES
        case _:
            return []


def _file_rows(config: QuestionsConfig, path: Path) -> Iterator[Row]:
    match config.set:
        case "gsm8k" | "jsonl" | "gsm_hard":
            return jsonl.rows(path)
        case "asdiv":
            return asdiv.rows(path)
        case "coin_flip" | "last_letters":
            return json_array.rows(path, symbolic.KEY)
        case "bbh":
            return json_array.rows(path, bbh.KEY)
        case _:
            return json_array.rows(path)


def _mapper(config: QuestionsConfig, path: Path | None) -> Mapper:
    match config.set:
        case "gsm8k":
            return gsm8k.mapper(config.split)
        case "svamp":
            return svamp.to_question
        case "asdiv":
            return asdiv.to_question
        case "multiarith":
            return multiarith.to_question
        case "coin_flip":
            return symbolic.coin_flip
        case "last_letters":
            return symbolic.last_letters
        case "gsm_hard":
            return gsm_hard.to_question
        case "bbh":
            return bbh.mapper(path.stem if path else config.set)
        case _:
            return jsonl.mapper(path.stem if path else config.set)


def _wordsums(config: QuestionsConfig) -> Iterator[ReadRow]:
    """Generated questions. The reader skips to `start` itself; the grammar is only loaded where it is used."""
    if config.limit is None:
        raise QuestionsError("questions.limit: wordsums has no end; say how many questions, e.g. limit: 1000")
    from pad_ray.questions.wordsums.reader import read_wordsums

    questions = read_wordsums(config.split, config.seed, config.start, config.limit, config.max_steps)
    return (ReadRow(f"{config.name}:{number}", question) for number, question in enumerate(questions, config.start + 1))
