"""Files that are either there whole or not at all, whatever stops the machine in between."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path


def replace_durably(temporary: Path, final: Path) -> None:
    """Give the finished file or folder `temporary` its name `final`, in one step, after its content is on the disk."""
    inside = [p for p in temporary.rglob("*") if p.is_file()] if temporary.is_dir() else [temporary]
    for path in inside:
        sync(path)
    os.replace(temporary, final)
    sync(final.parent)


def write_json(path: Path, content: object) -> None:
    """Write `content` to `path`, whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    replace_durably(temporary, path)


def sync(path: Path) -> None:
    """Flush a file, or the names in a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fingerprint_of(content: object) -> str:
    """Short hash of anything that JSON can say."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
