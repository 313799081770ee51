"""The lane decides nothing but the speed: routing by numbers, and the same outcome in a fresh interpreter, alone, shared."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fresh import run_all_fresh
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pad_ray.executor import Outcome, Sandbox
from pad_ray.executor.lanes import FIRST_LIMIT_SECONDS, Lane, cpu_limit, first_lane, lane_after, limit_is_final


def test_short_programs_begin_in_the_shared_lane_while_it_is_open() -> None:
    assert first_lane(100, shared_open=True) is Lane.SHARED
    assert first_lane(100, shared_open=False) is Lane.SOLO
    assert first_lane(100_000, shared_open=True) is Lane.SOLO


@pytest.mark.parametrize(
    ("lane", "status", "next_lane"),
    [
        (Lane.SHARED, "answered", None),
        (Lane.SHARED, "not_admitted", Lane.SOLO),
        (Lane.SHARED, "undecided", Lane.SOLO),
        (Lane.SHARED, "scientific", Lane.SCIENTIFIC),
        (Lane.SOLO, "scientific", Lane.SCIENTIFIC),
        (Lane.SOLO, "raised", None),
        (Lane.SOLO, "not_admitted", None),  # only a forged record says so
        (Lane.SCIENTIFIC, "scientific", None),
    ],
)
def test_where_a_program_goes_next(lane: Lane, status: str, next_lane: Lane | None) -> None:
    assert lane_after(lane, status) is next_lane


@pytest.mark.parametrize("limit", [0.1, FIRST_LIMIT_SECONDS, 5.0])
def test_a_short_limit_is_followed_by_a_full_one_unless_they_are_the_same(limit: float) -> None:
    assert cpu_limit(Lane.SHARED, limit) == min(limit, FIRST_LIMIT_SECONDS)
    assert cpu_limit(Lane.SOLO, limit) == limit
    assert limit_is_final(Lane.SHARED, limit) == (limit <= FIRST_LIMIT_SECONDS)
    assert limit_is_final(Lane.SOLO, limit)


@pytest.fixture(scope="module")
def auto() -> Iterator[Sandbox]:
    with Sandbox(cpu_seconds=2.5, batch=16) as opened:
        yield opened


@pytest.fixture(scope="module")
def solo() -> Iterator[Sandbox]:
    with Sandbox(cpu_seconds=2.5, lanes="solo") as opened:
        yield opened


def told(outcome: Outcome) -> tuple[str, str, str, int]:
    return outcome.status, _bare(outcome.answer), outcome.error_type, outcome.error_line


def _bare(answer: str) -> str:
    return re.sub(r"0x[0-9a-f]+", "0x", answer)


CASES = [
    ("ans = 1", "shared"),
    ("def solution():\n    return 2 / 0", "shared"),
    ("def solution(:\n    return 2", "shared"),
    ("print(1)\nprint(2, end='')", "shared"),
    ("x = 1", "shared"),
    ("raise ValueError('x')", "shared"),
    ("import math\nprint(math.sqrt(-1))", "shared"),
    ("import numpy as np\nans = 5", "shared"),
    ("class A:\n    pass\nans = 3", "solo"),
    ("try:\n    1 / 0\nexcept ZeroDivisionError:\n    ans = 4", "solo"),
    ("import sys\nprint(3)\nsys.exit(1)", "solo"),
    ("import numpy as np\nans = np.sum([1, 2])", "solo"),
    ("from sympy import symbols, solve, Eq\nx = symbols('x')\nans = solve(Eq(2 * x, 6), x)[0]", "solo"),
    ("def f(n):\n    return 0 if n == 0 else 1 + f(n - 1)\nans = f(900)", "shared"),
    ("def f(n):\n    return f(n + 1)\nans = f(0)", "solo"),
    ("print('x' * 100000)", "solo"),
    ("ans = 'x' * 10**12", "solo"),
    ("while True:\n    pass", "solo"),
    ("total = 0\nwhile total < 10**7:\n    total += 1\nans = total", "solo"),
    ("#" + "x" * 20000 + "\nans = 6", "solo"),
    ("from nowhere import nothing", "solo"),
    ("ans = lambda: 1", "shared"),
    ("ans = ((((", "shared"),
    ("(" * 10_000, "shared"),
    ("", "shared"),
    ("\0", "shared"),
    ("ans = '\ud800'", "shared"),
]
FRESH_DIFFERS = {"print('x' * 100000)", "ans = 'x' * 10**12", "ans = '\ud800'", "\0", "(" * 10_000}
"""A fresh interpreter has no limits, and other ways to refuse what is not text."""


def test_every_lane_is_taken_and_none_changes_an_outcome(auto: Sandbox, solo: Sandbox) -> None:
    codes = [code for code, _ in CASES]
    mixed, alone = list(auto.run(codes)), list(solo.run(codes))
    assert [outcome.lane for outcome in mixed] == [lane for _, lane in CASES]
    assert {outcome.lane for outcome in alone} == {"solo"}
    assert [told(outcome) for outcome in mixed] == [told(outcome) for outcome in alone]
    plain = [(code, told(outcome)) for code, outcome in zip(codes, mixed, strict=True) if code not in FRESH_DIFFERS]
    fresh = run_all_fresh([code for code, _ in plain], cpu_seconds=5)
    assert [
        (code, (status, _bare(answer), kind, line))
        for (code, _), (status, answer, kind, line) in zip(plain, fresh, strict=True)
    ] == plain


def test_recursion_goes_as_deep_in_one_lane_as_in_the_other(auto: Sandbox, solo: Sandbox) -> None:
    codes = [f"def f(n):\n    return 0 if n == 0 else 1 + f(n - 1)\nans = f({depth})" for depth in range(970, 1010)]
    assert [told(outcome) for outcome in auto.run(codes)] == [told(outcome) for outcome in solo.run(codes)]
    assert {outcome.status for outcome in auto.run(codes)} == {"answered", "raised"}


def test_a_program_that_hangs_or_dies_costs_its_neighbours_nothing(auto: Sandbox) -> None:
    codes = [f"ans = {i}" for i in range(40)]
    codes[7] = "while True:\n    pass"
    codes[8] = "ans = 9 ** 9 ** 9"
    codes[20] = "def f(x):\n    return [f] * 10**9\nans = len(f(1) * 10)"
    outcomes = list(auto.run(codes))
    assert [outcome.status for outcome in outcomes[7:9]] == ["timeout", "timeout"]
    assert outcomes[20].status == "memory"
    others = [i for i in range(40) if i not in (7, 8, 20)]
    assert [outcomes[i].answer for i in others] == [str(i) for i in others]
    assert [outcomes[i].lane for i in others].count("solo") <= 1  # an audit's


def test_a_timeout_of_the_first_limit_alone_is_no_outcome() -> None:
    slow = f"import time\nend = time.process_time() + {FIRST_LIMIT_SECONDS + 0.2}\nwhile time.process_time() < end: pass\nans = 1"
    counting = "n = 0\nfor i in range(2 * 10**7):\n    n += 1\nans = n"
    with Sandbox(cpu_seconds=20) as sandbox:
        assert [(o.status, o.lane) for o in sandbox.run([slow, counting])] == [("answered", "solo")] * 2


def test_audits_that_find_differences_shut_the_shared_lane(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("pad_ray.executor.dispatch.without_addresses", lambda answer: object())
    monkeypatch.setattr("pad_ray.executor.dispatch.AUDIT_EVERY", 100)
    with Sandbox() as sandbox:
        sandbox._shared.until_audit = 100
        outcomes = list(sandbox.run([f"ans = {i}" for i in range(250)]))
        (between,) = sandbox.run(["ans = 1"])
        more = list(sandbox.run([f"ans = {i}" for i in range(100)]))
        (after,) = sandbox.run(["ans = 1"])
    assert [outcome.answer for outcome in (*outcomes, *more)] == [str(i) for i in (*range(250), *range(100))]
    assert [i for i, outcome in enumerate(outcomes) if outcome.lane == "solo"] == [99, 199]
    assert (between.lane, after.lane) == ("shared", "solo")
    assert caplog.text.count("each has a process of its own") == 1


def test_traces_name_the_variables_and_their_last_values() -> None:
    codes = [
        "eggs = 16\nleft = eggs - 7\nans = left * 2",
        "def solution():\n    eggs = 16\n    left = eggs - 7\n    return left * 2",
        "def solution():\n    eggs = 16\n    return eggs / zero\nprice = 3",
        "def earn(eggs=4):\n    total = eggs * 2\n    print(total)\nearn()",
        "import math\nclass A:\n    def __repr__(self):\n        raise ValueError\nx = A()\ny = 'a\\nb'",
    ]
    with Sandbox(trace=True) as sandbox:
        traces = [outcome.trace for outcome in sandbox.run(codes)]
    assert traces[0] == (("eggs", "16"), ("left", "9"), ("ans", "18"))
    assert traces[1] == (("eggs", "16"), ("left", "9"))
    assert traces[2] == (("price", "3"), ("eggs", "16"))
    assert traces[3] == (("eggs", "4"), ("total", "8"))
    assert traces[4] == (("x", "?"), ("y", "'a\\nb'"))


NAMES = st.sampled_from(["a", "b", "total", "items", "solution", "len"])
NUMBERS = st.sampled_from(["0", "1", "2.5", "-3", "10**20", "1e308", "True", "7"])
TEXTS = st.sampled_from(["'x'", "''", "'a,b'", "'é'", "'3'"])


def _binary(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operator = st.sampled_from(["+", "-", "*", "/", "//", "%", "==", "<", "and", "or", "in", "is"])
    return st.one_of(
        st.builds("({} {} {})".format, inner, operator, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("[v + {} for v in {}]".format, inner, inner),
        st.builds(
            "{}({})".format,
            st.sampled_from(["str", "int", "len", "sum", "sorted", "round", "max", "list", "type", "hash", "getattr"]),
            inner,
        ),
        st.builds(
            "{}.{}()".format,
            inner,
            st.sampled_from(["upper", "pop", "split", "keys", "is_integer", "append", "format"]),
        ),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("f'{{{}}}'".format, NAMES),
        st.builds("math.{}({})".format, st.sampled_from(["ceil", "sqrt", "gcd", "nothing"]), inner),
        st.builds("(lambda v: {})({})".format, inner, inner),
    )


EXPRESSIONS = st.recursive(st.one_of(NAMES, NUMBERS, TEXTS), _binary, max_leaves=6)


def _indented(lines: list[str]) -> str:
    return "\n".join("    " + line for text in lines for line in text.split("\n"))


def _block(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(inner, min_size=1, max_size=3).map(_indented)
    return st.one_of(
        st.builds("if {}:\n{}".format, EXPRESSIONS, body),
        st.builds("for {} in [1, 2, {}]:\n{}".format, NAMES, EXPRESSIONS, body),
        st.builds("def {}():\n{}\n    return {}".format, NAMES, body, EXPRESSIONS),
        st.builds("try:\n{}\nexcept {}:\n    {} = 1".format, body, st.sampled_from(["Exception", "KeyError"]), NAMES),
        st.builds("class {}:\n{}".format, NAMES, body),
    )


STATEMENTS = st.recursive(
    st.one_of(
        st.builds("{} = {}".format, st.one_of(NAMES, st.just("ans")), EXPRESSIONS),
        st.builds("{} += {}".format, NAMES, EXPRESSIONS),
        st.builds("print({})".format, EXPRESSIONS),
        st.builds("{}[{}] = {}".format, NAMES, EXPRESSIONS, EXPRESSIONS),
        st.builds("del {}".format, NAMES),
        st.builds("import {}".format, st.sampled_from(["math", "random", "os", "nowhere"])),
        st.builds("assert {}".format, EXPRESSIONS),
        st.just("return 1"),
    ),
    _block,
    max_leaves=5,
)
PROGRAMS = st.lists(STATEMENTS, min_size=1, max_size=6).map("\n".join)


EASY = PROGRAMS.filter(lambda code: "hash(" not in code)
"""The hash of an object is its address."""

unhurried = settings(
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@settings(unhurried, max_examples=12)
@given(st.lists(EASY, min_size=10, max_size=30))
def test_generated_programs_come_to_the_same_in_both_lanes(auto: Sandbox, solo: Sandbox, codes: list[str]) -> None:
    assert [told(outcome) for outcome in auto.run(codes)] == [told(outcome) for outcome in solo.run(codes)]


@settings(unhurried, max_examples=3)
@given(st.lists(EASY, min_size=10, max_size=20))
def test_generated_programs_come_to_the_same_in_a_fresh_interpreter(auto: Sandbox, codes: list[str]) -> None:
    fresh = run_all_fresh(codes, cpu_seconds=2)
    assert [told(outcome) for outcome in auto.run(codes)] == [
        (status, _bare(answer), kind, line) for status, answer, kind, line in fresh
    ]
