"""Points in time: aware datetimes in UTC inside, whole milliseconds since 1970 on the wire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from protocol.ids import Millis

_START = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def millis(at: datetime) -> Millis:
    """Exact, rounded down: `timestamp()` would go through a float."""
    return Millis((at - _START) // _MILLISECOND)


def millis_or_none(at: datetime | None) -> Millis | None:
    return None if at is None else millis(at)


def instant(at: Millis) -> datetime:
    return _START + at * _MILLISECOND
