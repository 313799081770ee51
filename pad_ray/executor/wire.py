"""The bytes that pass between driver, zygote and child. Loaded by all three, so standard library only.

    driver --request--> zygote --fork--> child --READY, record--> zygote --reply--> driver

A record comes from a process that ran an untrusted program: it may be forged, cut short or too long. Its header states
the sizes of its parts, every size has a cap, and only the driver looks inside.
"""

from __future__ import annotations

import struct

REQUEST = struct.Struct("<I")
"""Bytes of source that follow."""

HELLO = struct.Struct("<I")
"""Bytes of JSON that follow: what the start-up probe found."""

REPLY = struct.Struct("<BiQQI")
"""End, detail (exit code, signal or errno), CPU ns, wall ns, bytes of record that follow."""

RECORD = struct.Struct("<BIIII")
"""Status, error line, bytes of answer, error type and error message, which follow."""

READY = b"R"
"""First byte a child sends: it is confined and about to run the program. A child that dies earlier is our failure."""

HARD_WALL_FACTOR = 6
"""Times the wall limit, after which a program is ended even if it still gets on: the promise of bounded time."""

END_RECORD, END_EXITED, END_SIGNALLED, END_CPU, END_WALL, END_GARBAGE, END_UNREADY, END_NO_FORK = range(8)
"""How a child ended: complete record; exit or signal without one; our deadlines; a record that breaks the format, or a
pipe closed without one by a child that lives on; a child that could not be confined; no child at all. The last two are
failures of the machinery."""

STATUSES = ("answered", "raised", "syntax", "no_answer", "memory", "output_limit")
"""What a record can say; `timeout` and `killed` are said by the parents alone."""

MAX_ANSWER_BYTES = 4096
"""An answer is a number or a few words; what is cut off could not be right."""

MAX_ERROR_TYPE_BYTES = 128
"""Class names are shorter."""

MAX_ERROR_MESSAGE_BYTES = 1024
"""Enough for feedback to the student, whose input is a few hundred tokens."""

MAX_RECORD_BYTES = RECORD.size + MAX_ANSWER_BYTES + MAX_ERROR_TYPE_BYTES + MAX_ERROR_MESSAGE_BYTES
"""Below the 64 KiB of a pipe, so that writing an honest record never blocks."""

MAX_LINE = 2**31 - 1
"""Lines are 32-bit integers in the shards."""


class BadRecord(ValueError):
    """The record breaks the format: the program wrote it, or wrote into it."""


def encode_record(status: str, line: int = 0, answer: str = "", error_type: str = "", message: str = "") -> bytes:
    """One record; parts over their caps are cut, characters that UTF-8 lacks are escaped."""
    parts = [
        _cut(answer, MAX_ANSWER_BYTES),
        _cut(error_type, MAX_ERROR_TYPE_BYTES),
        _cut(message, MAX_ERROR_MESSAGE_BYTES),
    ]
    line = line if 0 <= line <= MAX_LINE else 0
    return RECORD.pack(STATUSES.index(status), line, *map(len, parts)) + b"".join(parts)


def record_size(received: bytes | bytearray) -> int | None:
    """Bytes of the whole record that begins with `received`, or None while the header is incomplete.

    Raises:
        BadRecord: for a header that no honest child writes.
    """
    if len(received) < RECORD.size:
        return None
    status, line, answer, error_type, message = RECORD.unpack_from(received)
    if status >= len(STATUSES) or line > MAX_LINE:
        raise BadRecord("unknown status or impossible line")
    if answer > MAX_ANSWER_BYTES or error_type > MAX_ERROR_TYPE_BYTES or message > MAX_ERROR_MESSAGE_BYTES:
        raise BadRecord("a part is longer than its cap")
    return int(RECORD.size + answer + error_type + message)


def decode_record(record: bytes) -> tuple[str, int, str, str, str]:
    """-> status, error line, answer, error type, error message.

    Raises:
        BadRecord: for bytes that are not exactly one record of UTF-8 text.
    """
    if record_size(record) != len(record):
        raise BadRecord("not one record")
    status, line, *sizes = RECORD.unpack_from(record)
    texts, start = [], RECORD.size
    for size in sizes:
        try:
            texts.append(record[start : start + size].decode("utf-8"))
        except UnicodeDecodeError:
            raise BadRecord("not UTF-8") from None
        start += size
    return STATUSES[status], line, texts[0], texts[1], texts[2]


def _cut(text: str, most: int) -> bytes:
    whole = text[:most].encode("utf-8", "backslashreplace")
    return whole if len(whole) <= most else whole[:most].decode("utf-8", "ignore").encode("utf-8")
