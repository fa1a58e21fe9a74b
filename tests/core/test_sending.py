"""How many one-time codes a number may be sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from protocol.errors import Code, Refused
from server.core.sending import check_sending

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def wait_ms(sent: list[datetime], now: datetime) -> int | None:
    with pytest.raises(Refused) as caught:
        check_sending(sent, now)
    assert caught.value.code is Code.SLOW_DOWN
    return caught.value.retry_after_ms


def test_whoever_asks_every_minute_gets_five_an_hour_and_ten_a_day() -> None:
    sent: list[int] = []
    for minute in range(25 * 60):
        try:
            check_sending([START + each * MINUTE for each in sent], START + minute * MINUTE)
        except Refused:
            continue
        sent.append(minute)
    assert sent[:11] == [0, 1, 2, 3, 4, 60, 61, 62, 63, 64, 24 * 60]


def test_the_wait_is_until_the_last_of_the_windows_has_room() -> None:
    assert wait_ms([START], START + 0.5 * MINUTE) == 30_000
    hour = [START + each * MINUTE for each in range(5)]
    assert wait_ms(hour, START + 10 * MINUTE) == 50 * 60_000
    assert wait_ms(list(reversed(hour)), START + 10 * MINUTE) == 50 * 60_000
    day = [START + each * 70 * MINUTE for each in range(10)]
    assert wait_ms(day, START + 12 * 60 * MINUTE) == 12 * 60 * 60_000


def test_nothing_sent_or_nothing_lately_is_no_reason_to_wait() -> None:
    check_sending([], START)
    check_sending([START - timedelta(days=2)] * 100, START)
    check_sending([START - MINUTE], START)
