"""What a run, or the folder of a synthesis alone, holds: read by commands that come after the run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from pad_ray.config import RunConfig
from pad_ray.config_file import load_config
from pad_ray.errors import RunDirectoryError, ShardError
from pad_ray.machine import RECORD
from pad_ray.rundir import CONFIG
from pad_ray.shards.manifest import MANIFEST
from pad_ray.shards.place import Place
from pad_ray.shards.reader import is_whole, read_shard, records
from pad_ray.shards.writer import ShardRecord
from pad_ray.synthesis.parts import LISTING

DECIDING = ("questions", "teacher", "executor", "synthesis", "seed")
"""The settings that decide what a synthesis comes to."""


@dataclass(frozen=True)
class Ledger:
    """A folder of judged programs, and what is known of how they were made."""

    home: Place
    """What the user named: the run directory, or the folder itself."""
    place: Place
    """The folder, with its manifest."""
    manifest: dict[str, Any]
    config_path: Path | None
    """File of the run's settings; None for a folder alone, of which only the manifest's identity is known."""

    @classmethod
    def of(cls, run: str | Path) -> Ledger:
        """The ledger of a run directory, of a synthesis' folder, or of what a regrade wrote; an address or a path.

        Raises:
            RunDirectoryError: if there is none.
            ConfigError: if the run's settings are not those of this version.
            ShardError: if the manifest cannot be read.
        """
        home = Place.of(run)
        if home.exists(MANIFEST):
            return cls(home, home, home.read_json(MANIFEST), _settings(home, beside=True))
        path = _settings(home)
        elsewhere = load_config(path).synthesis.folder if path else None
        place = Place.of(elsewhere) if elsewhere else home / "synthesis"
        if not place.exists(MANIFEST):
            missing = "its synthesis has not begun" if path else "neither a run directory nor the folder of a synthesis"
            raise RunDirectoryError(f"{home}: {missing}; give the run_dir of a `pad-ray synthesize`")
        return cls(home, place, place.read_json(MANIFEST), path)

    @cached_property
    def config(self) -> RunConfig | None:
        """The run's settings, where they are known."""
        return load_config(self.config_path) if self.config_path else None

    @property
    def shards(self) -> Place:
        return self.place / "shards"

    @property
    def identity(self) -> dict[str, Any]:
        """What the work is, as the manifest has it."""
        return dict(self.manifest.get("identity", {}))

    @property
    def complete(self) -> bool:
        return bool(self.manifest.get("complete"))

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that decided the content: the run's, or those that the manifest knows."""
        if self.config is None:
            return self.identity
        return {name: self.config.model_dump(mode="json")[name] for name in DECIDING}

    @property
    def question_set(self) -> str:
        """Name of the question set; empty where it is not known."""
        return str((self.settings.get("questions") or {}).get("set", ""))

    @property
    def listing(self) -> dict[str, Any]:
        """What was told when the questions were cut into parts; empty where that is not kept."""
        questions = self.place / "questions"
        return dict(questions.read_json(LISTING)) if questions.exists(LISTING) else {}

    @property
    def machine(self) -> dict[str, Any]:
        """{hardware, software} on which it was made, as the run recorded it; empty where it did not."""
        return dict(self.place.read_json(RECORD)) if self.place.exists(RECORD) else {}

    def records(self) -> list[ShardRecord]:
        """The committed shards, by index.

        Raises:
            RunDirectoryError: if there is none.
        """
        found = records(self.shards)
        if not found:
            raise RunDirectoryError(f"{self.place}: no shard is committed yet; let `pad-ray synthesize` go on")
        return found

    def table(self, record: ShardRecord) -> pa.Table:
        """The rows of one shard, its checksum compared.

        Raises:
            ShardError: if it is damaged.
        """
        if not is_whole(self.shards, record):
            raise ShardError(
                f"{self.shards / record.file}: damaged or missing; the run's own command makes it again, and it alone"
            )
        return read_shard(self.shards, record)

    def kept_tables(self) -> Iterator[pa.Table]:
        """The rows of all shards in order, one shard at a time, with the column `kept`.

        Raises:
            RunDirectoryError: for shards of an earlier version, which did not say which programs were kept.
        """
        for record in self.records():
            table = self.table(record)
            if "kept" not in table.schema.names:
                raise RunDirectoryError(
                    f"{self.place}: made by a version that did not mark the kept programs; `pad-ray regrade` marks "
                    "them, and what it writes can be given here"
                )
            yield table


def _settings(place: Place, *, beside: bool = False) -> Path | None:
    """The file of settings in a folder, or next to it."""
    if place.local is None:
        return None
    folder = place.local.resolve()
    return next(
        (path for path in [folder / CONFIG, *([folder.parent / CONFIG] if beside else [])] if path.is_file()), None
    )
