"""What is one program and what is two."""

from __future__ import annotations

import ast
import json
import keyword
from collections import defaultdict
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pad_ray.executor import Sandbox, same_answer
from pad_ray.synthesis.dedupe import MAX_CHARACTERS, canonical
from pad_ray.teacher.extract import extract_program

PAPER_FORM = """def solution():
    eggs = 16
    price = 2.5
    sold = eggs - 3
    result = sold * price + 1000
    return result
"""


def keys(*programs: str) -> int:
    """How many different programs these are."""
    return len({canonical(program) for program in programs})


@pytest.mark.parametrize(
    "other",
    [
        PAPER_FORM.replace("eggs", "x").replace("price", "y").replace("sold", "z"),
        PAPER_FORM.replace("result = ", "return ").replace("    return result\n", ""),
        PAPER_FORM.replace("sold * price + 1000", "1_000 + price * sold"),
        PAPER_FORM.replace("1000", "0x3E8").replace("2.5", "25e-1"),
        PAPER_FORM.replace("():", "() -> float:").replace("eggs = 16", "eggs: int = 16"),
        PAPER_FORM.replace("solution", "solver"),
        PAPER_FORM.replace("():\n", '():\n    """How many?"""\n    # eggs\n\n'),
        PAPER_FORM.replace("    sold", "    unused = eggs * 2\n    twice = unused / 2\n    eggs\n    pass\n    sold"),
        PAPER_FORM.replace("    return result\n", "    return result\n    print(result)\n"),
        PAPER_FORM.replace("    sold", "    if False:\n        eggs = 3\n    sold"),
        PAPER_FORM.replace("    return", "    if True:\n        return result\n    return"),
        "import math\nfrom typing import List\n" + PAPER_FORM,
        "def helper(x):\n    return x + 1\n\n" + PAPER_FORM,
        PAPER_FORM.replace("\n", "\r\n"),
        PAPER_FORM.replace("(): ", "( ) :").replace("sold * price", "(sold*(price))"),
    ],
)
def test_the_same_steps_are_one_program(other: str) -> None:
    assert other != PAPER_FORM
    assert keys(PAPER_FORM, other) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("t = 0\nfor i in range(3):\n    t += i\nans = t", "s = 0\nfor k in range(3):\n    s = k + s\nans = s"),
        ("t = 0\nfor i in costs():\n    t += i\nans = t", "t = 0\nfor i in costs():\n    t = t + i\nans = t"),
        ("a = 2\nb = 2.5\nc = 1\nans = a + b + c", "a = 2\nb = 2.5\nc = 1\nans = c + (b + a)"),
        ("a, b = 3, 4\nans = a * b", "c, d = 3, 4\nans = d * c"),
        ("a = len([1])\nans = abs(a) * round(2.5)", "a = len([1])\nans = round(2.5) * abs(a)"),
        ("import math\nans = math.sqrt(2)", "from math import sqrt as root\nans = root(2)"),
        ("def f(x):\n    return 2 * x\nans = f(3)", "def g(y):\n    return y * 2\nans = g(3)"),
        ("ans = sum(x for x in [1, 2])", "ans = sum(y for y in [1, 2])"),
        ("ans = sorted([1], key=lambda x: -x)", "ans = sorted([1], key=lambda y: -y)"),
        ("ans = 'ab'", 'ans = "a" f"b"'),
        ("a = 3\nb = 4\nans = a == b", "a = 3\nb = 4\nans = b == a"),
        ("max = 3\nans = max * 2", "most = 3\nans = 2 * most"),
        (
            "def solution():\n    if a:\n        r = 1\n        return r\n    return 2",
            "def solution():\n    if a:\n        return 1\n    return 2",
        ),
        ("x = 1\nx", "x = 1\n"),
        ("while False:\n    print(1)\nprint(2)", "print(2)"),
    ],
)
def test_one_program_in_two_spellings(one: str, other: str) -> None:
    assert keys(one, other) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (PAPER_FORM, PAPER_FORM.replace("eggs - 3", "3 - eggs")),
        (PAPER_FORM, PAPER_FORM.replace("*", "/")),
        (PAPER_FORM, PAPER_FORM.replace("1000", "1000.0")),
        (PAPER_FORM, PAPER_FORM.replace("price +", "price + eggs +")),
        (PAPER_FORM, PAPER_FORM.replace("sold * price + 1000", "sold * (price + 1000)")),
        (PAPER_FORM, PAPER_FORM.replace("    result = sold * price + 1000", "    paid = sold * price\n    result = paid + 1000")),
        ("a = [1]\nb = [2]\nans = a + b", "a = [1]\nb = [2]\nans = b + a"),
        ("a = 'x'\nb = 'y'\nans = a + b", "a = 'x'\nb = 'y'\nans = b + a"),
        ("def solution(a, b):\n    return a + b", "def solution(a, b):\n    return b + a"),
        ("a = [1]\nb = a\na += [2]\nans = b", "a = [1]\nb = a\na = a + [2]\nans = b"),
        ("a = 1\nb = 2\nans = f() + int(a)", "a = 1\nb = 2\nans = int(a) + f()"),
        ("a = f()\nb = g()\nans = a + b", "a = f()\nb = g()\nans = b + a"),
        ("x = print(1)\nans = 2", "ans = print(1)\nx = 2"),
        ("max = max([1, 2])\nans = max", "min = min([1, 2])\nans = min"),
        ("ans = max([1])", "ans = min([1])"),
        ("def f(x, y):\n    return x - y\nans = f(x=3, y=2)", "def f(y, x):\n    return y - x\nans = f(x=3, y=2)"),
        ("x = 1\ndef f():\n    global x\n    x = 2\nf()\nans = x", "x = 1\ndef f():\n    x = 2\nf()\nans = x"),
        ("x = 1\ndef f():\n    return x\n    x = 2\nans = f()", "x = 1\ndef f():\n    return x\nans = f()"),
        ("def f():\n    return 1\n    yield\nans = f()", "def f():\n    return 1\nans = f()"),
        ("x = 5\ny = x / 0\nans = x", "x = 5\nans = x"),
        ("x = 5\ny = missing\nans = x", "x = 5\nans = x"),
        ("if a:\n    b = 1\nc = b\nans = 2", "if a:\n    b = 1\nans = 2"),
        ("x = 1\nans = eval('x')", "y = 1\nans = eval('x')"),
        ("class A:\n    x = 1\nans = A.x", "class A:\n    y = 1\nans = A.y"),
        ("def f(x):\n    try:\n        x = 1\n        return x\n    finally:\n        print(x)\nans = f(0)",
         "def f(x):\n    try:\n        return 1\n    finally:\n        print(x)\nans = f(0)"),
        ("ans = int(0.1 + 0.2 + 0.3)", "ans = int(0.3 + 0.2 + 0.1)"),
        ("ans = 1", "ans = True"),
        ("ans = '1'", "ans = 1"),
        ("ans = 'a b'", "ans = 'a', 'b'"),
        ("a = 3\nb = 4\nans = a < b", "a = 3\nb = 4\nans = b < a"),
        ("def solution():\n    return 1\ndef solver():\n    return 2", "def solver():\n    return 1\ndef solution():\n    return 2"),
        ("import numpy\nans = 1", "ans = 1"),
        ("x = 1\ndel x\nans = 1", "del x\nans = 1"),
        ("__builtins__ = {}\nans = 1", "x = {}\nans = 1"),
    ],
)  # fmt: skip
def test_other_steps_are_another_program(one: str, other: str) -> None:
    assert keys(one, other) == 2


