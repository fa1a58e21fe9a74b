"""Paging back in a discussion."""

from __future__ import annotations

from starlette.responses import Response

from protocol.errors import Code, Refused
from protocol.ids import ActivityId
from protocol.rest import Posts
from server.rest.answer import answer
from server.rest.call import Call
from server.store import records

PAGE = 50
NEWEST = 999_999_999


async def list_posts(call: Call) -> Response:
    """The 50 posts before number `before` (the newest without it), oldest first."""
    activity = ActivityId(call.path["id"])
    before = call.number("before", NEWEST)
    async with call.services.database.snapshot() as db:
        if await records.select_role_of_activity(db, activity, call.device.account, call.roles) is None:
            raise Refused(Code.NOT_FOUND)
        found = await records.select_posts_before(db, activity, before, PAGE)
    return answer(Posts(activity=activity, posts=found, has_more=bool(found) and found[0].number > 1))
