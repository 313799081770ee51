"""Run every leftover and its witness in one interpreter, with no gate between them, and print the names of those seen.

Each pair has a process of its own, a fresh namespace and little memory, so that what is seen is what a gate must stop.
"""

from __future__ import annotations

import contextlib
import io
import os
import resource
import sys
import types
from typing import NoReturn

from pad_ray.executor.leftovers import LEFTOVERS, Leftover

MEMORY_BYTES = 128 << 20


def main() -> None:
    """A line for each leftover whose witness did not answer as it should."""
    for leftover in LEFTOVERS:
        reading, writing = os.pipe()
        if (child := os.fork()) == 0:
            _be_child(leftover, writing)
        os.close(writing)
        with open(reading, "rb") as pipe:
            answer = pipe.read().decode("utf-8", "replace")
        os.waitpid(child, 0)
        if answer != leftover.expected:
            print(leftover.name)


def _be_child(leftover: Leftover, writing: int) -> NoReturn:
    for fd in (0, 1, 2):
        os.dup2(os.open(os.devnull, os.O_RDWR), fd)
    with open("/proc/self/statm", "rb") as statm:
        ours = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (ours + MEMORY_BYTES,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (1, 2))
    printed = io.BytesIO()
    sys.stdout = io.TextIOWrapper(printed, "utf-8")
    try:
        with contextlib.suppress(BaseException):
            _answer(leftover.code, printed)
        os.write(writing, _answer(leftover.witness, printed).encode())
    finally:
        os._exit(0)


def _answer(code: str, printed: io.BytesIO) -> str:
    module = sys.modules["__main__"] = types.ModuleType("__main__")
    __import__("random").seed(0)
    exec(compile(code, "<program>", "exec", dont_inherit=True), module.__dict__)
    if (value := module.__dict__.get("ans")) is None:
        sys.stdout.flush()
        value = [line for line in printed.getvalue().decode().split("\n") if line][-1]
    return str(value)


if __name__ == "__main__":
    main()
