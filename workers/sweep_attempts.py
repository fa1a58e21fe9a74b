"""Submits attempts whose time is over. It is its own sweep: what it misses the next one finds, and so does a reader."""

from __future__ import annotations

from server import assessing
from server.store import activities
from workers.context import Context, road_of

TIMEOUT_S = 60


async def sweep_attempts(context: Context) -> None:
    db = road_of(context).db
    while await assessing.sweep_over(db, await activities.select_now(db)) == assessing.AT_ONCE:
        continue
