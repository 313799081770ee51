"""`validations.jsonl`: what the validations of a training came to, a line each, in the order of their steps."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from pad_ray.shards.files import commit


class History:
    """The file, as the one process that writes it sees it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def entries(self) -> list[dict[str, Any]]:
        """All whole lines; one that was cut off by a kill is none."""
        if not self._path.exists():
            return []
        lines = self._path.read_bytes().split(b"\n")[:-1]
        return [json.loads(line) for line in lines]

    def go_on_from(self, step: int) -> list[dict[str, Any]]:
        """Take back the entries of later steps, which will be made again; returns those that stay."""
        stay = [entry for entry in self.entries() if entry["step"] <= step]
        if self._path.exists():
            content = b"".join(map(_line, stay))
            commit(self._path, lambda file: file.write(content))
        return stay

    def append(self, entry: dict[str, Any]) -> None:
        """Add an entry; it is on the disk when this returns."""
        with self._path.open("ab") as file:
            file.write(_line(entry))
            file.flush()
            os.fsync(file.fileno())


def _line(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry).encode() + b"\n"
