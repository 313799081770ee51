"""Which name of a program means which variable, as Python finds it (Language Reference, 4.2). Pure."""

from __future__ import annotations

import ast

Known = tuple[str, "Known"] | None  # type: ignore[misc]
"""Variables that have a value at some place of a scope, the newest first."""


class Scope:
    """A module, function, lambda, comprehension or class, and what its names mean."""

    __slots__ = ("bound", "children", "elsewhere", "generator", "is_class", "is_comprehension", "kinds", "level",
                 "modules", "parameters", "parent", "reads", "tokens", "values")  # fmt: skip

    def __init__(self, parent: Scope | None, is_class: bool = False) -> None:
        self.parent = parent
        self.is_class = is_class
        self.level: int = parent.level + 1 if parent else 0
        self.bound: set[str] = set()
        self.elsewhere: dict[str, str] = {}
        """Names declared `global` or `nonlocal`."""
        self.values: dict[str, list[ast.expr | None]] = {}
        """Expressions that a name is bound to; None where it is bound in another way."""
        self.modules: dict[str, str] = {}
        """Names bound by an import of a safe module, and what they stand for."""
        self.parameters: set[str] = set()
        self.reads: set[str] = set()
        self.children: list[Scope] = []
        self.generator = False
        self.is_comprehension = False
        self.kinds: dict[str, int] = {}
        self.tokens: dict[str, str] = {}
        if parent:
            parent.children.append(self)

    def find(self, name: str) -> Scope | None:
        """The scope whose variable `name` is here; None for a builtin."""
        scope: Scope | None = self
        declared = self.elsewhere.get(name)
        if declared:
            scope = self.parent
            while declared == "global" and scope is not None and scope.parent is not None:
                scope = scope.parent
        while scope is not None:
            if name in scope.bound and (not scope.is_class or scope is self):
                return scope
            scope = scope.parent
        return None

    def captures(self, name: str) -> bool:
        """Whether a scope inside this one reads `name`."""
        return any(name in child.reads or child.captures(name) for child in self.children)
