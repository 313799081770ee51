"""Untrusted programs, run in the forked child: compile, execute, find the answer, make the record.

Everything here shares a process with the program, which may patch, read or kill any of it. That is harmless by
construction: the process holds nothing but the program, is confined before it starts, and can only produce a record
that speaks about itself. What a record claims is therefore the program's own text and is graded outside. Only programs
that pass the gate (`gate.py`) follow one another in a process. Standard library only; loaded by path into the zygote.

The answer contract (`answer_from`): `auto` is the value of a top-level `ans`; else the value returned by a top-level
callable `solution` or `solver` that takes no required argument; else the last non-empty line printed. None counts as no
value. `return`, `stdout` and `variable:NAME` ask for one of these alone. `sys.exit()` ends the program, not the search.
"""

from __future__ import annotations

import builtins
import io
import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing typing would make every fork of the zygote dearer
    from collections.abc import Callable
    from types import CodeType, FrameType, ModuleType
    from typing import Any

FILENAME = "<program>"
"""Name of the program's file in its tracebacks, by which its own lines are told from the library's."""

ENTRY_POINTS = ("solution", "solver")
"""Functions whose return value is the answer, by the answer contract."""

MAX_TRACEBACK = 100_000
"""Frames looked at to find the line of an error; above any recursion limit that memory lets a program reach."""

RECURSION_LIMIT = 1000
"""As in a fresh interpreter: our own frames below the program's come on top."""

OWN_FRAMES = 4
"""Of ours above a program: `run_alone` or `run_shared`, one that makes a record, `_ran`, `_executed`."""

WARM_UP_ROUNDS = 40
"""After these the interpreter has specialised our own code, which a child would otherwise do anew."""

ModuleType = type(sys)  # type: ignore[misc, assignment]
FunctionType = type(lambda: None)


