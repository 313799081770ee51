"""ASDiv (Miao et al. 2020, arXiv 2106.15772): an XML file of elementary-school problems.

The file may come from anywhere, so it is read as untrusted: a document type, the only place where entities can be
declared, is refused before any of it is read.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from pad_ray.errors import QuestionsError
from pad_ray.number import number
from pad_ray.questions.files import MAX_ROW_BYTES, chunks, opened
from pad_ray.questions.references import from_equation
from pad_ray.questions.rows import Row, RowError, number_text, text_of
from pad_ray.questions.svamp import joined
from pad_ray.records import Question

NAMES = ["ASDiv.xml", "asdiv/ASDiv.xml"]
"""Where the file may be below a folder."""
PROBLEM = "Problem"
"""The element that is one row."""
_BRACKETED = re.compile(r"([+-]?)\(([^()]*)\)")
_UNITS = re.compile(r"\(\s*[a-z][^()]*\)", re.IGNORECASE)


def to_question(raw: Mapping[str, Any], position: int) -> Question:
    """`ID`, `Body`, `Question`, `Answer`, `Formula`; the hub's copy has them in lower case and no id. The ids of the
    file count up from nluds-0001 without a gap, so the position gives the same id there."""
    identity = text_of(raw, "ID") if "ID" in raw else f"nluds-{position + 1:04d}"
    text = joined(text_of(raw, "Body", "body"), text_of(raw, "Question", "question"))
    answer, kind = answer_of(text_of(raw, "Answer", "answer"))
    formula = str(raw.get("Formula") or raw.get("formula") or "")
    program = from_equation(text, equation_of(formula), answer) if kind == "number" else ""
    return Question(question_id=f"asdiv/{identity}", text=text, answer=answer, answer_kind=kind, reference=program)


def answer_of(text: str) -> tuple[str, str]:
    """(the first token of the answer, its kind): `9 (apples)` -> 9, a number; `5:45` -> itself, a text.

    Raises:
        RowError: if the token is punctuation only.
    """
    token = text.split()[0].rstrip(";,")
    if not token:
        raise RowError("'Answer' begins with punctuation; a number or a word is wanted")
    plain = _BRACKETED.sub(r"\1\2", token) if _BRACKETED.fullmatch(token) else token
    return (token, "text") if number(plain) is None else (number_text(plain), "number")


def equation_of(formula: str) -> str:
    """The left side of a formula without units: `2*3 (hours)=6` -> `2*3`; empty for anything but one equation."""
    left, _, right = formula.partition("=")
    return "" if re.search(r"[=;<>]", right) else _UNITS.sub("", left).strip()


def rows(path: Path) -> Iterator[Row]:
    """The problems of the file, one element in memory at a time.

    Raises:
        QuestionsError: if the file is not well-formed XML, declares a document type or holds a problem without end.
    """
    guard, lines = _guard(path)
    tree = _Problems()
    position = unread = 0
    try:
        with opened(path) as file:
            for chunk in chunks(file):
                guard.Parse(chunk)
                tree.feed(chunk)
                unread += len(chunk)
                for raw in tree.finished():
                    yield Row(f"{path}:{lines.popleft()}", position, raw)
                    position += 1
                    unread = 0
                if unread > MAX_ROW_BYTES:
                    wanted = f"<{PROBLEM}> elements are wanted"
                    raise QuestionsError(f"{path}:{guard.CurrentLineNumber}: {unread:,} bytes without one; {wanted}")
            guard.Parse(b"", True)
    except (expat.ExpatError, ElementTree.ParseError) as error:
        raise QuestionsError(
            f"{path}:{guard.CurrentLineNumber}: not well-formed XML ({error}); mend the file"
        ) from None
    except (LookupError, ValueError) as error:
        raise QuestionsError(f"{path}:1: an encoding that cannot be read ({error}); save the file as UTF-8") from None


def _guard(path: Path) -> tuple[expat.XMLParserType, deque[int]]:
    """A parser that runs ahead of the tree, refuses a document type, and notes the line of every problem."""
    guard = expat.ParserCreate()
    lines: deque[int] = deque()

    def doctype(*_: object) -> None:
        raise QuestionsError(
            f"{path}:{guard.CurrentLineNumber}: a document type could declare entities; remove <!DOCTYPE>"
        )

    def start(tag: str, _: object) -> None:
        if tag == PROBLEM:
            lines.append(guard.CurrentLineNumber)

    guard.StartDoctypeDeclHandler = doctype
    guard.StartElementHandler = start
    return guard, lines


class _Problems:
    """The problem elements of a document as raw rows; every element is dropped from the tree once it has ended."""

    def __init__(self) -> None:
        self._parser: ElementTree.XMLPullParser[Any] = ElementTree.XMLPullParser(["start", "end"])
        self._open: list[ElementTree.Element] = []

    def feed(self, chunk: bytes) -> None:
        self._parser.feed(chunk)

    def finished(self) -> Iterator[dict[str, str]]:
        """The problems that have ended since the last call."""
        events: Iterator[tuple[str, ElementTree.Element]] = self._parser.read_events()  # type: ignore[assignment]
        for event, element in events:
            if event == "start":
                self._open.append(element)
                continue
            self._open.pop()
            if element.tag == PROBLEM:
                yield dict(element.attrib) | {child.tag: "".join(child.itertext()) for child in element}
            if self._open and all(parent.tag != PROBLEM for parent in self._open):
                self._open[-1].remove(element)
                element.clear()
