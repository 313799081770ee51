"""Counts over judged programs, one table at a time. Pure: tables in, numbers out; memory does not grow."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pad_ray.records import Status


class Census:
    """What a ledger's rows sum up to."""

    def __init__(self) -> None:
        self.programs = 0
        self.kept = 0
        self.questions_with_kept = 0
        """Questions that have at least one kept program."""
        self.tokens = 0
        """Of all completions."""
        self.prompt_tokens = 0
        self.kept_tokens = 0
        """Of the completions that kept programs come from."""
        self.statuses: Counter[str] = Counter()
        self.models: Counter[str] = Counter()
        self.prompt_versions: Counter[str] = Counter()
        self.isolation: Counter[str] = Counter()
        """Programs by the level of isolation under which they ran."""

    def add(self, table: pa.Table) -> None:
        """Count the rows of one shard: `JUDGED_SCHEMA`, with `kept`. A question is in one shard only."""
        kept = table.filter(pc.fill_null(table["kept"], False))
        self.programs += table.num_rows
        self.kept += kept.num_rows
        self.questions_with_kept += pc.count_distinct(kept["question_id"]).as_py()
        self.tokens += pc.sum(table["tokens"]).as_py() or 0
        self.prompt_tokens += pc.sum(table["prompt_tokens"]).as_py() or 0
        self.kept_tokens += pc.sum(kept["tokens"]).as_py() or 0
        for counter, column in (
            (self.statuses, "status"),
            (self.models, "model"),
            (self.prompt_versions, "prompt_version"),
            (self.isolation, "isolation"),
        ):
            counter.update(_counted(table[column]))

    @property
    def yield_(self) -> float:
        """Share of programs that are right; 0 without programs."""
        return self.statuses[Status.RIGHT.value] / self.programs if self.programs else 0.0


def _counted(column: pa.ChunkedArray) -> dict[Any, int]:
    return {pair["values"].as_py(): pair["counts"].as_py() for pair in pc.value_counts(column)}
