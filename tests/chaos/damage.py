"""What a disk does to committed shards between two starts of a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random


def flip_a_bit(shard: Path, random: Random) -> None:
    """Anywhere in the shard."""
    content = bytearray(shard.read_bytes())
    content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    shard.write_bytes(content)


def truncate(shard: Path, random: Random) -> None:
    """To less than half, maybe to nothing."""
    with open(shard, "r+b") as file:
        file.truncate(random.randrange(shard.stat().st_size // 2))


def tear_the_record(shard: Path, random: Random) -> None:
    """The record ends in the middle."""
    truncate(shard.with_suffix(".json"), random)


def remove(shard: Path, random: Random) -> None:
    """The record is there and the shard is not."""
    shard.unlink()


KINDS: tuple[Callable[[Path, Random], None], ...] = (flip_a_bit, truncate, tear_the_record, remove)


def damage(shards: Path, random: Random) -> list[str]:
    """Do each kind of damage to another one of the committed shards; the kinds that were done."""
    committed = sorted(record.with_suffix(".arrow") for record in shards.glob("shard-*.json"))
    for shard, kind in zip(random.sample(committed, len(KINDS)), KINDS, strict=True):
        kind(shard, random)
    return [kind.__name__ for kind in KINDS]
