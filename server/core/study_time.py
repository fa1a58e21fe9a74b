"""How long somebody studied: the length of the union of the spans of one account. Whatever is claimed twice, by two
devices, by an upload that comes again or by a forger, counts once, and never more than the time that passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# A player tells every 15 s. One beat vouches for at most a minute before its end: a timer that slept in an idle tab, or
# a device that was shut, comes back with one long span, of which nobody knows what was done in it.
LONGEST_SPAN = timedelta(seconds=60)
# As long as the cache keeps courseware without having been online.
OLDEST_OFFLINE = timedelta(days=30)
# An upload may have been on its way this long without its clock being wrong.
ON_THE_WAY = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `starts_at` up to but not with `ends_at`."""

    starts_at: datetime
    ends_at: datetime

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at


def clock_error(sent_at: datetime, now: datetime) -> timedelta:
    """What to add to the times of an upload, whose clock said `sent_at` when it left. A clock that is ahead is put
    right by all of it; one that is behind only beyond what the way may have taken."""
    behind = now - sent_at
    return timedelta(0) if timedelta(0) <= behind <= ON_THE_WAY else behind


def admit(claimed: Span, error: timedelta, earliest: datetime, now: datetime) -> Span | None:
    """What of a claimed span may count at all: not in the future, not before `earliest` (the enrollment) or what a
    cache allows, and no more than a beat vouches for. None: nothing."""
    if claimed.ends_at <= claimed.starts_at:
        return None
    ends_at = min(claimed.ends_at + error, now)
    starts_at = max(claimed.starts_at + error, ends_at - LONGEST_SPAN, earliest, now - OLDEST_OFFLINE)
    return Span(starts_at=starts_at, ends_at=ends_at) if starts_at < ends_at else None


def uncovered(span: Span, kept: Iterable[Span]) -> timedelta:
    """How much of the span no kept one covers: what it adds to the union."""
    free, at = timedelta(0), span.starts_at
    for each in sorted(kept, key=lambda other: other.starts_at):
        if each.starts_at >= span.ends_at:
            break
        free += max(each.starts_at - at, timedelta(0))
        at = max(at, each.ends_at)
    return free + max(span.ends_at - at, timedelta(0))


def union_length(spans: Sequence[Span]) -> timedelta:
    """The time that at least one of them covers."""
    total = timedelta(0)
    for number, each in enumerate(spans):
        total += uncovered(each, spans[:number])
    return total