def test_the_variable_that_holds_the_answer_is_told_from_the_rest() -> None:
    one, other = "total = 1\nrest = int('2')", "rest = 1\ntotal = int('2')"
    assert canonical(one) == canonical(other)
    assert canonical(one, "variable:total") != canonical(other, "variable:total")


NUMBERS = st.integers(0, 10**6) | st.floats(0, 1e6, allow_nan=False).map(lambda x: round(x, 3))


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[str, str, str]]:
    """Straight-line arithmetic: (left, operator, right), each over numbers and earlier steps (`{0}`, `{1}`...)."""
    made: list[tuple[str, str, str]] = []
    for number in range(draw(st.integers(1, 6))):
        earlier = st.integers(0, number - 1).map("{{{}}}".format) if number else NUMBERS.map(str)
        made.append((draw(earlier), draw(st.sampled_from("+-*/")), draw(NUMBERS.map(str) | earlier)))
    return made


def written(made: list[tuple[str, str, str]], names: list[str], extra: list[str] = []) -> str:  # noqa: B006
    lines = [f"{{{i}}} = {left} {op} {right}" for i, (left, op, right) in enumerate(made)]
    for i, line in enumerate(extra):
        lines.insert((i * 7) % (len(lines) + 1), line)
    body = "\n".join("    " + line.format(*names) for line in lines)
    return f"def solution():\n{body}\n    print({', '.join(names)})\n    return {names[-1]}\n"


