"""A teacher without a model: made-up programs of the paper's shape, for tests and benchmarks of everything else."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from zlib import crc32

from pad_ray.config import DummyConfig
from pad_ray.errors import EngineDied
from pad_ray.number import number
from pad_ray.records import Completion, Question
from pad_ray.teacher.engine import Draw, Prompt

LARGEST = 10**15
"""Beyond it a float does not hold an integer exactly, and an answer as long as that is given back as its text."""

CACHED_ANSWERS = 4096
"""Gold answers kept as read: the draws of a question come close together."""

CHARACTERS_PER_TOKEN = 3
"""About what the tokenizers of code models make of short programs."""

# Each shape comes to `value`, whatever integer that is, by other steps; `k` of 2 or more makes it distinct once more.
_SHAPES = (
    "def solution():\n    start = {low}\n    more = {k}\n    total = start + more\n    result = total",
    "def solution():\n    start = {high}\n    gone = {k}\n    left = start - gone\n    result = left",
    "def solution():\n    boxes = {share}\n    each = {k}\n    loose = {rest}\n    result = boxes * each + loose",
    "def solution():\n    price = {product}\n    people = {k}\n    share = price // people\n    result = share",
)
_TEXT = "def solution():\n    text = {text!r}\n    times = {k}\n    line = text * times\n    result = line[:{length}]"
_RAISES = (
    "def solution():\n    start = {k}\n    groups = 0\n    each = start // groups\n    result = each",
    "def solution():\n    start = {k}\n    more = 2\n    total = start + mroe\n    result = total",
    "def solution():\n    start = {k}\n    unit = 'km'\n    total = start + unit\n    result = total",
)
_LOOPS = "def solution():\n    start = {k}\n    while start > 0:\n        start += 1\n    result = start"
_END = "\n    return result\n"


class DummyEngine:
    """Writes programs that are right, wrong, raise or loop in the shares of the config, without reading the prompt.

    What it writes is a function of the question, the draw's seed and its index alone, on any machine.
    """

    name = "dummy"
    aborted_tokens = 0

    def __init__(self, config: DummyConfig) -> None:
        self._variants, self._seconds = config.variants, config.seconds
        self._right = config.right
        self._raises = self._right + config.raises
        self._loops = self._raises + config.loops
        self._closed = False

    async def draw(self, prompt: Prompt, draw: Draw) -> Completion | None:
        question = prompt.question
        bits = _mixed(crc32(question.question_id.encode("utf-8", "surrogatepass")), draw.seed, draw.index)
        if self._seconds:
            await asyncio.sleep(self._seconds * (0.5 + (bits >> 48) / 2**16))
        if self._closed:
            raise EngineDied("the dummy engine is closed")
        share, variant = (bits & 0xFFFFFFFF) / 2**32, (bits >> 32 & 0xFFFF) % self._variants
        if share < self._right:
            code = right_program(question, variant)
        elif share < self._raises:
            code = _RAISES[variant % len(_RAISES)].format(k=variant + 2) + _END
        elif share < self._loops:
            code = _LOOPS.format(k=variant + 2) + _END
        else:
            code = wrong_program(question, variant)
        return Completion(
            text=code,
            tokens=len(code) // CHARACTERS_PER_TOKEN,
            prompt_tokens=len(prompt.text) // CHARACTERS_PER_TOKEN,
        )

    async def close(self) -> None:
        self._closed = True


def right_program(question: Question, variant: int) -> str:
    """A program that gives the gold answer; two variants differ in their steps, not in their names."""
    value, divisor = _fraction(question.answer, question.answer_kind)
    if not divisor:
        return _text_program(question.answer, variant)
    return _number_program(value, divisor, variant)


def wrong_program(question: Question, variant: int) -> str:
    """A program that gives another answer, outside the tolerance of the answer contract."""
    value, divisor = _fraction(question.answer, question.answer_kind)
    if not divisor:
        return _text_program(question.answer + " not", variant)
    return _number_program(value + abs(value) + divisor, divisor, variant)


def _number_program(value: int, divisor: int, variant: int) -> str:
    k = variant + 2
    body = _SHAPES[variant % len(_SHAPES)].format(
        k=k, low=value - k, high=value + k, share=value // k, rest=value % k, product=value * k
    )
    return body + _END if divisor == 1 else f"{body}\n    return result / {divisor}\n"


def _text_program(text: str, variant: int) -> str:
    return _TEXT.format(text=text, k=variant + 2, length=len(text)) + _END


@lru_cache(CACHED_ANSWERS)
def _fraction(answer: str, kind: str) -> tuple[int, int]:
    """Numerator and denominator of a gold number; (0, 0) for what is given back as text."""
    value = number(answer) if kind == "number" else None
    if value is None or abs(value.numerator) >= LARGEST or value.denominator >= LARGEST:
        return 0, 0
    return value.numerator, value.denominator


def _mixed(question: int, seed: int, index: int) -> int:
    """64 even bits of three numbers (the finaliser of splitmix64; Steele, Lea and Flood, OOPSLA 2014)."""
    z = ((question << 32) + seed + index * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
    z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    z = ((z ^ z >> 27) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    return z ^ z >> 31
