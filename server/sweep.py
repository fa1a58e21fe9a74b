"""Finds in the book what is due and closes it, whether or not anybody's alarm rang. Every hub and every worker does."""

from __future__ import annotations

import asyncio
import logging

from protocol.envelopes import Command
from protocol.errors import Refused
from protocol.ids import ActivityId, ClassroomId
from protocol.limits import SUBMIT_GRACE_MS
from server.ids import draw_id
from server.road import Road
from server.store import activities

INTERVAL_S = 0.5
AFTER_FAULT_S = 1.0
AT_ONCE = 50

log = logging.getLogger("shangke.sweep")


async def close_activity(road: Road, classroom: ClassroomId, activity: ActivityId) -> None:
    """Close it as the system, if it is due; else nothing. Twice is once."""
    command = Command(id=draw_id(), op="activity.close", stream=classroom, body={"activity": activity})
    try:
        await road.travel(None, None, command)
    except Refused as refused:
        # Somebody's lock held too long, or it was closed by hand meanwhile: the next sweep sees what is left.
        log.info("activity=%s outcome=%s", activity, refused.code)


async def sweep_due(road: Road) -> int:
    """Close what is due; gives how many there were."""
    due = await activities.select_due(road.db, SUBMIT_GRACE_MS, AT_ONCE)
    for classroom, activity in due:
        await close_activity(road, classroom, activity)
    return len(due)


async def sweep_for_ever(road: Road) -> None:
    """The task of each process. Twice a second: a close is to come within a second of its time."""
    while True:
        try:
            n_due = await sweep_due(road)
            await asyncio.sleep(0 if n_due == AT_ONCE else INTERVAL_S)
        except Refused as refused:
            log.warning("outcome=%s", refused.code)
            await asyncio.sleep(AFTER_FAULT_S)
        except Exception:
            log.exception("the sweep failed")
            await asyncio.sleep(AFTER_FAULT_S)