DEAD = ["# a comment", "pass", "'''text'''", "spare = 3", "spare = 7 // 2", "if False: spare = 1", "3.5"]


@given(steps(), st.lists(st.sampled_from(DEAD), max_size=4), st.randoms(use_true_random=False))
def test_renamed_reordered_and_padded_programs_stay_the_same(
    made: list[tuple[str, str, str]], extra: list[str], random: Random
) -> None:
    names = [f"v{i}" for i in range(len(made))]
    other_names = random.sample([f"w{i}_{kind}" for i in range(9) for kind in ("total", "count")], len(made))
    turned = [(r, op, left) if op in "+*" and random.random() < 0.5 else (left, op, r) for left, op, r in made]
    assert canonical(written(made, names)) == canonical(written(turned, other_names, extra))


@given(steps(), st.data())
def test_a_changed_step_makes_another_program(made: list[tuple[str, str, str]], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(made) - 1))
    left, op, right = made[place]
    change = data.draw(st.sampled_from(["operator", "operand", "swap", "more"]))
    changed = {
        "operator": (left, "-" if op != "-" else "+", right),
        "operand": (left, op, "1234567.5"),
        "swap": (right, op, left) if op in "-/" and left != right else (left, op, "0.125"),
        "more": (f"({left} {op} {right})", "-", "1"),
    }[change]
    names = [f"v{i}" for i in range(len(made))]
    other = [*made[:place], changed, *made[place + 1 :]]
    if other != made:
        assert canonical(written(made, names)) != canonical(written(other, names))


@given(NUMBERS, st.text(max_size=8))
def test_literals_count_by_value(number: int | float, text: str) -> None:
    spelt = f"{number:_}" if isinstance(number, int) else f"{number!r}"
    assert keys(f"ans = {number!r}", f"ans = ({spelt})") == 1
    assert keys(f"ans = {text!r}", f"ans = {text!a}") == 1
    assert keys(f"ans = {number!r}", f"ans = {number + 1!r}", f"ans = {text!r}") == 3


@given(st.text(max_size=200) | st.text("()[]{}:=+-*\n \tabif,.'\"\\0", max_size=80) | st.sampled_from(keyword.kwlist))
@settings(max_examples=300)
def test_any_text_has_a_key(text: str) -> None:
    assert len(canonical(text)) == 32


@pytest.mark.parametrize(
    "hostile",
    [
        "x = (", "\0", "(" * 5000, "-" * 60_000 + "1", "x = " + "+".join("1" * 30_000), "lambda:" * 9000 + "1",
        "not " * 9000 + "1", "\ud800", "x = '\\ud800'", "x = 0x" + "f" * 60_000, "x = " + "9" * 5000, "a" * 70_000,
        "if 1:\n", "[" * 99 + "]" * 99, "".join(" " * i + "if x:\n" for i in range(99)), "x" + ".a" * 30_000,
        "type X = int", "def f[T](x): pass", "match x:\n case {'a': 1, **r}: pass\n case [a, *b] | b: pass",
        "try:\n pass\nexcept* E as e: pass", "nonlocal x", "f'{x!r:>{w}} {y=}'", "from x import *", "x: int",
        "@d\nclass A(B, metaclass=M):\n x: int = 3", "[(y := 3) for x in z if x]", "x = '\\d'",
        "\n".join(f"a{i} = a{i + 1}" for i in range(4000)), "\n".join(f"a{i + 1} = a{i}" for i in range(4000)),
        "x = 1\n" * 9000, "y = (" + "a," * 15_000 + ")\n" + "x = 1\n" * 4000,
    ],
)  # fmt: skip
def test_hostile_text_has_a_key(hostile: str) -> None:
    assert len(canonical(hostile)) == 32
    assert canonical(hostile) != canonical(hostile + " +")


