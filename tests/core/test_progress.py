"""When a unit's circle turns green (R52), and where its player goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.core.progress import UnitKind, go_on_at, is_completed

TEN_MINUTES = 600_000


@pytest.mark.parametrize(
    ("kind", "duration_ms", "furthest_ms", "studied_s", "is_done"),
    [
        ("video", TEN_MINUTES, 600_000, 600, True),
        ("video", TEN_MINUTES, 570_000, 240, True),
        ("video", TEN_MINUTES, 600_000, 239, False),
        ("video", TEN_MINUTES, 569_999, 600, False),
        ("video", None, 0, 5, True),
        ("pdf", None, 0, 5, True),
        ("pdf", None, 0, 4, False),
        ("rich_text", None, 0, 5, True),
        ("rich_text", None, 0, 0, False),
    ],
)
def test_a_unit_is_done_when_it_was_seen_and_studied_r52(
    kind: UnitKind, duration_ms: int | None, furthest_ms: int, studied_s: int, is_done: bool
) -> None:
    assert is_completed(kind, duration_ms, furthest_ms, timedelta(seconds=studied_s)) is is_done


@pytest.mark.parametrize(
    ("duration_ms", "position_ms", "at_ms"),
    [(None, 5_000, 5_000), (TEN_MINUTES, 5_000, 5_000), (TEN_MINUTES, 590_000, 0)],
)
def test_the_player_goes_on_where_it_stopped_and_from_the_beginning_after_the_end(
    duration_ms: int | None, position_ms: int, at_ms: int
) -> None:
    assert go_on_at(duration_ms, position_ms) == at_ms
