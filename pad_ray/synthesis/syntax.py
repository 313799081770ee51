"""What kinds of syntax and which names count for what, when programs are compared. Pure."""

from __future__ import annotations

import ast
from collections.abc import Iterator

TELL_NAMES = frozenset(
    ("eval", "exec", "compile", "globals", "locals", "vars", "dir", "getattr", "setattr", "delattr", "hasattr")
)
"""Builtins through which a program can learn or use its own variables' names."""

SAFE_MODULES = frozenset(
    (
        "math", "fractions", "decimal", "datetime", "itertools", "functools", "collections", "statistics", "random",
        "re", "string", "operator", "typing",
    )
)  # fmt: skip
"""Importing these does nothing and cannot fail."""

EMPTY_STATEMENTS = (ast.Pass, ast.Global, ast.Nonlocal)

ENDS_BLOCK = (ast.Return, ast.Raise, ast.Break, ast.Continue)

ACTIVE = (ast.Call, ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Await, ast.Lambda)

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)

ROUNDING = frozenset(
    (ast.Compare, ast.FloorDiv, ast.Mod, ast.JoinedStr, ast.If, ast.IfExp, ast.While, ast.BoolOp, ast.Not, ast.Assert)
)
"""Where the last bit of a float can decide: a sum in another order may then give another answer."""

SMOOTH_CALLS = frozenset(("print", "abs", "float", "min", "max", "sum", "len"))
"""Builtins that carry a small difference on as a small difference."""

CHILD_FIELDS = {
    kind: tuple(f for f in kind._fields if f not in ("ctx", "annotation", "returns", "kind", "type_comment"))
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}
"""Fields that are looked into: annotations decide nothing."""


class Unknowable(Exception):
    """The program may see its own names or text, so nothing in it can be renamed; or it is too deep to be walked."""


def parameters(args: ast.arguments) -> Iterator[ast.arg]:
    """All parameters, in order."""
    yield from args.posonlyargs
    yield from args.args
    if args.vararg:
        yield args.vararg
    yield from args.kwonlyargs
    if args.kwarg:
        yield args.kwarg


def called(node: ast.Call) -> str | None:
    """The name that is called, None if it is not a plain name."""
    return node.func.id if type(node.func) is ast.Name else None


def defaults(args: ast.arguments) -> list[ast.expr]:
    return [*args.defaults, *(each for each in args.kw_defaults if each is not None)]


def check_annotation(annotation: ast.expr) -> None:
    """Refuses an annotation that does something when it is evaluated."""
    for node in ast.walk(annotation):
        if isinstance(node, ACTIVE):
            raise Unknowable
