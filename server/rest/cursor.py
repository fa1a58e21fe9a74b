"""Where a list goes on: the key of the last row, opaque to clients."""

from __future__ import annotations

import base64
import binascii

from protocol.errors import Code, Refused
from server.rest.call import Call

PAGE = 50
LONGEST = 400


def after(call: Call) -> str:
    """The key from the query's `after`; empty: from the beginning. Raises Refused(BAD_FIELD)."""
    given = call.query.get("after", "")
    try:
        if len(given) > LONGEST or not given.isascii():
            raise ValueError
        found = base64.b64decode(given + "=" * (-len(given) % 4), altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error):
        raise Refused(Code.BAD_FIELD, "after", data={"field": "after"}) from None
    if "\0" in found:
        raise Refused(Code.BAD_FIELD, "after", data={"field": "after"})
    return found


def after_number(call: Call, default: int) -> int:
    """The same, where the key is a whole number."""
    found = after(call)
    if not found:
        return default
    if not (found.isascii() and found.isdigit() and len(found) <= 18):
        raise Refused(Code.BAD_FIELD, "after", data={"field": "after"})
    return int(found)


def cursor(key: str | int) -> str:
    return base64.urlsafe_b64encode(str(key).encode()).decode().rstrip("=")
