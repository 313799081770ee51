"""Whether a run that was disturbed ended as one that was not."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from pad_ray.shards.place import Place
from pad_ray.shards.reader import is_whole, read_shards, records


@dataclass(frozen=True)
class Outcome:
    """What a finished run holds.

    Args:
        place: Its folder `synthesis`, wherever that is.
    """

    place: Place

    @property
    def shards(self) -> Place:
        return self.place / "shards"

    @cached_property
    def sums(self) -> dict[str, str]:
        """Checksums of the shards' bytes, as they lie there."""
        return {
            name: hashlib.sha256(self.shards.read_bytes(name)).hexdigest()
            for name in self.shards.names("shard-", ".arrow")
        }

    @cached_property
    def draws(self) -> Counter[tuple[str, int]]:
        """How often each draw of each question is there."""
        return Counter(
            draw
            for table in read_shards(self.shards)
            for draw in zip(table["question_id"].to_pylist(), table["draw"].to_pylist(), strict=True)
        )

    @cached_property
    def labels(self) -> dict[str, tuple[str, str, bool]]:
        """Status, given answer and whether it is kept, of every program."""
        return {
            row["program_id"]: (row["status"], row["given_answer"], row["kept"])
            for table in read_shards(self.shards)
            for row in table.select(["program_id", "status", "given_answer", "kept"]).to_pylist()
        }

    @property
    def set_aside(self) -> int:
        """Shards that were found damaged. Of one whose shard is missing, the record is all there is."""
        names = (self.shards / "damaged").names("shard-")
        return len({name.rpartition(".")[0] for name in names})

    @property
    def is_closed(self) -> bool:
        """Whether the manifest says that all is there, and every shard is what its record says."""
        manifest = self.place.read_json("manifest.json")
        return bool(
            manifest.get("complete")
            and manifest["shards"] == self.sums
            and all(is_whole(self.shards, record) for record in records(self.shards))
        )


@dataclass(frozen=True)
class Differences:
    """Of a disturbed run from an undisturbed one; all of it is to be nothing."""

    lost: int
    """Questions, wanted and not there."""
    doubled: int
    """Draws that are there more than once."""
    wrong_labels: int
    """Programs whose verdict is another, or that only one of the two has."""
    different_shards: int
    """Shards whose bytes are others, or that only one of the two has."""

    @staticmethod
    def between(found: Outcome, wanted: Outcome) -> Differences:
        programs = found.labels.keys() | wanted.labels.keys()
        names = found.sums.keys() | wanted.sums.keys()
        return Differences(
            lost=len({q for q, _ in wanted.draws} - {q for q, _ in found.draws}),
            doubled=sum(count - 1 for count in found.draws.values()),
            wrong_labels=sum(found.labels.get(program) != wanted.labels.get(program) for program in programs),
            different_shards=sum(found.sums.get(name) != wanted.sums.get(name) for name in names),
        )


NONE = Differences(lost=0, doubled=0, wrong_labels=0, different_shards=0)
