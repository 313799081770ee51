"""Completions that were recorded before: JSON Lines of `question_id`, `model`, `completion`."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from pad_ray.errors import ConfigError
from pad_ray.records import Completion
from pad_ray.teacher.engine import Draw, Prompt


class RecordedEngine:
    """Gives draw i of a question the i-th completion recorded for it, by the order of the file; None beyond the last.

    Only the place of each line is kept in memory; its text is read when it is asked for.

    Raises:
        ConfigError: if the file cannot be read, or a line is not a recorded completion (named by its number).
    """

    def __init__(self, path: Path, *, skip_bad: bool = False) -> None:
        self.name = path.stem
        self.aborted_tokens = 0
        self.skipped = 0
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        try:
            self._file = open(path, "rb")  # noqa: SIM115 - kept open for as long as the engine lives
        except OSError as error:
            raise ConfigError(f"recorded completions {path}: cannot be read ({error.strerror})") from None
        place = 0
        for number, line in enumerate(self._file, start=1):
            if line.strip():
                try:
                    self._places[_row(line, f"{path}:{number}")["question_id"]].append(place)
                except ConfigError:
                    if not skip_bad:
                        raise
                    self.skipped += 1
            place += len(line)

    def __len__(self) -> int:
        """How many completions are recorded."""
        return sum(map(len, self._places.values()))

    @property
    def most_per_question(self) -> int:
        """Completions of the question that has most."""
        return max(map(len, self._places.values()), default=0)

    async def draw(self, prompt: Prompt, draw: Draw) -> Completion | None:
        places = self._places.get(prompt.question.question_id, ())
        if draw.index >= len(places):
            return None
        self._file.seek(places[draw.index])
        return Completion(text=_row(self._file.readline(), "")["completion"])

    async def close(self) -> None:
        self._file.close()


def _row(line: bytes, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise ConfigError(f"{where}: not a JSON object; a line is {{question_id, model, completion}}") from None
    if not isinstance(row, dict) or not all(isinstance(row.get(key), str) for key in ("question_id", "completion")):
        raise ConfigError(f"{where}: question_id and completion are wanted, both text")
    try:
        row["completion"].encode()
        row["question_id"].encode()
    except UnicodeEncodeError:
        raise ConfigError(f"{where}: half a surrogate pair in it; valid Unicode is wanted") from None
    return row
