"""Actors that find no room on the cluster: what a person is told while they are waited for.

That all have room is looked at before a run starts (`capacity.check_capacity`); but a cluster may shrink, and other
jobs may hold what it has. The board needs no resources, and always has room.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PATIENCE_SECONDS = 120.0
"""Before anything is said: where nodes come and go, a new one takes a minute or two."""

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
        """Empty if a node has room for one."""
        lacking = [{name for name, need in self.needs.items() if node.get(name, 0) < need} for node in nodes]
        if not all(lacking):
            return ""
        # What no node has enough of; if there is no such thing, each node lacks something else.
        scarce = [name for name in self.needs if all(name in names for names in lacking)] or list(self.needs)
        each = " and ".join(f"{self.needs[name]:g} {name}" for name in scarce)
        free = " and ".join(f"{sum(node.get(name, 0) for node in nodes):g} {name}" for name in scarce)
        return (
            f"waiting for {' and '.join(f'{name}s' for name in scarce)} for {self.count} {self.kind}"
            f"{'' if self.count == 1 else 's'}: each needs {each} of one node, and the cluster has {free} free"
        )


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
