"""Study time cannot be inflated: it is the length of a union, judged by the server's clock (R56)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.study_time import (
    LONGEST_SPAN,
    OLDEST_OFFLINE,
    ON_THE_WAY,
    Span,
    admit,
    clock_error,
    uncovered,
    union_length,
)

NOW = datetime(2030, 3, 1, 9, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=365)
NONE = timedelta(0)


def seconds(n: float) -> timedelta:
    return timedelta(seconds=n)


def span(start_s: float, end_s: float) -> Span:
    """In seconds before or after NOW."""
    return Span(starts_at=NOW + seconds(start_s), ends_at=NOW + seconds(end_s))


spans = st.tuples(st.integers(-600, 600), st.integers(1, 90)).map(lambda each: span(each[0], each[0] + each[1]))


def counted(claims: list[Span]) -> timedelta:
    """As the store does it: one after the other, each for what nothing kept covers."""
    kept: list[Span] = []
    total = NONE
    for each in claims:
        admitted = admit(each, NONE, LONG_AGO, NOW)
        if admitted is not None:
            total += uncovered(admitted, kept)
            kept.append(admitted)
    return total


def by_second(claims: list[Span]) -> int:
    """The same, counted on fingers: how many whole seconds any admitted span holds."""
    held: set[int] = set()
    for each in claims:
        admitted = admit(each, NONE, LONG_AGO, NOW)
        if admitted is not None:
            start = round((admitted.starts_at - NOW).total_seconds())
            held.update(range(start, round((admitted.ends_at - NOW).total_seconds())))
    return len(held)


@given(st.lists(spans, max_size=30))
def test_what_is_counted_is_the_length_of_the_union(claims: list[Span]) -> None:
    assert counted(claims) == seconds(by_second(claims))


@given(st.lists(spans, max_size=12), st.randoms())
def test_the_order_of_arrival_changes_nothing(claims: list[Span], random: Random) -> None:
    shuffled = list(claims)
    random.shuffle(shuffled)
    assert counted(shuffled) == counted(claims)


@given(st.lists(spans, max_size=15))
def test_sending_everything_twice_or_from_two_devices_adds_nothing(claims: list[Span]) -> None:
    assert counted(claims + claims) == counted(claims)


@given(st.lists(spans, min_size=1, max_size=40))
def test_nobody_studies_faster_than_time_passes(claims: list[Span]) -> None:
    first = min(each.starts_at for each in claims)
    assert counted(claims) <= max(NOW - first, NONE)


@given(st.lists(spans, max_size=15))
def test_the_length_of_a_union_is_never_more_than_the_sum_and_never_less_than_the_longest(claims: list[Span]) -> None:
    lengths = [each.length for each in claims]
    assert max(lengths, default=NONE) <= union_length(claims) <= sum(lengths, NONE)


@pytest.mark.parametrize(
    ("kept", "free_s"),
    [
        ([], 30),
        ([(-30, 0)], 0),
        ([(-60, 60)], 0),
        ([(-20, -10)], 20),
        ([(-40, -20), (-10, 10)], 10),
        ([(-25, -20), (-22, -5)], 10),
        ([(5, 10), (-90, -30)], 30),
    ],
)
def test_only_what_no_other_span_covers_counts(kept: list[tuple[int, int]], free_s: int) -> None:
    assert uncovered(span(-30, 0), [span(*each) for each in kept]) == seconds(free_s)


def test_time_to_come_does_not_count() -> None:
    assert admit(span(-5, 10), NONE, LONG_AGO, NOW) == span(-5, 0)
    assert admit(span(1, 10), NONE, LONG_AGO, NOW) is None


def test_a_span_without_length_or_backwards_is_none() -> None:
    assert admit(span(-5, -5), NONE, LONG_AGO, NOW) is None
    assert admit(span(-5, -10), NONE, LONG_AGO, NOW) is None


def test_one_beat_vouches_for_a_minute_at_most_so_that_an_idle_tab_counts_nothing() -> None:
    assert admit(span(-7_200, -10), NONE, LONG_AGO, NOW) == Span(
        starts_at=NOW - seconds(10) - LONGEST_SPAN, ends_at=NOW - seconds(10)
    )


def test_nothing_counts_before_the_enrollment() -> None:
    assert admit(span(-40, -10), NONE, NOW - seconds(20), NOW) == span(-20, -10)
    assert admit(span(-40, -30), NONE, NOW - seconds(20), NOW) is None


def test_nothing_older_than_the_cache_allows_counts() -> None:
    old = -OLDEST_OFFLINE.total_seconds()
    assert admit(span(old + 60, old + 75), NONE, LONG_AGO, NOW) == span(old + 60, old + 75)
    assert admit(span(old - 60, old - 45), NONE, LONG_AGO, NOW) is None


@pytest.mark.parametrize(("ahead_s", "error_s"), [(0, 0), (-1, 0), (-60, 0), (-61, 61), (5, -5), (86_400, -86_400)])
def test_a_clock_that_is_wrong_is_put_right_but_not_by_the_time_on_the_way(ahead_s: float, error_s: float) -> None:
    assert seconds(60) == ON_THE_WAY
    assert clock_error(NOW + seconds(ahead_s), NOW) == seconds(error_s)


@given(st.integers(-400 * 86_400, 400 * 86_400))
def test_a_phone_that_is_days_off_counts_the_same(off_s: int) -> None:
    if -60 <= off_s <= 0:
        return
    off = seconds(off_s)
    claimed = Span(starts_at=NOW - seconds(15) + off, ends_at=NOW + off)
    assert admit(claimed, clock_error(NOW + off, NOW), LONG_AGO, NOW) == span(-15, 0)
