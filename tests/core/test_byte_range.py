"""The Range header."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.byte_range import ByteRange, parse_range


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-", 0, 100),
        ("bytes=10-19", 10, 20),
        ("bytes=90-1000", 90, 100),
        ("bytes=-1", 99, 100),
        ("bytes=-1000", 0, 100),
        (" bytes=5-5 ", 5, 6),
    ],
)
def test_one_range_of_a_hundred_bytes(header: str, start: int, end: int) -> None:
    assert parse_range(header, 100) == ByteRange(start=start, end=end)


@pytest.mark.parametrize(
    "header",
    [
        "bytes=100-",
        "bytes=5-1",
        "bytes=-0",
        "bytes=-",
        "bytes=--1",
        "bytes=0-,0-",
        "bytes=" + "0-," * 1_000,
        "bytes=a-b",
        "items=0-1",
        "",
        "bytes=0-" + "9" * 5_000,
        "bytes=٠-١",
    ],
)
def test_what_cannot_be_satisfied_is_none(header: str) -> None:
    assert parse_range(header, 100) is None


def test_an_empty_file_has_no_range() -> None:
    assert parse_range("bytes=0-", 0) is None
    assert parse_range("bytes=-5", 0) is None


@given(st.text(), st.integers(min_value=0, max_value=10**9))
def test_a_range_always_lies_inside_the_file(header: str, size: int) -> None:
    part = parse_range(f"bytes={header}", size)
    assert part is None or 0 <= part.start < part.end <= size
