from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bench.mark import COMMAND_ID, count_marks, make_payload, read_stamps, stamped

STAMPS = (7, 8_000_000_000, 9_123_456_789_012_345_678)


def stream(n_bytes: int) -> bytes:
    return b"\x82\x7e" + b"\x00".join(stamped(make_payload(n_bytes), stamp, 0) for stamp in STAMPS) + b"end"


def chunks(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(cut % len(data) for cut in cuts)})
    return [data[start:end] for start, end in pairwise(edges)]


def test_a_payload_has_the_size_asked_for() -> None:
    assert len(make_payload(200)) == 200


def test_a_payload_too_short_for_its_stamp_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least 23 bytes"):
        make_payload(22)


def test_stamping_changes_no_length() -> None:
    template = COMMAND_ID + make_payload(30)
    assert stamped(template, 12, 345) == b"bench00000000345" + b"%bx%0000000000000000012" + b"." * 7


@given(some.lists(some.integers(min_value=0, max_value=300)))
def test_marks_are_counted_once_however_the_stream_is_cut(cuts: list[int]) -> None:
    n_marks, tail = 0, b""
    for chunk in chunks(stream(40), cuts):
        found, tail = count_marks(tail, chunk)
        n_marks += found
    assert n_marks == len(STAMPS)


@given(some.lists(some.integers(min_value=0, max_value=300)))
def test_stamps_are_read_once_however_the_stream_is_cut(cuts: list[int]) -> None:
    stamps: list[int] = []
    tail = b""
    for chunk in chunks(stream(23), cuts):
        found, tail = read_stamps(tail, chunk)
        stamps += found
    assert tuple(stamps) == STAMPS
