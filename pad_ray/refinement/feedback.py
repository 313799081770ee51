"""What a model is told about a program that failed: the same words in training and at inference.

As in the paper: the interpreter's message, or that time ran out, or what was answered (PaD, released code). To an
answer are added the values that the steps came to, for of nine failures in ten the interpreter says nothing, and what
a reader would see at a glance: which numbers of the question the program leaves out, and which it has from elsewhere.
"""

from __future__ import annotations

from pad_ray.records import Status, Verdict
from pad_ray.refinement.numbers import not_given, not_read

VERSION = "feedback-v3"
"""Of the words below: other words are another version. v1 had no values, v2 no numbers."""

LONGEST_MESSAGE = 160
"""Characters of an error message that are quoted; the student reads 256 tokens in all."""

LONGEST_TRACE = 320
"""Characters of the steps' values: some twenty steps. Of more the last are told, which the answer was made of."""


MOST_NUMBERS = 6
"""Of each kind that are told."""


def feedback(verdict: Verdict, question: str, code: str) -> str:
    """One line on the verdict of a program."""
    match Status(verdict.status):
        case Status.RAISED | Status.SYNTAX:
            message = " ".join(verdict.error_message.split())[:LONGEST_MESSAGE]
            return f"Error: {verdict.error_type}: {message} (line {verdict.error_line})"
        case Status.TIMEOUT:
            return "Time out"
        case Status.MEMORY:
            return "Error: MemoryError"
        case Status.OUTPUT_LIMIT:
            return "Error: too much output"
        case Status.WRONG | Status.RIGHT:
            output = " ".join(verdict.answer.split())[:LONGEST_MESSAGE]
            return f"Output: {output}{_values(verdict)}{_numbers(question, code)}"
        case Status.NO_ANSWER | Status.KILLED:
            return "Output: none"


def _values(verdict: Verdict) -> str:
    """` (apples = 3, eaten = 1)`, or nothing where no values are known."""
    told = [f"{name} = {' '.join(value.split())}" for name, value in verdict.trace]
    size = 0
    for first in range(len(told) - 1, -1, -1):
        size += len(told[first]) + len(", ")
        if size > LONGEST_TRACE:
            told = ["...", *told[first + 1 :]]
            break
    return f" ({', '.join(told)})" if told else ""


def _numbers(question: str, code: str) -> str:
    """`; not read: 193; not given: 16.25`, or nothing where the program has the question's numbers and no others."""
    kinds = {"not read": not_read(question, code), "not given": not_given(question, code)}
    return "".join(f"; {kind}: {', '.join(numbers[:MOST_NUMBERS])}" for kind, numbers in kinds.items() if numbers)
