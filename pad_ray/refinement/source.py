"""Places in a program's text, found on its AST: an edit changes that place of the text and nothing else. Pure."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from pad_ray.synthesis.dedupe import MAX_CHARACTERS


class Unparsable(ValueError):
    """The text is no program, or one that is too long or too deep for the parser."""


BEYOND = (ValueError, OverflowError, RecursionError)
"""What reading a program may raise, `Unparsable` included: a sum of a thousand terms parses, and is too deep to be
walked through; a number of 5,000 digits is one, and cannot be written."""


@dataclass(frozen=True)
class Source:
    """A program that parses. Lines count from 1, as in the AST; columns of the AST are bytes of UTF-8."""

    code: str

    @cached_property
    def tree(self) -> ast.Module:
        """
        Raises:
            Unparsable: it does not parse.
        """
        if len(self.code) > MAX_CHARACTERS:  # a model's text is not trusted
            raise Unparsable(f"{len(self.code):,} characters")
        try:
            return ast.parse(self.code)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise Unparsable(str(error)) from None

    @cached_property
    def _lines(self) -> list[bytes]:
        # Bytes are split at \n and \r only, as the parser does; text also at a form feed and others.
        return self.code.encode().splitlines(keepends=True)

    def offset(self, line: int, column: int) -> int:
        """The index into `code` of an AST position."""
        return len(b"".join([*self._lines[: line - 1], self._lines[line - 1][:column]]).decode())

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Where the node begins and ends in `code`."""
        return (
            self.offset(node.lineno, node.col_offset),
            self.offset(node.end_lineno or 0, node.end_col_offset or 0),
        )

    def text(self, node: ast.expr | ast.stmt) -> str:
        start, end = self.span(node)
        return self.code[start:end]

    def replaced(self, node: ast.expr | ast.stmt, text: str) -> str:
        """The program with other text at the place of the node."""
        start, end = self.span(node)
        return self.code[:start] + text + self.code[end:]

    def between(self, left: ast.expr, right: ast.expr) -> tuple[int, int]:
        """Where what stands between two nodes begins and ends: an operator, spaces, brackets."""
        return self.span(left)[1], self.span(right)[0]

    def walk(self) -> Iterator[ast.AST]:
        return ast.walk(self.tree)

    def reads(self) -> list[ast.Name]:
        """Variables where they are read, of those that the program assigns."""
        names = self.stored
        return [n for n in self.walk() if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load) and n.id in names]

    @cached_property
    def stored(self) -> frozenset[str]:
        """Names that are assigned."""
        return frozenset(n.id for n in self.walk() if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))

    def operations(self) -> list[ast.BinOp]:
        return [node for node in self.walk() if isinstance(node, ast.BinOp)]

    def numbers(self) -> list[ast.Constant]:
        """Literal numbers; True and False are none."""
        return [n for n in self.walk() if isinstance(n, ast.Constant) and type(n.value) in (int, float)]

    @cached_property
    def body(self) -> list[ast.stmt]:
        """The statements of the last function that the program defines at its top level; of the module without one."""
        functions = [node for node in self.tree.body if isinstance(node, ast.FunctionDef)]
        return functions[-1].body if functions else self.tree.body

    def assignments(self) -> list[ast.Assign]:
        """Of `body`: a whole line each, that gives one name a value."""
        return [
            step
            for step in self.body
            if isinstance(step, ast.Assign)
            and len(step.targets) == 1
            and isinstance(step.targets[0], ast.Name)
            and step.lineno == step.end_lineno
            and self._alone(step)
        ]

    def _alone(self, step: ast.stmt) -> bool:
        """Nothing else is on its line but a comment."""
        line = self._lines[step.lineno - 1]
        before, after = line[: step.col_offset], line[step.end_col_offset or 0 :]
        return not before.strip() and (not after.strip() or after.strip().startswith(b"#"))

    def line(self, number: int) -> str:
        """A line without its end."""
        return self._lines[number - 1].decode().rstrip("\r\n")

    def with_lines(self, first: int, last: int, lines: list[str]) -> str:
        """The program with other lines in place of those from `first` to `last`; `last = first - 1` inserts."""
        kept = [line.decode() for line in self._lines]
        if kept and not kept[-1].endswith("\n"):
            kept[-1] += "\n"
        made = "".join([*kept[: first - 1], *(f"{line}\n" for line in lines), *kept[last:]])
        return made if self.code.endswith("\n") else made.removesuffix("\n").removesuffix("\r")


def target(step: ast.Assign) -> str:
    """The name that an assignment of `Source.assignments` gives a value."""
    [name] = step.targets
    assert isinstance(name, ast.Name)
    return name.id


def names_read(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
