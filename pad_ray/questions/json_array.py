"""The objects of a JSON array, one at a time, from a file of any size.

A row cannot be told from the next once the syntax is broken, so a broken array is always refused; only what is wrong
with a well-formed row is left for the stream to skip.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pad_ray.errors import QuestionsError
from pad_ray.questions.files import MAX_ROW_BYTES, chunks, opened
from pad_ray.questions.jsonl import refuse_constant
from pad_ray.questions.rows import Row

_SPACE = " \t\n\r"


class BrokenArrayError(ValueError):
    """The text is not the JSON that was expected; `line` is 1-based."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line


def rows(path: Path, key: str = "") -> Iterator[Row]:
    """The items of the array in the file; with `key`, of the array under that key of an object.

    Raises:
        QuestionsError: if the file is not UTF-8 or the array is broken.
    """
    text = None
    with opened(path) as file:
        try:
            text = JsonText(codecs.iterdecode(chunks(file), "utf-8-sig"))
            for position, (line, item) in enumerate(items(text, key)):
                yield Row(f"{path}:{line}", position, item)
        except UnicodeDecodeError:
            line = text.line if text else 1
            raise QuestionsError(f"{path}:{line}: not UTF-8 from here on; save the file as UTF-8") from None
        except BrokenArrayError as error:
            raise QuestionsError(f"{path}:{error.line}: {error}; a JSON array of objects is wanted") from None


def items(text: JsonText, key: str = "") -> Iterator[tuple[int, Any]]:
    """(1-based line, value) of every item of the array.

    Raises:
        BrokenArrayError: where the text is anything else.
    """
    found = not key
    if not key or text.peek() == "[":
        yield from _array(text)
        found = True
    else:
        for name in _names(text):
            if name == key and not found:
                yield from _array(text)
                found = True
            else:
                text.value()
    if not found:
        raise BrokenArrayError(text.line, f"no {key!r} in the object")
    if text.peek():
        raise BrokenArrayError(text.line, "more text after the end")


def _names(text: JsonText) -> Iterator[str]:
    """The names of an object; whoever iterates reads each value before asking for the next name."""
    text.take("{")
    while text.peek() != "}":
        name = text.value()
        if not isinstance(name, str):
            raise BrokenArrayError(text.line, "a name that is not text")
        text.take(":")
        yield name
        if text.peek() != "}":
            text.take(",")
            if text.peek() == "}":
                raise BrokenArrayError(text.line, "a comma before the closing brace")
    text.take("}")


def _array(text: JsonText) -> Iterator[tuple[int, Any]]:
    text.take("[")
    while text.peek() != "]":
        line = text.line
        yield line, text.value()
        if text.peek() != "]":
            text.take(",")
            if text.peek() == "]":
                raise BrokenArrayError(text.line, "a comma before the closing bracket")
    text.take("]")


class JsonText:
    """JSON text that arrives in pieces: a window over it that holds one value at most."""

    def __init__(self, pieces: Iterable[str]) -> None:
        self.line = 1
        self._pieces = iter(pieces)
        self._decoder = json.JSONDecoder(parse_constant=refuse_constant)
        self._window = ""
        self._at = 0

    def peek(self) -> str:
        """The next character that is not white space, without taking it; empty at the end."""
        while True:
            while self._at < len(self._window) and self._window[self._at] in _SPACE:
                self.line += self._window[self._at] == "\n"
                self._at += 1
            if self._at < len(self._window):
                return self._window[self._at]
            if not self._more():
                return ""

    def take(self, wanted: str) -> None:
        """Take the next character, which must be `wanted`."""
        found = self.peek()
        if found != wanted:
            raise BrokenArrayError(
                self.line, f"{wanted!r} expected, {found!r} found" if found else "the file ends too early"
            )
        self._at += 1

    def value(self) -> Any:
        """Take the next value, whole.

        What looks like a value may be the beginning of a longer one (`1` of `1.5`), so it is only taken once the
        delimiter behind it has been seen.
        """
        if not self.peek():
            raise BrokenArrayError(self.line, "the file ends too early")
        while True:
            problem = "not JSON"
            try:
                value, end = self._decoder.raw_decode(self._window, self._at)
                after = self._window[end:].lstrip(_SPACE)[:1]
                if after and after in ",]}:":
                    self.line += self._window.count("\n", self._at, end)
                    self._at = end
                    return value
            except json.JSONDecodeError as error:
                problem = f"not JSON ({error.msg})"
            except RecursionError:
                raise BrokenArrayError(self.line, "nested too deep") from None
            except ValueError as error:
                raise BrokenArrayError(self.line, str(error)) from None
            if len(self._window) - self._at > MAX_ROW_BYTES:
                raise BrokenArrayError(self.line, f"{problem}, or a row longer than {MAX_ROW_BYTES:,} characters")
            if not self._more(len(self._window) - self._at):
                raise BrokenArrayError(self.line, f"{problem}, or the file ends too early")

    def _more(self, least: int = 1) -> bool:
        """Widen the window by at least `least` characters: doubling keeps a long value from being read again and
        again in small steps. False at the end of the text."""
        parts, size = [self._window[self._at :]], 0
        for piece in self._pieces:
            parts.append(piece)
            size += len(piece)
            if size >= least:
                break
        self._window, self._at = "".join(parts), 0
        return size > 0
