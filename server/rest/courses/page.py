"""Where lists of courses go on: the parts of the last row's key, opaque to clients."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from protocol.errors import Code, Refused
from server.rest.call import Call
from server.rest.cursor import after, cursor

PAGE = 20
PAGE_OF_PEOPLE = 50
# After everything that will ever be.
LAST = datetime(9999, 1, 1, tzinfo=UTC)


def parts_after(call: Call, n: int) -> Sequence[str] | None:
    """The key's `n` parts; None: from the beginning. Raises Refused(BAD_FIELD)."""
    given = after(call)
    if not given:
        return None
    parts = given.split("\n")
    if len(parts) != n:
        raise _bad()
    return parts


def whole(part: str, most: int) -> int:
    if not (part.isascii() and part.isdigit() and len(part) <= 10 and int(part) <= most):
        raise _bad()
    return int(part)


def moment(part: str) -> datetime:
    try:
        found = datetime.fromisoformat(part)
    except ValueError:
        raise _bad() from None
    if found.tzinfo is None:
        raise _bad()
    return found


def next_after(*parts: str | int) -> str:
    return cursor("\n".join(str(part) for part in parts))


def _bad() -> Refused:
    return Refused(Code.BAD_FIELD, "after", data={"field": "after"})
