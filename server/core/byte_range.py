"""The Range header (RFC 9110, 14.2), as far as one range goes. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Eighteen digits are more than any file has, and fewer than any integer's limit.
_ONE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteRange:
    """`start` up to but not with `end`."""

    start: int
    end: int


def parse_range(header: str, size: int) -> ByteRange | None:
    """The range asked for of a file of `size` bytes; None where it cannot be satisfied (416).

    Several ranges are refused as well: nobody needs them here, and thousands of them are an old trick.
    """
    found = _ONE.fullmatch(header.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        length = min(int(last), size)
        return ByteRange(start=size - length, end=size) if length else None
    start = int(first)
    end = min(int(last) + 1, size) if last else size
    return ByteRange(start=start, end=end) if start < end else None
