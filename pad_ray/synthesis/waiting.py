"""Actors that find no room on the cluster: what a person is told while they are waited for.

That all have room is looked at before a run starts (`capacity.check_capacity`); but a cluster may shrink, and other
jobs may hold what it has. The board needs no resources, and always has room.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PATIENCE_SECONDS = 120.0
"""Before anything is said: where nodes come and go, a new one takes a minute or two."""

ROUNDING = 1e-4
"""Ray books resources in ten thousandths: 0.3 CPU is room for three times 0.1."""

Nodes = Sequence[Mapping[str, float]]
"""Of every node, what nothing has booked of each resource."""


@dataclass(slots=True)
class Waiting:
    """Follows the actors of one kind until one of them is up, or a person was told why none is. Only ever a message: an
    actor whose process is slow to start has booked its share already, and looks like one that finds no room.
    """

    kind: str
    """What one of them is called."""
    count: int
    needs: Mapping[str, float]
    """What Ray books for each, by resource."""
    any_up: Callable[[], bool]
    since: float
    """When they were asked for, in monotonic seconds."""
    together: int = 1
    """How many of them must find room before any of them starts."""
    over: bool = False

    def look(self, now: float, nodes: Callable[[], Nodes]) -> str:
        """What to tell; mostly nothing, and once at most. Nothing is asked of the cluster before there may be."""
        if self.over or now - self.since < PATIENCE_SECONDS:
            return ""
        if self.any_up():
            self.over = True
            return ""
        said = self._missing(nodes())
        self.over = bool(said)  # with room for one it is on its way, and is looked at again
        return said

    def _missing(self, nodes: Nodes) -> str:
        """Empty if the nodes have room for as many as start together."""
        if self._room(nodes, self.needs) >= self.together:
            return ""
        # What there is not enough of by itself; if there is no such thing, each node lacks something else.
        scarce = [name for name in self.needs if self._room(nodes, [name]) < self.together] or list(self.needs)
        each = " and ".join(f"{self.needs[name]:g} {name}" for name in scarce)
        free = " and ".join(f"{sum(node.get(name, 0) for node in nodes):g} {name}" for name in scarce)
        return (
            f"waiting for {' and '.join(f'{name}s' for name in scarce)} for {self.count} {self.kind}"
            f"{'' if self.count == 1 else 's'}: each needs {each} of one node, and the cluster has {free} free"
        )

    def _room(self, nodes: Nodes, names: Iterable[str]) -> int:
        """For how many the nodes have enough of all of these."""
        names = list(names)
        return sum(min(int(node.get(name, 0) / self.needs[name] + ROUNDING) for name in names) for node in nodes)


def any_alive(actors: Sequence[Any]) -> bool:
    """Whether the process of one of the actors is up."""
    # Of public Ray, only the API server knows, and not every cluster has one.
    from ray._private.state import actors as described

    return any(described(actor._actor_id.hex()).get("State") == "ALIVE" for actor in actors)


def free_resources() -> Nodes:
    """What nothing has booked, by node."""
    # Public Ray only sums it up over the cluster.
    from ray._private.state import available_resources_per_node

    return list(available_resources_per_node().values())
