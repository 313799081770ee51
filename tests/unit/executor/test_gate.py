"""What may share a process, and that nothing which may be reached there can be changed."""

from __future__ import annotations

import builtins
import importlib
import opcode
import types

import pytest

from pad_ray.executor import gate

GATE = gate.Gate(opcode.opmap, ("numpy", "sympy"))


def refusal(source: str) -> str:
    return GATE.look(compile(source, "<program>", "exec", dont_inherit=True))[0]


@pytest.mark.parametrize(
    "source",
    [
        "ans = 1 + 2 * 3",
        "def solution():\n    eggs = 16\n    return eggs * 2.5",
        "import math\nans = math.ceil(7 / 2)",
        "from math import ceil, floor\nans = ceil(1.5) + floor(2.5)",
        "from fractions import Fraction\nans = Fraction(1, 3) + 1",
        "from datetime import datetime, timedelta\nans = (datetime(2024, 1, 1) + timedelta(days=3)).day",
        "ans = [i * 2 for i in range(5) if i % 2]\nans.append(sum(ans))",
        "ans = {k: len(v) for k, v in {'a': 'bc'}.items()}",
        "def f(x: int) -> int:\n    return x\ntotal: int = f(3)\nprint(f'{total:>5}', end='')",
        "def g():\n    yield 1\nans = list(g())",
        "x = [3, 1]\nx.sort(key=lambda y: -y)\nx[0], x[1] = x[1], x[0]\ndel x[0]",
        "assert 1 == 1\nwhile True:\n    break",
        "if __name__ == '__main__':\n    ans = 1",
        "raise ValueError('no')",
        "import random\nans = random.randint(1, 6)",
        "total = 0\ndef f():\n    global total\n    total += 1\nf()",
        "\n".join(f"v{i} = {i}" for i in range(300)) + "\nimport math\nans = math.floor(v299)",  # EXTENDED_ARG
    ],
)
def test_plain_programs_are_admitted(source: str) -> None:
    assert refusal(source) == ""


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import math\nmath.ceil = round", "operation STORE_ATTR"),
        ("import math\nfor math.pi in [3]: pass", "operation STORE_ATTR"),
        ("import math\nmath.pi, x = 3, 4", "operation STORE_ATTR"),
        ("import math\ndel math.pi", "operation DELETE_ATTR"),
        ("class A: pass", "operation LOAD_BUILD_CLASS"),
        ("try:\n    x\nexcept Exception:\n    pass", "operation PUSH_EXC_INFO"),
        ("with x: pass", "operation PUSH_EXC_INFO"),
        ("from math import *", "operation IMPORT_STAR" if "IMPORT_STAR" in opcode.opmap else "intrinsic 2"),
        ("import os", "module os"),
        ("import sys", "module sys"),
        ("import collections.abc", "module collections.abc"),
        ("from functools import update_wrapper", "attribute update_wrapper"),
        ("from collections import namedtuple", "attribute namedtuple"),
        ("ans = '{0.__class__}'.format(1)", "attribute format"),
        ("ans = (1).__class__", "attribute __class__"),
        ("ans = __builtins__", "name __builtins__"),
        ("__builtins__ = {}", "name __builtins__"),
        ("ans = eval('1')", "name eval"),
        ("ans = getattr(1, 'x')", "name getattr"),
        ("ans = type('A', (), {})", "name type"),
        ("def f():\n    def g():\n        open('x')\n    g()", "name open"),
        ("lambda: open", "name open"),
        ("exit()", "name exit"),
        ("ans = id(1)", "name id"),
        ("import datetime\nans = datetime.datetime.now()", "attribute now"),
        ("import decimal\ndecimal.getcontext().prec = 3", "operation STORE_ATTR"),
        ("import decimal\ndecimal.setcontext(1)", "attribute setcontext"),
        ("match 1:\n    case int(): pass", "operation MATCH_CLASS"),
        ("\n".join(f"v{i} = {i}" for i in range(300)) + "\nimport os", "module os"),  # EXTENDED_ARG
        ("import random\nrandom._inst = 1", "operation STORE_ATTR"),
        ("import random\nans = random._inst", "attribute _inst"),
    ],
)
def test_whatever_could_leave_something_behind_is_refused(source: str, reason: str) -> None:
    assert refusal(source) == reason


