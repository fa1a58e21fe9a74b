"""What happened in class and online, in one (R60): of a classroom, and the classrooms of a run."""

from __future__ import annotations

from starlette.responses import Response

from protocol.courses import RunId
from protocol.errors import Code, Refused
from protocol.ids import ClassroomId
from protocol.rest import ClassOverview, OnlinePart, RunClassroom, RunClassrooms, StudentOverview
from server.core.activities.registry import KINDS
from server.rest.answer import answer
from server.rest.call import Call
from server.rest.courses.page import PAGE_OF_PEOPLE, next_after, parts_after
from server.store import overviews
from server.store.overviews import StudentRow

ANSWERABLE = tuple(name for name, kind in KINDS.items() if kind.value is not None)


async def show_overview(call: Call) -> Response:
    """A classroom's students over all sessions, with what they studied online; a student finds only themselves."""
    classroom, account = ClassroomId(call.path["id"]), call.device.account
    (after,) = parts_after(call, 1) or ("",)
    async with call.services.database.snapshot() as db:
        overview = await overviews.select_overview(db, classroom, account, call.roles, ANSWERABLE)
        if overview is None:
            raise Refused(Code.NOT_FOUND)
        only = account if overview.role == "student" else None
        found = await overviews.select_students(db, classroom, only, after, PAGE_OF_PEOPLE + 1)
    is_online = overview.linked is not None and overview.sees_online
    page = found[:PAGE_OF_PEOPLE]
    return answer(
        ClassOverview(
            linked=overview.linked,
            n_sessions=overview.n_sessions,
            n_answerable=overview.n_answerable,
            n_units=overview.n_units if is_online else 0,
            students=[show_student(each, is_online=is_online) for each in page],
            next=next_after(page[-1].account) if len(found) > PAGE_OF_PEOPLE else None,
        )
    )


def show_student(row: StudentRow, *, is_online: bool) -> StudentOverview:
    online = OnlinePart(is_enrolled=row.is_enrolled, n_completed=row.n_completed, studied_ms=row.studied_ms)
    return StudentOverview(
        account=row.account,
        name=row.name,
        n_answers=row.n_answers,
        n_posts=row.n_posts,
        online=online if is_online else None,
    )


async def list_run_classrooms(call: Call) -> Response:
    """The classrooms that belong to a run."""
    found = await overviews.select_classrooms(call.services.database, RunId(call.path["id"]), call.device.account)
    if found is None:
        raise Refused(Code.NOT_FOUND)
    return answer(
        RunClassrooms(
            classrooms=[
                RunClassroom(
                    classroom=each.classroom,
                    name=each.name,
                    n_members=each.n_members,
                    n_sessions=each.n_sessions,
                    is_mine=each.is_mine,
                )
                for each in found
            ]
        )
    )
