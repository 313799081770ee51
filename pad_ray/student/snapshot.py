"""States of a training copied into the host's memory, so that they can be written while it goes on. Imports torch."""

from __future__ import annotations

import copy
from typing import Any

import torch


class Snapshot:
    """`Snapshot()(state)`: a copy that no later step changes, in which tensors that share memory still share it.

    Whole storages are copied, as `torch.save` writes them: the parameters of ZeRO are thousands of views of a few
    buffers.
    """

    def __init__(self) -> None:
        self._storages: dict[int, torch.UntypedStorage] = {}

    def __call__(self, value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return self._tensor(value)
        if isinstance(value, dict):
            copied = copy.copy(value)
            for key in value:
                copied[key] = self(value[key])
            return copied
        if type(value) in (list, tuple):
            return type(value)(self(item) for item in value)
        return copy.deepcopy(value)

    def _tensor(self, tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if not storage.nbytes():  # nothing to copy, and no address to know it by
            return torch.empty(tensor.shape, dtype=tensor.dtype)
        kept = self._storages.get(storage.data_ptr())
        if kept is None:
            kept = storage.clone() if storage.device.type == "cpu" else storage.cpu()
            self._storages[storage.data_ptr()] = kept
        view = torch.empty(0, dtype=tensor.dtype)
        return view.set_(kept, tensor.storage_offset(), tensor.shape, tensor.stride())  # type: ignore[call-overload, no-any-return]


def state_bytes(value: Any) -> int:
    """Bytes that a snapshot takes."""
    sizes: dict[int, int] = {}

    def visit(value: Any) -> None:
        if isinstance(value, torch.Tensor):
            sizes[value.untyped_storage().data_ptr()] = value.untyped_storage().nbytes()
        elif isinstance(value, dict):
            for item in value.values():
                visit(item)
        elif isinstance(value, list | tuple):
            for item in value:
                visit(item)

    visit(value)
    return sum(sizes.values())