@pytest.mark.parametrize(
    ("source", "dead"),
    [
        ("import numpy as np\nans = 1", {"numpy"}),
        ("import numpy\nimport sympy as sp\ndef solution():\n    return 2", {"numpy", "sympy"}),
        ("def solution():\n    import sympy\n    return 2", {"sympy"}),
    ],
)
def test_a_module_that_is_never_looked_at_need_not_be_loaded(source: str, dead: set[str]) -> None:
    assert GATE.look(compile(source, "p", "exec")) == ("", dead)


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\nans = np.sum([1])",
        "import numpy as np\ndef solution():\n    return np",
        "from numpy import array\nans = 1",
        "import numpy.linalg\nans = 1",
        "import numpy.linalg as la\nans = 1",
        "import numpy as np\nimport numpy as other\nother\nans = 1",
        "def f():\n    import sympy\n    def g():\n        return sympy\n    return g",
        "import numpy as np\ndel np",
    ],
)
def test_a_module_that_may_be_looked_at_is_loaded(source: str) -> None:
    assert refusal(source).startswith("module ")
    assert GATE.imports(compile(source, "p", "exec")) & {"numpy", "sympy"}


def test_an_operation_that_is_not_known_is_refused() -> None:
    """As a later version of Python has them."""
    plain = {name: number for name, number in opcode.opmap.items() if name != "BINARY_OP"}
    renamed = gate.Gate(plain | {"BINARY_OP_NEW": opcode.opmap["BINARY_OP"]})
    assert renamed.look(compile("ans = x + 1", "p", "exec"))[0] == "operation BINARY_OP_NEW"


IMMUTABLE = (int, float, complex, str, bytes, tuple, frozenset, type(None), type(NotImplemented), type(Ellipsis))
CALLABLE = (types.BuiltinFunctionType, types.FunctionType, types.MethodType, types.MethodDescriptorType, type)
CALLABLE += (types.WrapperDescriptorType, types.ClassMethodDescriptorType, type(callable.__call__))
CALLABLE += (staticmethod, classmethod, property, types.GetSetDescriptorType, types.MemberDescriptorType)

OWN_STATE = {"random"}
"""Seeded anew for every program that names it."""


def _reachable() -> dict[str, object]:
    """Every object that an admitted program can get at without having made it: path -> object."""
    attributes = gate.ATTRIBUTES.split()
    found: dict[str, object] = {name: getattr(builtins, name) for name in gate.BUILTINS.split()}
    found |= {name: importlib.import_module(name) for name in gate.MODULES.split()}
    seen, pending = {id(value) for value in found.values()}, list(found.items())
    while pending:
        path, value = pending.pop()
        for name in attributes:
            try:
                inner = getattr(value, name)
            except Exception:
                continue
            found[f"{path}.{name}"] = inner  # kept, so that its id is no other's
            if not isinstance(inner, IMMUTABLE) and id(inner) not in seen:
                seen.add(id(inner))
                pending.append((f"{path}.{name}", inner))
    return found


def test_nothing_that_can_be_reached_can_be_changed_by_what_is_admitted() -> None:
    """No module that is not vetted itself, no list, dictionary or set, no object with a state of its own."""
    suspects = {}
    for path, value in _reachable().items():
        if isinstance(value, types.ModuleType):
            if value.__name__ not in gate.MODULES.split():
                suspects[path] = value
        elif callable(value) and getattr(value, "__self__", None).__class__.__name__ == "Random":
            assert path.split(".")[0] in OWN_STATE or "random" in path
        elif not isinstance(value, IMMUTABLE + CALLABLE) and type(value).__module__ not in ("typing", "re", "datetime"):
            suspects[path] = value
    assert suspects == {}
