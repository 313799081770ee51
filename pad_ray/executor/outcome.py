"""What became of one program's process, and the judgement of it. Grading is outside the sandbox, on text."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pad_ray.executor import wire
from pad_ray.executor.grading import same_answer

if TYPE_CHECKING:
    from pad_ray.executor.lane import Reply
    from pad_ray.records import Question, Verdict

ANSWERED = "answered"
"""The one status of an outcome that is not a status of a verdict: it becomes `right` or `wrong`."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one program's process did."""

    status: str
    """`answered`, `raised`, `syntax`, `no_answer`, `timeout`, `memory`, `output_limit` or `killed`."""
    answer: str = ""
    """The answer's text if it answered, cut at `wire.MAX_ANSWER_BYTES`."""
    error_type: str = ""
    error_message: str = ""
    error_line: int = 0
    """1-based line of the program at which the error was raised; 0 if none."""
    cpu_ms: float = 0.0
    wall_ms: float = 0.0
    isolation: str = ""
    """The level of isolation held while the program ran."""


def verdict(outcome: Outcome, question: Question) -> Verdict:
    """The outcome judged against the question's gold answer."""
    from pad_ray.records import Status, Verdict

    if outcome.status == ANSWERED:
        right = same_answer(outcome.answer, question.answer, question.answer_kind)
        status = Status.RIGHT if right else Status.WRONG
    else:
        status = Status(outcome.status)
    return Verdict(
        status=status.value,
        answer=outcome.answer,
        error_type=outcome.error_type,
        error_message=outcome.error_message,
        error_line=outcome.error_line,
        cpu_ms=outcome.cpu_ms,
        wall_ms=outcome.wall_ms,
        isolation=outcome.isolation,
    )


def outcome_of(reply: Reply, *, cpu_seconds: float, wall_seconds: float, isolation: str) -> Outcome:
    """The outcome that a zygote's reply amounts to. Only for ends that the program brought about.

    Raises:
        ValueError: for an end that is a failure of the machinery.
    """
    status, line, answer, kind, message = _read(reply, cpu_seconds, wall_seconds)
    return Outcome(
        status=status,
        answer=answer if status == ANSWERED else "",
        error_type=kind,
        error_message=message,
        error_line=line,
        cpu_ms=reply.cpu_ns / 1e6,
        wall_ms=reply.wall_ns / 1e6,
        isolation=isolation,
    )


def _read(reply: Reply, cpu_seconds: float, wall_seconds: float) -> tuple[str, int, str, str, str]:
    if reply.ended == wire.END_RECORD:
        try:
            return wire.decode_record(reply.record)
        except wire.BadRecord as error:
            return "no_answer", 0, "", "BadRecord", str(error)
    if reply.ended == wire.END_CPU:
        return "timeout", 0, "", "Timeout", f"more than {cpu_seconds:g} s of CPU time"
    if reply.ended == wire.END_WALL:
        return "timeout", 0, "", "Timeout", f"more than {wall_seconds:g} s"
    if reply.ended == wire.END_GARBAGE:
        return "no_answer", 0, "", "BadRecord", "what it wrote in place of a record breaks the format"
    if reply.ended == wire.END_EXITED:
        return "no_answer", 0, "", "Exited", "the process ended without an answer"
    if reply.ended == wire.END_SIGNALLED:
        return "killed", 0, "", _signal_name(reply.detail), "the process was ended by a signal"
    raise ValueError(f"end {reply.ended} is no outcome")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
