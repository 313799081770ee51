"""What a corpus is made of: training pairs of texts, and where they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

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

    def __add__(self, other: Source) -> Source:
        known = self.identity and other.identity
        return Source(self.parts + other.parts, fingerprint_of([self.identity, other.identity]) if known else "")
