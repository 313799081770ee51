"""Which questions."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

from pydantic import Field

from pad_ray.config.section import Section


class QuestionsConfig(Section):
    """Which questions, and how many of them."""

    set: Literal[
        "wordsums", "gsm8k", "svamp", "asdiv", "multiarith", "coin_flip", "last_letters", "gsm_hard", "bbh", "jsonl"
    ] = "wordsums"
    """The question set."""
    split: Literal["train", "test"] = "train"
    """Which split, where the set has two (wordsums, gsm8k)."""
    path: Path | None = None
    """File or folder that holds the set; without it the set comes from the Hugging Face hub (wordsums needs none)."""
    start: int = Field(0, ge=0)
    """Questions to pass over at the beginning."""
    limit: int | None = Field(None, ge=1)
    """At most this many questions; wordsums has no end and needs one."""
    seed: int = 0
    """wordsums only: another seed gives other questions."""
    max_steps: int | None = Field(None, ge=2)
    """wordsums only: the most reasoning steps of a question (2 to 6)."""
    on_bad_row: Literal["refuse", "skip"] = "refuse"
    """A row that cannot be read: refuse the file, naming the line, or skip the row and count it."""

    def shares_with(self, other: QuestionsConfig) -> bool:
        """Whether both ask for some of the same questions, as far as settings tell: two `path`s of one set are taken
        for copies of it, unless the set is whatever the file holds."""
        if self.name != other.name or (self.set == "wordsums" and self.seed != other.seed):
            return False
        if self.set in ("jsonl", "bbh") and self._file() != other._file():
            return False
        return self.start < other._end() and other.start < self._end()

    def _file(self) -> Path | None:
        return self.path and self.path.resolve()

    def _end(self) -> float:
        return math.inf if self.limit is None else self.start + self.limit

    @property
    def name(self) -> str:
        """Short name for tables: `gsm8k/test`."""
        if self.set == "bbh" and self.path:
            return f"bbh/{self.path.stem}"
        return f"{self.set}/{self.split}" if self.set in ("wordsums", "gsm8k") else self.set