class Undecided(BaseException):
    """What happened in a shared child may be another program's doing; alone it would be told apart."""


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

    def __init__(
        self,
        wire: ModuleType,
        gate: Any,
        *,
        answer_from: str,
        output_bytes: int,
        scientific: tuple[str, ...],
        tracer: Any = None,
    ) -> None:
        """`gate` and, where variables are to be reported, `tracer` are of the siblings' classes. `scientific`: modules
        for which a program is to go to the other zygote."""
        self._wire = wire
        self._encode: Callable[..., bytes] = wire.encode_record
        self._gate = gate
        self._answer_from = answer_from
        self._scientific = scientific
        self._too_little_memory: bytes = wire.encode_record("memory", error_type="MemoryError")
        self._too_much_output: bytes = wire.encode_record(
            "output_limit", error_type="OutputLimit", message=f"more than {output_bytes} bytes printed"
        )
        self._printed = Printed(output_bytes, self._overflow)
        self._stdout = io.TextIOWrapper(self._printed, encoding="utf-8", newline="\n")  # type: ignore[type-var]
        self._send: Callable[[bytes], object] | None = None
        self._tracer = tracer

    def warm_up(self) -> None:
        """Compile and run something, so that the types and caches it needs exist before the first fork."""
        source = "import math\nclass A:\n    x: int = 1\n"
        source += "def solution(a=1, *b, **c):\n    '''d'''\n    return [i for i in (1, 2)]\n"
        source += "try:\n    ans = f'{round(2 / 3, 2)!r:>5}' if A.x else {1: {2}}\nexcept ValueError as e:\n    raise\n"
        source += "while False:\n    with a as b, c:\n        lambda: (yield)\nassert ans\n"
        faulty = ("x = (", "1 / 0")
        usual = "def solution():\n    x = 1\n    y = x + 2\n    return y * 2.5\n"
        main = sys.modules["__main__"]
        for text in (source, "print(1)", *faulty, *([usual] * WARM_UP_ROUNDS)):
            self._ran(text, alone=True)
            self._shared_record(text)
        sys.modules["__main__"] = main

    def prepare(self, frames: int) -> None:
        """In the zygote, so that no child need do it: programs print to us, and can recurse as deep as in a fresh
        interpreter. `frames`: calls from the caller to a program, the same in both lanes."""
        sys.stdout = self._stdout
        sys.__stdout__ = self._stdout  # type: ignore[misc, assignment]
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            frame, frames = frame.f_back, frames + 1
        sys.setrecursionlimit(RECURSION_LIMIT + frames + OWN_FRAMES)

    def run_alone(self, source: str, send: Callable[[bytes], object]) -> None:
        """Run `source` and `send` its record. Does not raise for what the program does."""
        self._send = send
        send(self._alone_record(source))

    def _alone_record(self, source: str) -> bytes:
        return self._ran(source, alone=True)

    def run_shared(self, sources: list[bytes], mapping: memoryview) -> None:
        """Run those of `sources` that the gate admits, one after the other, their records into the mapping.

        Whenever this process is ended, DONE says which records are whole and PROGRESS which program is to blame.
        """
        wire, done, used = self._wire, 0, 0
        clock = time.process_time_ns
        started = clock()
        for source in sources:
            wire.PROGRESS.pack_into(mapping, wire.PROGRESS_AT, done + 1, started)
            record = self._shared_record(source.decode("utf-8", "surrogatepass"))
            end = used + len(record)
            if wire.RECORDS_AT + end > wire.MAPPING_BYTES:
                wire.PROGRESS.pack_into(mapping, wire.PROGRESS_AT, done, started)
                return
            mapping[wire.RECORDS_AT + used : wire.RECORDS_AT + end] = record
            now = clock()
            wire.CPU_US.pack_into(mapping, wire.RECORDS_AT + used + wire.CPU_US_AT, (now - started) // 1000)
            started = now
            used, done = end, done + 1
            wire.DONE.pack_into(mapping, wire.DONE_AT, done, used)

    def _shared_record(self, source: str) -> bytes:
        self._printed.kept.clear()
        try:
            record = self._ran(source, alone=False)
            self._stdout.flush()  # what it printed must not come out in its successor's turn
            return record
        except Undecided:
            return self._encode("undecided")

    def _ran(self, source: str, *, alone: bool) -> bytes:
        try:
            code = compile(source, FILENAME, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
            if not alone and isinstance(error, (RecursionError, MemoryError)):
                raise Undecided from None
            return self._failure(error, "syntax")
        if elsewhere := self._elsewhere(source, code) if alone else "":
            return self._encode(elsewhere)
        module = ModuleType("__main__")
        namespace = module.__dict__
        if alone:
            sys.modules["__main__"] = module
        else:
            refusal, dead = self._gate.look(code)
            if refusal:
                return self._encode(self._elsewhere(source, code) or "not_admitted", error_type=refusal)
            if dead:
                namespace["__builtins__"] = _without(dead)
        # The same program must get the same verdict. Letters beyond ASCII may spell the name in another way.
        if "random" in source or (not source.isascii() and self._gate.names(code, "random")):
            __import__("random").seed(0)
        try:
            return self._executed(code, namespace, alone=alone)
        finally:
            if not alone:
                namespace.clear()  # functions and their namespace hold each other

    def _elsewhere(self, source: str, code: CodeType) -> str:
        for module in self._scientific:
            if module in source and module in self._gate.imports(code):
                return "scientific"
        return ""

    def _executed(self, code: CodeType, namespace: dict[str, Any], *, alone: bool) -> bytes:
        if self._tracer is not None:
            self._tracer.begin()
        arguments = (code, namespace)
        try:
            try:
                exec(
                    *arguments
                )  # a plain call takes one level of recursion less once the interpreter has specialised it
            except SystemExit:
                pass
            answer = self._answer(namespace)
        except Undecided:
            raise
        except (MemoryError, RecursionError) as error:
            if not alone:
                raise Undecided from None
            if isinstance(error, MemoryError):
                return self._too_little_memory
            return self._failure(error, trace=self._variables(namespace))
        except BaseException as error:
            return self._failure(error, trace=self._variables(namespace))
        status = "no_answer" if answer is None else "answered"
        return self._encode(status, 0, answer or "", trace=self._variables(namespace))

    def _variables(self, namespace: dict[str, Any]) -> str:
        return "" if self._tracer is None else str(self._tracer.end(namespace))

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
        try:
            self._stdout.flush()
        except ValueError:  # the program closed it; what it printed before was kept
            pass
        for line in reversed(self._printed.kept.decode("utf-8", "replace").split("\n")):
            if line.strip():
                return line.strip()
        return None

    def _failure(self, error: BaseException, status: str = "raised", trace: str = "") -> bytes:
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
        return self._encode(status, line, "", kind, message, trace)

    def _overflow(self) -> None:
        """The program printed too much: say so and stop, whatever it would catch."""
        if self._send is None:
            raise Undecided
        self._send(self._too_much_output)
        os._exit(0)


def _without(modules: frozenset[str]) -> dict[str, Any]:
    """Builtins whose import passes over `modules`: the program binds them and never looks at them."""
    real = builtins.__import__

    def skip(name: str, *rest: Any) -> Any:
        return None if name in modules else real(name, *rest)

    return builtins.__dict__ | {"__import__": skip}


def _needs_nothing(entry: Any) -> bool:
    """Whether a callable can be called without arguments."""
    if type(entry) is FunctionType:
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
