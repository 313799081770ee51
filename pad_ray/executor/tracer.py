"""The variables of a program and their last values, for feedback. Shares the child's process with the program, so what
it says is the program's own word. Standard library only; loaded by path into the zygote."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing typing would make every fork of the zygote dearer
    from types import FrameType
    from typing import Any

VALUE_CHARACTERS = 120
"""Of one value: a number or a short list."""


class Tracer:
    """Watches one program after the other."""

    def __init__(self, filename: str, most_bytes: int) -> None:
        """`filename` is that of the program's code; `most_bytes` of text are given."""
        self._filename = filename
        self._most_bytes = most_bytes
        self._locals: dict[str, Any] = {}

    def begin(self) -> None:
        """Before a program runs."""
        self._locals = {}
        sys.setprofile(self._watch)

    def end(self, namespace: dict[str, Any]) -> str:
        """Variables and their values, a line each: name, tab, `repr`. Top level first, then those of the function that
        was called last from there."""
        sys.setprofile(None)
        lines: list[str] = []
        size = 0
        for variables in (namespace, self._locals):
            for name, value in list(variables.items()):
                if not isinstance(name, str) or "__" in name or isinstance(value, type(sys)) or callable(value):
                    continue
                try:
                    text = repr(value)[:VALUE_CHARACTERS]
                except BaseException:
                    text = "?"
                line = f"{name}\t{' '.join(text.splitlines())}"
                size += len(line.encode("utf-8", "backslashreplace")) + 1
                if size > self._most_bytes:
                    return "\n".join(lines)
                lines.append(line)
        return "\n".join(lines)

    def _watch(self, frame: FrameType, event: str, _: object) -> None:
        """Keep the variables of a function that returns to the program's top level, or to us."""
        if event == "return" and frame.f_code.co_filename == self._filename and frame.f_code.co_name != "<module>":
            caller = frame.f_back
            if caller is None or caller.f_code.co_filename != self._filename or caller.f_code.co_name == "<module>":
                self._locals = dict(frame.f_locals)
