"""The bytes that pass between driver, zygote and child. Loaded by all three, so standard library only.

    driver --request, sources--> (zygote, child)      the zygote reads the request, its child the sources
    child --PROGRESS, DONE, records--> mapping        memory that a zygote and its one child share
    zygote --reply, records--> driver

A record comes from a process that ran an untrusted program: it may be forged, cut short or too long. Its header states
the sizes of its parts, every size has a cap, and only the driver looks inside.
"""

from __future__ import annotations

import struct

REQUEST = struct.Struct("<?dII")
"""Shared or solo, CPU seconds for each program, programs, bytes of sources that follow (each after its own `SIZE`)."""

SIZE = struct.Struct("<I")
"""Bytes of what follows: the greeting's JSON, or one source."""

REPLY = struct.Struct("<BiIIQQI")
"""End, detail (exit code, signal or errno), programs done, programs begun, CPU ns, wall ns, bytes of records."""

PROGRESS = struct.Struct("<IQ")
"""Programs begun, CPU ns of the child when it began the last of them."""

DONE = struct.Struct("<II")
"""Programs whose records are complete, bytes of these records."""

PROGRESS_AT, DONE_AT, RECORDS_AT = 0, 16, 24
"""Places in the mapping."""

MAPPING_BYTES = 1 << 20
"""Holds the longest possible records of 75 programs, or the usual ones of thousands; a child that has filled it ends,
and what it did not come to is sent again."""

SOLO_BYTES = 1 << 16
"""What a program that runs alone keeps of it: one record, in whole pages whatever the page (4 to 64 KiB)."""

KEPT_AT, KEPT_BYTES = SOLO_BYTES, 1 << 16
"""Where in the mapping the zygote keeps replies back, and how much of them: of a few programs that ran alone."""

RECORD = struct.Struct("<BIIIIII")
"""Status, error line, CPU microseconds, bytes of answer, error type, error message and trace, which follow."""

CPU_US, CPU_US_AT = struct.Struct("<I"), 5
"""The CPU time within a record: known only once the record is made."""

HARD_WALL_FACTOR = 6
"""Times the wall limit, after which a program is ended even if it still gets on: the promise of bounded time."""

END_EXITED, END_SIGNALLED, END_CPU, END_WALL, END_UNREADY, END_NO_FORK = range(6)
"""How a child ended: by itself; by a signal; by our deadlines; before it was confined; not at all, for there was none.
The last two are failures of the machinery, after which the zygote leaves."""

STATUSES = (
    "answered", "raised", "syntax", "no_answer", "memory", "output_limit", "not_admitted", "scientific", "undecided",
)  # fmt: skip
"""What a record can say; `timeout` and `killed` are said by the parents alone. The last three are no outcomes but send
a program elsewhere: it may not share a process; it imports what only the scientific zygote has loaded; what happened
may be another's doing (memory, recursion, too much output), so it is run again alone."""

MAX_ANSWER_BYTES = 4096
"""An answer is a number or a few words; what is cut off could not be right."""

MAX_ERROR_TYPE_BYTES = 128
"""Class names are shorter."""

MAX_ERROR_MESSAGE_BYTES = 1024
"""Enough for feedback to the student, whose input is a few hundred tokens."""

MAX_TRACE_BYTES = 8192
"""Enough for 64 variables of a program that solves a word problem."""

CAPS = (MAX_ANSWER_BYTES, MAX_ERROR_TYPE_BYTES, MAX_ERROR_MESSAGE_BYTES, MAX_TRACE_BYTES)

MAX_RECORD_BYTES = RECORD.size + sum(CAPS)

MAX_LINE = 2**31 - 1
"""Lines are 32-bit integers in the shards."""


class BadRecord(ValueError):
    """The record breaks the format: the program wrote it, or wrote into it."""


def encode_record(
    status: str,
    line: int = 0,
    answer: str = "",
    error_type: str = "",
    message: str = "",
    trace: str = "",
    cpu_us: int = 0,
) -> bytes:
    """One record; parts over their caps are cut, characters that UTF-8 lacks are escaped. A trace is whole or
    absent."""
    answer = str.__getitem__(answer, slice(MAX_ANSWER_BYTES))  # plain text, whatever class the program gave it
    if status == "answered" and not trace and answer.isascii():  # the usual one
        return RECORD.pack(0, 0, cpu_us, len(answer), 0, 0, 0) + answer.encode()
    line = line if 0 <= line <= MAX_LINE else 0
    parts = (
        _cut(answer, MAX_ANSWER_BYTES),
        _cut(error_type, MAX_ERROR_TYPE_BYTES),
        _cut(message, MAX_ERROR_MESSAGE_BYTES),
        _cut(trace, MAX_TRACE_BYTES),
    )
    return RECORD.pack(STATUSES.index(status), line, min(cpu_us, 2**32 - 1), *map(len, parts)) + b"".join(parts)


def decode_record(records: bytes, start: int = 0) -> tuple[str, int, float, str, str, str, str, int]:
    """-> status, error line, CPU ms, answer, error type, error message, trace, and where the record ends.

    Raises:
        BadRecord: if no whole record of UTF-8 text begins at `start`.
    """
    begin = start + RECORD.size
    if len(records) < begin:
        raise BadRecord("not one record")
    status, line, cpu_us, answer, kind, message, trace = RECORD.unpack_from(records, start)
    if status >= len(STATUSES) or line > MAX_LINE:
        raise BadRecord("unknown status or impossible line")
    if answer > CAPS[0] or kind > CAPS[1] or message > CAPS[2] or trace > CAPS[3]:
        raise BadRecord("a part is longer than its cap")
    end_answer = begin + answer
    end = end_answer + kind + message + trace
    if len(records) < end:
        raise BadRecord("not one record")
    try:
        text = str(records[begin:end_answer], "utf-8")
        if end == end_answer:
            return STATUSES[status], line, cpu_us / 1000, text, "", "", "", end
        end_kind = end_answer + kind
        end_message = end_kind + message
        rest = records[end_answer:end_kind], records[end_kind:end_message], records[end_message:end]
        return STATUSES[status], line, cpu_us / 1000, text, *(str(part, "utf-8") for part in rest), end
    except UnicodeDecodeError:
        raise BadRecord("not UTF-8") from None


def encode_sources(sources: list[bytes]) -> bytes:
    """What follows a request."""
    return b"".join(part for source in sources for part in (SIZE.pack(len(source)), source))


def decode_sources(body: bytes) -> list[bytes]:
    """`encode_sources`, undone; the driver wrote it, so nothing is checked."""
    sources, start = [], 0
    while start < len(body):
        (size,) = SIZE.unpack_from(body, start)
        start += SIZE.size
        sources.append(body[start : start + size])
        start += size
    return sources


def _cut(text: str, most: int) -> bytes:
    whole = str.__getitem__(text, slice(most)).encode("utf-8", "backslashreplace")
    return whole if len(whole) <= most else whole[:most].decode("utf-8", "ignore").encode("utf-8")
