"""课堂记录: the list of past sessions (R92) and what happened in one of them (R93)."""

from __future__ import annotations

from starlette.responses import Response

from protocol.activity import Mine
from protocol.classroom import Session
from protocol.envelopes import Audience
from protocol.errors import Code, Refused
from protocol.ids import AccountId, ActivityId, ClassroomId, SessionId
from protocol.rest import Record, RecordedActivity, Records, RecordSummary
from server.core.moment import millis
from server.core.state import StoredActivity
from server.core.view import is_in_record, view_activity, view_mine
from server.rest.answer import answer
from server.rest.call import Call
from server.store import activities, posts, records, responses
from server.store.pool import Reader
from server.store.records import PastSession

PAGE = 20
NEWEST = 999_999_999


async def list_records(call: Call) -> Response:
    """A classroom's past sessions, newest first; `after` is the `next` of the page before."""
    classroom, account = ClassroomId(call.path["id"]), call.device.account
    before = call.number("after", NEWEST)
    async with call.services.database.snapshot() as db:
        if await records.select_role(db, classroom, account, call.roles) is None:
            raise Refused(Code.NOT_FOUND)
        found = await records.select_past_sessions(db, classroom, account, before, PAGE + 1)
        page = found[:PAGE]
        outlines = await records.select_outlines(db, [session.id for session in page])
    summaries = [
        RecordSummary(
            session=session.id,
            number=session.number,
            started_at=millis(session.started_at),
            ended_at=millis(session.ended_at),
            n_activities=sum(is_in_record(each, audience_of(session)) for each in outlines.get(session.id, ())),
        )
        for session in page
    ]
    return answer(Records(records=summaries, next=str(page[-1].number) if len(found) > PAGE else None))


async def show_record(call: Call) -> Response:
    """One past session: the whole class's for staff, with one's own answers for a student."""
    account = call.device.account
    async with call.services.database.snapshot() as db:
        session = await records.select_past_session(db, SessionId(call.path["id"]), account, call.roles)
        if session is None:
            raise Refused(Code.NOT_FOUND)
        shown = await visible_activities(db, session)
        said = await posts.select_last(db, [each.id for each in shown])
        mine = await own_answers(db, session, shown, account)
    recorded = [
        RecordedActivity(
            activity=view_activity(each, said.get(each.id, ()), audience_of(session)), mine=mine.get(each.id)
        )
        for each in shown
    ]
    return answer(
        Record(
            classroom=session.classroom,
            classroom_name=session.classroom_name,
            session=Session(id=session.id, number=session.number, started_at=millis(session.started_at)),
            ended_at=millis(session.ended_at),
            activities=recorded,
        )
    )


def audience_of(session: PastSession) -> Audience:
    return "student" if session.role == "student" else "staff"


async def visible_activities(db: Reader, session: PastSession) -> list[StoredActivity]:
    """What the asker's record shows: a lesson plan that was not sent is none of a student's (R85)."""
    found = await activities.select_of_session(db, session.id)
    return [each for each in found if is_in_record(each, audience_of(session))]


async def own_answers(
    db: Reader, session: PastSession, shown: list[StoredActivity], account: AccountId
) -> dict[ActivityId, Mine]:
    """What a student did in each activity; nothing for staff, who do not answer."""
    if session.role != "student":
        return {}
    found = await responses.select_of_accounts(db, [each.id for each in shown], [account])
    by_activity = {each.activity: each for each in found}
    mine = {each.id: view_mine(each, account, by_activity.get(each.id)) for each in shown}
    return {activity: each for activity, each in mine.items() if each is not None}
