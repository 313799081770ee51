"""Errors put into right programs. Pure: the same program, edit and random source give the same faulty program.

The place of an edit is found on the AST, the edit is made on the text, so that a faulty program differs from the right
one in nothing else (PaD, section 3.3: errors injected by editing the abstract syntax tree).
"""

from __future__ import annotations

import ast
import builtins
import keyword
from collections.abc import Callable
from random import Random

OPERATORS: dict[type[ast.operator], tuple[str, ...]] = {
    ast.Add: ("-", "*"),
    ast.Sub: ("+", "*"),
    ast.Mult: ("+", "/"),
    ast.Div: ("*", "-"),
    ast.FloorDiv: ("*", "-"),
    ast.Mod: ("*", "/"),
    ast.Pow: ("*", "+"),
}
"""What an operator is mistaken for."""

SYMBOLS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
}  # fmt: skip


def inject(code: str, edit: str, random: Random) -> str | None:
    """A faulty version of `code`, or None where the edit finds no place in it. `edit` is a key of `EDITS`."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    faulty = EDITS[edit](code, tree, random)
    return None if faulty == code else faulty


def _name_error(code: str, tree: ast.Module, random: Random) -> str | None:
    """A variable is read under a name that nobody assigned: misspelt, shortened or lengthened."""
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    known = stored | {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    known |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    known |= {node.asname or node.name for node in ast.walk(tree) if isinstance(node, ast.alias)}
    known |= set(keyword.kwlist)
    read = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load) and n.id in stored]
    if not read:
        return None
    place = random.choice(read)
    name = place.id
    candidates = [
        f"total_{name}",
        f"{name}_count",
        f"{name}s",
        name.partition("_")[2],
        name.rpartition("_")[0],
        name[:-1],
    ]
    wrong = [c for c in candidates if c.isidentifier() and c not in known and not hasattr(builtins, c)]
    return _replace(code, place, random.choice(wrong)) if wrong else None


def _wrong_operator(code: str, tree: ast.Module, random: Random) -> str | None:
    """One arithmetic operator is mistaken for another."""
    places = [n for n in ast.walk(tree) if isinstance(n, ast.BinOp) and type(n.op) in OPERATORS]
    if not places:
        return None
    place = random.choice(places)
    start = _offset(code, place.left.end_lineno or 0, place.left.end_col_offset or 0)
    end = _offset(code, place.right.lineno, place.right.col_offset)
    between = code[start:end]
    symbol = SYMBOLS[type(place.op)]
    if between.count(symbol) != 1:
        return None  # a comment or a bracket with the same sign in it: not worth a guess
    return code[:start] + between.replace(symbol, random.choice(OPERATORS[type(place.op)])) + code[end:]


def _syntax_error(code: str, tree: ast.Module, random: Random) -> str | None:
    """On the text: a colon or a bracket is dropped, a line is indented too far, or a sign is doubled."""
    lines = code.split("\n")
    candidates: list[str] = []
    for i, line in enumerate(lines):
        changed = []
        if line.rstrip().endswith(":"):
            changed.append(line.rstrip()[:-1])
        if ")" in line:
            place = line.rindex(")")
            changed.append(line[:place] + line[place + 1 :])
        if " = " in line:
            changed += [line.replace(" = ", " = = ", 1), f"   {line}"]
        candidates += ["\n".join([*lines[:i], new, *lines[i + 1 :]]) for new in changed]
    broken = [candidate for candidate in candidates if not _parses(candidate)]
    return random.choice(broken) if broken else None


def _parses(code: str) -> bool:
    try:
        ast.parse(code)
    except SyntaxError:
        return False
    return True


def _replace(code: str, node: ast.Name, name: str) -> str:
    start = _offset(code, node.lineno, node.col_offset)
    end = _offset(code, node.end_lineno or 0, node.end_col_offset or 0)
    return code[:start] + name + code[end:]


def _offset(code: str, line: int, column: int) -> int:
    """The index into `code` of an AST position: lines count from 1, columns are UTF-8 bytes."""
    # Bytes are split at \n and \r only, as the parser does; text also at a form feed and others.
    lines = code.encode().splitlines(keepends=True)
    return len(b"".join([*lines[: line - 1], lines[line - 1][:column]]).decode())


EDITS: dict[str, Callable[[str, ast.Module, Random], str | None]] = {
    "name_error": _name_error,
    "syntax_error": _syntax_error,
    "wrong_operator": _wrong_operator,
}
