"""What a corpus is made of: training pairs of texts, and where they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from random import Random

from pad_ray.shards.files import fingerprint_of


@dataclass(frozen=True, slots=True)
class Example:
    """One training pair of texts."""

    source: str
    target: str
    source_id: str = ""
    """Id of the program, or of the repair, that it was made of; it follows the example into the corpus."""


Part = Callable[[], Iterable[Example]]
"""Gives the same examples whenever it is called."""


@dataclass(frozen=True, slots=True)
class Source:
    """Examples, in parts that can be read apart from each other: `list(source)` is those of all parts, in order.

    Parts are pickled when several nodes read them; functions of a module and `functools.partial` of them can be.
    """

    parts: tuple[Part, ...]
    identity: str = ""
    """Is another when any example is; empty where nobody knows without reading all of them."""

    @staticmethod
    def of(examples: Source | Part) -> Source:
        """From a function that gives the examples anew at every call, or a source as it is."""
        return examples if isinstance(examples, Source) else Source((examples,))

    def __iter__(self) -> Iterator[Example]:
        for part in self.parts:
            yield from part()

    def some(self, share: float, seed: int) -> Source:
        """About `share` of the examples, chosen by their ids alone: the same whatever the other examples are."""
        if share >= 1:
            return self
        identity = fingerprint_of([self.identity, share, seed]) if self.identity else ""
        return Source(tuple(partial(_some, part, share, seed) for part in self.parts), identity)

    def __add__(self, other: Source) -> Source:
        known = self.identity and other.identity
        return Source(self.parts + other.parts, fingerprint_of([self.identity, other.identity]) if known else "")


def _some(part: Part, share: float, seed: int) -> Iterator[Example]:
    return (example for example in part() if Random(f"{seed}/{example.source_id}").random() < share)
