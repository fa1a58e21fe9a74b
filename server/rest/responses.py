"""What everybody answered in one activity, for staff."""

from __future__ import annotations

from starlette.responses import Response

from protocol.errors import Code, Refused
from protocol.ids import ActivityId
from protocol.rest import Responses
from server.core.state import Answers
from server.core.view import view_responses
from server.rest.answer import answer
from server.rest.call import Call
from server.store import activities, memberships, records, responses


async def list_responses(call: Call) -> Response:
    """Every student of the classroom with what they answered; of an anonymous survey only who took part."""
    activity = ActivityId(call.path["id"])
    async with call.services.database.snapshot() as db:
        role = await records.select_role_of_activity(db, activity, call.device.account, call.roles)
        stored = await activities.select_activity(db, activity) if role else None
        if stored is None:
            raise Refused(Code.NOT_FOUND)
        answers = Answers(
            responses=await responses.select_responses(db, activity),
            students=await memberships.select_students(db, stored.classroom),
        )
    return answer(Responses(activity=activity, responses=view_responses(stored, answers)))
