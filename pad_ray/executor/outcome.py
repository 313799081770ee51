"""What became of one program's process, and the judgement of it. Grading is outside the sandbox, on text."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pad_ray.executor import wire
from pad_ray.executor.grading import same_answer

if TYPE_CHECKING:
    from pad_ray.executor.slot import Reply
    from pad_ray.records import Question, Verdict

ANSWERED = "answered"
"""The one status of an outcome that is not a status of a verdict: it becomes `right` or `wrong`."""


ADDRESS = re.compile(r"0x[0-9a-f]+")
"""Of an object in its text (`<function solution at 0x7f3e82a57ce0>`): another in every process."""


def without_addresses(text: str) -> str:
    """The text as it is in every process."""
    return ADDRESS.sub("0x", text)


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
    unsafe: bool = False
    """Whether it ran without a seccomp filter, as `unsafe` allows."""
    lane: str = ""
    """`shared` or `solo`; empty for one that was not run."""
    trace: tuple[tuple[str, str], ...] = ()
    """Where asked for: variables and their values' `repr`, in the order of assignment, those of the top level first,
    then those of the function that was called last from there. Values are as they were at the end."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What every program of a sandbox runs under, as its outcome tells."""

    cpu_seconds: float
    wall_seconds: float
    isolation: str
    unsafe: bool


def verdict(outcome: Outcome, question: Question) -> Verdict:
    """The outcome judged against the question's gold answer.

    What is kept of it is the same whenever the program is run again: addresses of objects are left out.
    """
    from pad_ray.records import Status, Verdict

    if outcome.status == ANSWERED:
        right = same_answer(outcome.answer, question.answer, question.answer_kind)
        status = Status.RIGHT if right else Status.WRONG
    else:
        status = Status(outcome.status)
    return Verdict(
        status=status.value,
        answer=without_addresses(outcome.answer),
        error_type=outcome.error_type,
        error_message=without_addresses(outcome.error_message),
        error_line=outcome.error_line,
        cpu_ms=outcome.cpu_ms,
        wall_ms=outcome.wall_ms,
        isolation=outcome.isolation,
        unsafe=outcome.unsafe,
        lane=outcome.lane,
        trace=tuple((name, without_addresses(value)) for name, value in outcome.trace),
    )


def outcome_of(reply: Reply, terms: Terms) -> Outcome:
    """What a program that ran alone came to. Only for ends that the program brought about.

    Raises:
        ValueError: for an end that is a failure of the machinery.
    """
    if reply.done and reply.ended in (wire.END_EXITED, wire.END_SIGNALLED):
        outcome, end = read_record(reply.records, 0, terms, "solo")
        if end != len(reply.records):
            outcome = replace(
                outcome, status="no_answer", answer="", error_type="BadRecord", error_message="not one record"
            )
    else:
        status, kind, message = _unrecorded(reply, terms)
        outcome = Outcome(status, "", kind, message, isolation=terms.isolation, unsafe=terms.unsafe, lane="solo")
    return replace(outcome, cpu_ms=reply.cpu_ns / 1e6, wall_ms=reply.wall_ns / 1e6)


def read_record(records: bytes, start: int, terms: Terms, lane: str) -> tuple[Outcome, int]:
    """What the record says that begins at `start`, and where it ends; `no_answer` if the program broke its format."""
    try:
        status, line, cpu_ms, answer, kind, message, trace, end = wire.decode_record(records, start)
    except wire.BadRecord as error:
        return Outcome(
            "no_answer", "", "BadRecord", str(error), isolation=terms.isolation, unsafe=terms.unsafe, lane=lane
        ), len(records)
    outcome = Outcome(
        status,
        answer if status == ANSWERED else "",
        kind,
        message,
        line,
        cpu_ms,
        cpu_ms,
        terms.isolation,
        terms.unsafe,
        lane,
        _pairs(trace) if trace else (),
    )
    return outcome, end


def _pairs(trace: str) -> tuple[tuple[str, str], ...]:
    named = (line.partition("\t") for line in trace.split("\n"))
    return tuple((name, value) for name, _, value in named)


def _unrecorded(reply: Reply, terms: Terms) -> tuple[str, str, str]:
    """-> status, error type, error message."""
    if reply.ended == wire.END_CPU:
        return "timeout", "Timeout", f"more than {terms.cpu_seconds:g} s of CPU time"
    if reply.ended == wire.END_WALL:
        return "timeout", "Timeout", f"more than {terms.wall_seconds:g} s"
    if reply.ended == wire.END_EXITED:
        return "no_answer", "Exited", "the process ended without an answer"
    if reply.ended == wire.END_SIGNALLED:
        return "killed", _signal_name(reply.detail), "the process was ended by a signal"
    raise ValueError(f"end {reply.ended} is no outcome")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
