"""What of a program so far no further line can mend: in a real sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from pad_ray.config import ExecutorConfig
from pad_ray.verification.beams import runs_so_far
from pad_ray.verification.prefixes import SandboxedPrefixes, Seen

LATER = "def solution():\n    return half(6)\n\n"

WHOLE = {
    "loop": "def solution():\n    n = 3\n    total = 0\n    while n > 0:\n        total += n\n        n -= 1\n    return total\n",
    "docstring": 'def solution():\n    """Two\n    lines."""\n    return 3\n',
    "try": "def solution():\n    try:\n        x = 1\n        y = 2\n    except ValueError:\n        x = 2\n    return x\n",
    "helper below": "def solution():\n    return half(6)\n\ndef half(x):\n    return x / 2\n",
    "for": "def solution():\n    t = 0\n    for i in range(3):\n        t += i\n        t += 1\n    return t\n",
}


@pytest.fixture
async def prefixes() -> AsyncIterator[SandboxedPrefixes]:
    made = SandboxedPrefixes(ExecutorConfig(cpu_seconds=0.3))
    yield made
    made.close()


async def failing(prefixes: SandboxedPrefixes, texts: list[tuple[str, bool]]) -> list[bool]:
    return [seen.failed for seen in await prefixes.look(texts)]


@pytest.mark.parametrize("name", WHOLE)
async def test_no_beginning_of_a_right_program_is_dropped(prefixes: SandboxedPrefixes, name: str) -> None:
    lines = WHOLE[name].splitlines(keepends=True)
    begun = ["".join(lines[:count]) for count in range(1, len(lines) + 1)]
    asked = [(text, False) for text in begun if runs_so_far(text)] + [(WHOLE[name], True)]
    assert await failing(prefixes, asked) == [False] * len(asked)


@pytest.mark.parametrize(
    "text",
    [
        "def solution():\n    x = 1 / 0\n",
        "def solution():\n    x = y\n",
        "x = = 3\n",
        "n = 1\nwhile n:\n    n = 2\nx = n\n",
    ],
)
async def test_what_can_only_fail_is_dropped(prefixes: SandboxedPrefixes, text: str) -> None:
    assert runs_so_far(text)
    assert await failing(prefixes, [(text, False)]) == [True]


async def test_a_program_that_has_ended_without_an_answer_has_failed(prefixes: SandboxedPrefixes) -> None:
    text = "def solution():\n    result = 7\n"
    assert await failing(prefixes, [(text, False), (text, True), (LATER, False), (LATER, True)]) == [
        False,
        True,
        False,
        True,
    ]


async def test_values_below_zero_are_counted_where_they_are_looked_at(prefixes: SandboxedPrefixes) -> None:
    so_far = "def solution():\n    had = 3\n    gave = 5\n    left = had - gave\n"
    whole = so_far + "    result = left\n    return result\n"
    assert await prefixes.look([(so_far, False)]) == [Seen()], "nobody asked for values"
    looking = SandboxedPrefixes(ExecutorConfig(cpu_seconds=0.3), values=True)
    try:
        texts = [(so_far, False), (whole, True), (so_far.replace("- gave", "- gave * 3.5"), False), (LATER, False)]
        assert await looking.look([*texts, (so_far + "    left = 2\n", False)]) == [
            Seen(False, 1),
            Seen(False, 1),
            Seen(False, 1),
            Seen(),
            Seen(),
        ]
        two = so_far + "    owed = left * 2\n    name = '-3 apples'\n"
        assert await looking.look([(two, False)]) == [Seen(False, 2)]
    finally:
        looking.close()
