"""Records: what is written is read, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pad_ray.executor import wire

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(st.sampled_from(wire.STATUSES), st.integers(), ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_records_round_trip_within_their_caps(status: str, line: int, answer: str, kind: str, message: str) -> None:
    record = wire.encode_record(status, line, answer, kind, message)
    assert len(record) <= wire.MAX_RECORD_BYTES
    read = wire.decode_record(record)
    assert read[-1] == len(record)
    assert read[0] == status
    assert read[1] in (line, 0)
    assert answer.encode("utf-8", "backslashreplace").decode().startswith(read[3])


@given(st.binary(max_size=200))
def test_any_bytes_are_a_record_or_refused(data: bytes) -> None:
    try:
        end = wire.decode_record(data)[-1]
    except wire.BadRecord:
        return
    assert end <= len(data)


@pytest.mark.parametrize("cut", [1, 5, wire.RECORD.size])
def test_a_record_cut_short_is_refused(cut: int) -> None:
    record = wire.encode_record("answered", 0, "42")
    with pytest.raises(wire.BadRecord):
        wire.decode_record(record[:-cut])


def test_records_that_follow_one_another_are_read_one_by_one() -> None:
    records = wire.encode_record("answered", 0, "42") + wire.encode_record("raised", 3, "", "KeyError", "'x'")
    *first, end = wire.decode_record(records)
    assert first == ["answered", 0, 0.0, "42", "", "", ""]
    assert wire.decode_record(records, end) == ("raised", 3, 0.0, "", "KeyError", "'x'", "", len(records))


def test_sizes_over_their_caps_are_refused_before_anything_is_read() -> None:
    with pytest.raises(wire.BadRecord):
        wire.decode_record(wire.RECORD.pack(0, 0, 0, 2**31, 0, 0, 0))
    with pytest.raises(wire.BadRecord):
        wire.decode_record(wire.RECORD.pack(99, 0, 0, 0, 0, 0, 0))
