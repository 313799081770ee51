"""What a model is told about a program that failed: the same words in training and at inference.

As in the paper: the interpreter's message, or that time ran out, or what was answered (PaD, released code).
"""

from __future__ import annotations

from pad_ray.records import Status, Verdict

LONGEST_MESSAGE = 160
"""Characters of an error message that are quoted; the student reads 256 tokens in all."""


def feedback(verdict: Verdict) -> str:
    """One line on the verdict of a program that is not right."""
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
            return f"Output: {' '.join(verdict.answer.split())[:LONGEST_MESSAGE]}"
        case Status.NO_ANSWER | Status.KILLED:
            return "Output: none"
