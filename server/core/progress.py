"""When a unit is done, so that its circle turns green (R52), and where its player goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

UnitKind = Literal["video", "pdf", "rich_text"]

# The credits need not be watched.
SEEN_SHARE = 0.95
# At two and a half times the speed a video takes this share of its length. Whoever drags the thumb to the end does not.
STUDIED_SHARE = 0.4
READ = timedelta(seconds=5)


def is_completed(kind: UnitKind, duration_ms: int | None, furthest_ms: int, studied: timedelta) -> bool:
    """`furthest_ms`: the furthest point of a video that the player told. A page is done once it was looked at."""
    if kind != "video" or duration_ms is None:
        return studied >= READ
    was_seen = furthest_ms >= duration_ms * SEEN_SHARE
    return was_seen and studied >= timedelta(milliseconds=duration_ms * STUDIED_SHARE)


def go_on_at(duration_ms: int | None, position_ms: int) -> int:
    """Where to go on; at the end of a video that is its beginning."""
    if duration_ms is not None and position_ms >= duration_ms * SEEN_SHARE:
        return 0
    return position_ms
