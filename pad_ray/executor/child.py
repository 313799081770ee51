"""One untrusted program, run in the forked child: compile, execute, find the answer, make the record.

Everything here shares a process with the program, which may patch, read or kill any of it. That is harmless by
construction: the process holds nothing but the program, is confined before it starts, and can only produce a record
that speaks about itself. What a record claims is therefore the program's own text and is graded outside. Standard
library only; loaded by path into the zygote.

The answer contract (`answer_from`): `auto` is the value of a top-level `ans`; else the value returned by a top-level
callable `solution` or `solver` that takes no required argument; else the last non-empty line printed. None counts as no
value. `return`, `stdout` and `variable:NAME` ask for one of these alone. `sys.exit()` ends the program, not the search.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import types
from collections.abc import Callable
from typing import Any

FILENAME = "<program>"
"""Name of the program's file in its tracebacks, by which its own lines are told from the library's."""

ENTRY_POINTS = ("solution", "solver")
"""Functions whose return value is the answer, by the answer contract."""

MAX_TRACEBACK = 100_000
"""Frames looked at to find the line of an error; above any recursion limit that memory lets a program reach."""

Encode = Callable[..., bytes]
"""`wire.encode_record`."""


class Printed(io.RawIOBase):
    """Standard output: kept up to `most` bytes; past that `overflow` is called, which does not return."""

    def __init__(self, most: int, overflow: Callable[[], None]) -> None:
        self.kept = bytearray()
        self._most = most
        self._overflow = overflow

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, data: Any, /) -> int:
        """Keep `data` (bytes-like); returns its length."""
        size = len(data)
        if len(self.kept) + size > self._most:
            self._overflow()
        self.kept += data
        return size

    def close(self) -> None:
        """A program that closes its output keeps what it printed."""


class Runner:
    """Made in the zygote, before the fork, so that the child pays for nothing but its program."""

    def __init__(self, *, answer_from: str, output_bytes: int, encode: Encode) -> None:
        self._answer_from = answer_from
        self._encode = encode
        self._too_little_memory = encode("memory", 0, "", "MemoryError", "")
        self._too_much_output = encode("output_limit", 0, "", "OutputLimit", f"more than {output_bytes} bytes printed")
        self._printed = Printed(output_bytes, self._overflow)
        self._stdout = io.TextIOWrapper(self._printed, encoding="utf-8", newline="\n")  # type: ignore[type-var]
        self._send: Callable[[bytes], object] = bytes

    def warm_up(self) -> None:
        """Compile and run something, so that the types and caches it needs exist before the first fork."""
        code = "import math\nclass A:\n    x: int = 1\n"
        code += "def solution(a=1, *b, **c):\n    '''d'''\n    return [i for i in (1, 2)]\n"
        code += "try:\n    ans = f'{round(2 / 3, 2)!r:>5}' if A.x else {1: {2}}\nexcept ValueError as e:\n    raise\n"
        code += "while False:\n    with a as b, c:\n        lambda: (yield)\nassert ans\n"
        namespace: dict[str, Any] = {"__name__": "warm_up"}
        exec(compile(code, FILENAME, "exec", dont_inherit=True), namespace)
        self._answer(namespace)
        for faulty in ("x = (", "1 / 0"):
            try:
                exec(compile(faulty, FILENAME, "exec", dont_inherit=True), namespace)
            except Exception as error:
                self._failure(error)

    def run(self, source: str, send: Callable[[bytes], object]) -> None:
        """Run `source` as `__main__` and `send` its record. Does not raise for what the program does."""
        self._send = send
        sys.stdout = self._stdout
        sys.__stdout__ = self._stdout  # type: ignore[misc, assignment]
        send(self._record(source))

    def _record(self, source: str) -> bytes:
        try:
            code = compile(source, FILENAME, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
            return self._failure(error, "syntax")
        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module
        try:
            with contextlib.suppress(SystemExit):
                exec(code, module.__dict__)
            answer = self._answer(module.__dict__)
        except MemoryError:
            return self._too_little_memory
        except BaseException as error:
            return self._failure(error)
        return self._encode("no_answer") if answer is None else self._encode("answered", 0, answer)

    def _answer(self, namespace: dict[str, Any]) -> str | None:
        """The answer's text by the contract, or None."""
        wanted, value = self._answer_from, None
        if wanted == "auto":
            value = namespace.get("ans")
        elif wanted.startswith("variable:"):
            value = namespace.get(wanted.removeprefix("variable:"))
        if value is None and wanted in ("auto", "return"):
            value = self._returned(namespace)
        if value is not None:
            return str(value)
        return self._last_line() if wanted in ("auto", "stdout") else None

    def _returned(self, namespace: dict[str, Any]) -> Any:
        for name in ENTRY_POINTS:
            entry = namespace.get(name)
            if callable(entry) and _needs_nothing(entry):
                try:
                    return entry()
                except SystemExit:
                    return None
        return None

    def _last_line(self) -> str | None:
        with contextlib.suppress(ValueError):  # the program closed it; what it printed before was kept
            self._stdout.flush()
        for line in reversed(self._printed.kept.decode("utf-8", "replace").split("\n")):
            if line.strip():
                return line.strip()
        return None

    def _failure(self, error: BaseException, status: str = "raised") -> bytes:
        """The record of an exception; a hostile one may raise again while it is described."""
        kind, message, line = "Exception", "", 0
        try:
            kind = str(type(error).__name__)
            message = str(error)
            line = error.lineno or 0 if status == "syntax" and isinstance(error, SyntaxError) else _line(error)
        except MemoryError:
            return self._too_little_memory
        except BaseException:
            pass
        return self._encode(status, line, "", kind, message)

    def _overflow(self) -> None:
        """The program printed too much: say so and stop, whatever it would catch."""
        self._send(self._too_much_output)
        os._exit(0)


def _needs_nothing(entry: Any) -> bool:
    """Whether a callable can be called without arguments."""
    if type(entry) is types.FunctionType:
        defaults, keyword_defaults = entry.__defaults__ or (), entry.__kwdefaults__ or {}
        code = entry.__code__
        return code.co_argcount <= len(defaults) and code.co_kwonlyargcount <= len(keyword_defaults)
    import inspect

    try:
        inspect.signature(entry).bind()
    except (TypeError, ValueError):
        return False
    return True


def _line(error: BaseException) -> int:
    """The innermost line of the program itself in the traceback; 0 if none."""
    trace, line = error.__traceback__, 0
    for _ in range(MAX_TRACEBACK):
        if trace is None:
            break
        if trace.tb_frame.f_code.co_filename == FILENAME:
            line = trace.tb_lineno or 0
        trace = trace.tb_next
    return line
