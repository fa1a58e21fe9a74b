"""How many one-time codes an address may be sent: 1 a minute, 5 an hour, 10 a day, for all purposes together. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from protocol.errors import Code, Refused

LIMITS = ((1, timedelta(minutes=1)), (5, timedelta(hours=1)), (10, timedelta(days=1)))
LONGEST = max(window for _, window in LIMITS)


def check_sending(sent: Sequence[datetime], now: datetime) -> None:
    """`sent`: when codes were sent there within the last day, in any order.

    Raises Refused(SLOW_DOWN) with the time until one more is allowed.
    """
    wait = timedelta(0)
    for most, window in LIMITS:
        inside = sorted(at for at in sent if at > now - window)
        if len(inside) >= most:
            wait = max(wait, inside[-most] + window - now)
    if wait > timedelta(0):
        raise Refused(Code.SLOW_DOWN, "codes to this address", retry_after_ms=-(-wait // timedelta(milliseconds=1)))
