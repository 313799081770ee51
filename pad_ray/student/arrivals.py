"""The committed shards of a synthesis that goes on, as they arrive."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from pad_ray.errors import ShardError
from pad_ray.shards.manifest import MANIFEST, SHARDS
from pad_ray.shards.place import Place
from pad_ray.shards.reader import PREFIX, RECORD, is_whole, read_record
from pad_ray.shards.writer import ShardRecord
from pad_ray.synthesis.parts import LISTING


class Arrivals:
    """What is known of a synthesis folder. Each record is read once: a ledger may hold many thousands."""

    def __init__(self, synthesis: Place) -> None:
        """Nothing is touched yet."""
        self._synthesis, self._shards = synthesis, synthesis / SHARDS
        self.records: dict[str, ShardRecord] = {}
        """By the file of the shard."""
        self._whole: set[str] = set()
        """Files that were found whole: a shard is hashed once."""

    def look(self) -> bool:
        """Read the records that are new; whether there are any.

        Raises:
            ShardError: the folder cannot be read, or a record is no record.
        """
        known = {Path(file).stem + RECORD for file in self.records}
        new = [name for name in self._shards.names(PREFIX, RECORD) if name not in known]
        for name in new:
            record = read_record(self._shards, name, self._shards.read_bytes(name))
            self.records[record.file] = record
        return bool(new)

    def ended(self) -> bool:
        """Whether the synthesis has ended. To be asked before `look`: what is listed then is all there will be."""
        if not self._synthesis.exists(MANIFEST):
            return False
        return bool(self._synthesis.read_json(MANIFEST).get("complete"))

    def whole(self, without: Collection[str]) -> list[ShardRecord]:
        """The records, in the ledger's order, of shards that are as they were recorded, `without` those named.

        One that is not is forgotten: the synthesis makes it anew, with another record.
        """
        new = [record for file, record in self.records.items() if file not in without]
        for record in new:
            if record.file in self._whole or is_whole(self._shards, record):
                self._whole.add(record.file)
            else:
                del self.records[record.file]
        return sorted((r for r in new if r.file in self._whole), key=lambda record: record.index)

    def check_all(self) -> None:
        """To be called when the synthesis has ended.

        Raises:
            ShardError: a shard is not there as the manifest names it.
        """
        named: dict[str, str] = self._synthesis.read_json(MANIFEST).get("shards", {})
        for file, checksum in named.items():
            if file not in self.records or self.records[file].sha256 != checksum:
                raise ShardError(f"{self._shards}/{file}: not as the manifest has it; run the synthesis again")

    def questions(self) -> int | None:
        """Questions of the whole synthesis; None where it does not say."""
        listing = self._synthesis / "questions"
        return int(listing.read_json(LISTING)["questions"]) if listing.exists(LISTING) else None
