"""Times on the wire are whole milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from protocol.ids import Millis
from server.core.moment import instant, millis


@given(st.integers(min_value=0, max_value=4_102_444_800_000))
def test_every_millisecond_survives_the_way_there_and_back(at: int) -> None:
    assert millis(instant(Millis(at))) == at


def test_a_part_of_a_millisecond_is_dropped() -> None:
    at = datetime(2026, 3, 2, 8, 0, 0, 123_999, tzinfo=UTC)
    assert millis(at) == 1_772_438_400_123
    assert instant(millis(at)) == at - timedelta(microseconds=999)
