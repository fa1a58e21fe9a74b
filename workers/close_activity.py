"""Closes a timed exercise when its time is over; rung by the alarm set at publishing and at every extension."""

from __future__ import annotations

from protocol.ids import ActivityId
from server.store import activities
from server.sweep import close_activity as close_if_due
from workers.context import Context, road_of

TIMEOUT_S = 20


async def close_activity(context: Context, activity: str) -> None:
    road = road_of(context)
    found = await activities.select_activity(road.db, activity)
    # Discarded, closed or extended meanwhile: nothing to do; an extension rings an alarm of its own.
    if found is not None:
        await close_if_due(road, found.classroom, ActivityId(activity))
