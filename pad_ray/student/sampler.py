"""The order of examples as torch's data loaders want it. Imports torch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch.utils.data import Sampler

from pad_ray.student.dealing import Dealing


class EpochSampler(Sampler[Any]):  # type: ignore[misc]
    """The entries of one epoch for all ranks, examples or packed rows; accelerate deals them out in micro-batches, one
    rank after the other.

    It has no `set_epoch`, on purpose: on resuming, accelerate wraps samplers too deep for its own call to reach them.
    `epoch` is set by `Rounds` instead.
    """

    def __init__(self, dealing: Dealing) -> None:
        self._dealing = dealing
        self.epoch = 0
        self.waited = 0.0
        """Seconds without examples; they are all there."""

    def __iter__(self) -> Iterator[Any]:
        return iter(self._dealing.order(self.epoch).tolist())

    def __len__(self) -> int:
        return len(self._dealing)