def test_a_program_too_long_to_be_parsed_is_known_by_its_text() -> None:
    padding = "#" * MAX_CHARACTERS + "\n"
    assert keys("ans = 1", "# short\nans = 1") == 1
    assert keys("ans = 1", padding + "ans = 1", padding + "ans =  1") == 3


def test_a_deep_caller_gets_the_same_key() -> None:
    def deep(levels: int) -> str:
        return deep(levels - 1) if levels else canonical(program)

    program = "x = " + "(" * 60 + "1" + " + f(2))" * 60
    assert deep(300) == deep(0) != canonical(program.replace("1", "3", 1))


def recorded(shared_data: Path) -> list[tuple[str, str]]:
    found = []
    for path in sorted((shared_data / "generations").glob("*.jsonl")):
        for line in path.read_text().splitlines():
            row = json.loads(line)
            found.append((row["question_id"], extract_program(row["completion"])))
    return found


def renamed(code: str) -> str | None:
    """The program with every variable of its own called something else, by Python's own parser and printer."""
    tree = ast.parse(code)
    own = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)} - {"ans"}
    if any(isinstance(n, ast.FunctionDef | ast.keyword) for n in ast.walk(tree)) or own & set(dir(__builtins__)):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in own:
            node.id = f"other_{node.id}"
    return ast.unparse(tree)


def test_recorded_programs_keep_their_key_under_other_names_and_layout(shared_data: Path) -> None:
    seen = 0
    for _, code in recorded(shared_data)[::4]:
        try:
            other = renamed(code)
        except SyntaxError:
            continue
        if other is not None:
            seen += 1
            assert canonical(code) == canonical(other), code
    assert seen > 300


def test_programs_with_one_key_give_one_answer(shared_data: Path) -> None:
    """Right recorded programs, small changes made to them: where the key stays, so does the answer."""
    random = Random(7)
    by_key: dict[str, set[str]] = defaultdict(set)
    for _, code in recorded(shared_data)[::6]:
        by_key[canonical(code)].add(code)
        for _ in range(3):
            changed = mutated(code, random)
            if changed is not None:
                by_key[canonical(changed)].add(changed)
    groups = [sorted(group) for group in by_key.values() if len(group) > 1]
    assert len(groups) > 100
    with Sandbox(cpu_seconds=0.3, wall_seconds=1) as sandbox:
        programs = [code for group in groups for code in group]
        outcomes = dict(zip(programs, sandbox.run(programs), strict=True))
    for group in groups:
        answers = [outcomes[code].answer for code in group if outcomes[code].answer]
        assert all(same_answer(answer, answers[0], "number") for answer in answers), group


def mutated(code: str, random: Random) -> str | None:
    """One operator, constant, order of operands or line changed."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return None
    places = [n for n in ast.walk(tree) if isinstance(n, ast.BinOp | ast.Assign)]
    if not places:
        return None
    node = random.choice(places)
    if isinstance(node, ast.Assign):
        body = next(n.body for n in ast.walk(tree) if isinstance(getattr(n, "body", None), list) and node in n.body)
        place = body.index(node)
        if random.random() < 0.5 and place:
            body[place - 1], body[place] = body[place], body[place - 1]
        else:
            body.insert(place, ast.parse(random.choice(["spare = 3", "spare = [1]", "'text'"])).body[0])
    elif random.random() < 0.7:
        node.left, node.right = node.right, node.left
    else:
        node.op = random.choice([ast.Add(), ast.Mult(), ast.Sub()])
    return ast.unparse(ast.fix_missing_locations(tree))
