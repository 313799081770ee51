"""GSM8K (Cobbe et al. 2021, arXiv 2110.14168): grade-school problems with worked answers.

The worked answers carry calculator annotations, `48/2 = <<48/2=24>>24 clips in May`. Read in order they are the steps
of a reference program; the words around them name its variables.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from pad_ray.number import number
from pad_ray.questions.arithmetic import NotArithmeticError, Number, close, evaluate, parse, value_of
from pad_ray.questions.naming import name_near
from pad_ray.questions.references import Step, reference
from pad_ray.questions.rows import Mapper, RowError, number_text, text_of
from pad_ray.records import Question

MARK = "####"
"""What stands before the gold answer."""
MAX_TOKENS = 60
"""Numbers and operators looked back over for an expression: bounds the work on an endless line."""
LOOSE = 0.005
"""Relative difference at which `17 / 3 = 5.67` in the text is still one equation, rounded."""

_ANNOTATION = re.compile(r"<<([^<>]*)>>")
_STATED = re.compile(
    r"\s*\$?\s*(-?\d[\d,]*(?:\.\d+)?|-?\.\d+)(?:\s+(\d+/\d+))?\s*(%?)(?!\s*[-+*/(^\u00d7\u00f7]|\s+x\s+\d)"
)
_SPOKEN = [
    (re.compile(rf"(?<=\d)\s+(?:{words})\s+(?=[$.\d])", re.IGNORECASE), f" {sign} ")
    for words, sign in (
        ("plus", "+"),
        ("minus", "-"),
        ("times|multiplied by", "*"),
        ("divided by", "/"),
        ("equals|is equal to", "="),
    )
]
"""`200 minus 174 equals 26`."""
_TOKEN = re.compile(
    r"(?P<unknown>\d[a-fnp-zA-FNP-Z]\b)|(?P<number>\d+\s+\d+/\d+|\d[\d,]*(?:\.\d+)?%?|\.\d+%?)|"
    r"(?P<operator>[-+*/()\u00d7\u00f7\u2212\u2013]|\bx\b|\bX\b)|(?P<word>[^\W\d_]+)|"
    r"(?P<end>[.,;:!?](?=\s|$)|[=\n\"])|(?P<other>\S)"
)
"""`unknown` is algebra (`3x`), at which an expression cannot be read; letters that are units (`100g`) are words."""


def names(split: str) -> list[str]:
    """Where the file may be below a folder."""
    return [f"{split}.jsonl", f"gsm8k/{split}.jsonl"]


def mapper(split: str) -> Mapper:
    """The mapping of a split's rows: `question`, `answer`."""

    def to_question(raw: Mapping[str, Any], position: int) -> Question:
        text, worked = text_of(raw, "question"), text_of(raw, "answer")
        gold = gold_of(worked)
        return Question(
            question_id=f"gsm8k/{split}/{position}",
            text=text,
            answer=gold,
            reference=reference_of(text, worked, gold),
            rationale=rationale_of(worked, gold),
            steps=len(_ANNOTATION.findall(worked)),
        )

    return to_question


def gold_of(worked: str) -> str:
    """The number after `####`, thousands commas removed.

    Raises:
        RowError: if there is none.
    """
    _, mark, gold = worked.rpartition(MARK)
    if not mark or number(gold) is None:
        raise RowError(f"'answer' ends without a number after {MARK}; `{MARK} 72` is wanted as its last line")
    return number_text(gold)


def rationale_of(worked: str, gold: str) -> str:
    """The worked answer in words, without annotations, ending in `The answer is N.`"""
    words = _ANNOTATION.sub("", worked.rpartition(MARK)[0])
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    return "\n".join([*lines, f"The answer is {gold}."])


def reference_of(question: str, worked: str, gold: str) -> str:
    """A program that follows the worked answer to gold; empty if no reading of it gives gold.

    First the annotations, and the plain equations of lines that have none; then the annotations alone; then the plain
    equations alone.
    """
    body = worked.rpartition(MARK)[0]
    readings: tuple[Callable[[], list[Step]], ...] = (
        lambda: [step for line in body.splitlines() for step in list(annotated_steps(line)) or plain_steps(line)],
        lambda: [step for line in body.splitlines() for step in annotated_steps(line)],
        lambda: [step for line in body.splitlines() for step in plain_steps(_ANNOTATION.sub("", line))],
    )
    for reading in readings:
        program = reference(question, reading(), gold)
        if program:
            return program
    return ""


def annotated_steps(line: str) -> Iterator[Step]:
    """The steps that the annotations of a line state; an annotation that is no arithmetic is none."""
    previous = 0
    for match in _ANNOTATION.finditer(line):
        expression, _, stated = match[1].partition("=")
        before, after = line[previous : match.start()], line[match.end() :]
        previous = match.end()
        value = value_of(stated.rpartition("=")[2])
        written = _STATED.match(after)
        percent = bool(written and written[3])
        unit = "dollars" if before.rstrip().endswith("$") else "percent" if percent else ""
        after = after[written.end() :] if written else after
        try:
            yield Step(parse(expression), value, name_near(before, _ANNOTATION.split(after)[0], unit), percent)
        except NotArithmeticError:
            continue


def plain_steps(line: str) -> Iterator[Step]:
    """The equations that a line writes without annotations: `Female: 44(.50)=22`, `5 hours x 3 dollars = $15`.

    Units between the numbers are passed over. An equation counts only if it holds, so a misread one is left out.
    """
    for word, sign in _SPOKEN:
        line = word.sub(sign, line)
    sides = line.split("=")
    for left, right in pairwise([*sides, ""] if len(sides) > 1 else sides):
        stated = _STATED.match(right)
        value = _stated_value(stated)
        expression = _trailing_expression(left, value)
        if expression is None:
            continue
        percent = bool(stated and stated[3])
        unit = "dollars" if stated and "$" in stated[0] else "percent" if percent else ""
        after = right[stated.end() :] if stated else ""
        yield Step(expression, value, name_near(left, after, unit), percent)


def _stated_value(stated: re.Match[str] | None) -> Number | None:
    if stated is None:
        return None
    return value_of(f"{stated[1]} {stated[2]}" if stated[2] else stated[1] + stated[3])


def _trailing_expression(text: str, value: Number | None) -> ast.expr | None:
    """The longest arithmetic at the end of the text that has the value (any, if the text states none).

    Words are passed over, and an operator between two words (`dollars/hour`) with them.
    """
    tokens: list[str] = []
    found = list(_TOKEN.finditer(text))
    kinds = ["", *(match.lastgroup for match in found), ""]
    for match, before, kind, after in zip(found, kinds, kinds[1:], kinds[2:], strict=False):
        if kind in ("end", "other", "unknown") and match[0] != "$":
            tokens = []
        elif kind == "number" or (kind == "operator" and not before == after == "word"):
            tokens.append(match[0])
    for start in range(max(0, len(tokens) - MAX_TOKENS), len(tokens)):
        try:
            expression = parse(" ".join(tokens[start:]))
            if not isinstance(expression, ast.BinOp):
                continue
            result = evaluate(expression)
        except NotArithmeticError:
            continue
        if value is None or close(result, value) or abs(result - value) <= LOOSE * abs(value):
            return expression
    return None
