"""我的课程: all courses one is enrolled in or waits for (R48), or those in one of the four states (R47)."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

from starlette.responses import Response

from protocol.courses import MyCourse, MyCourses, MyCourseState
from protocol.errors import Code, Refused
from server.core.moment import millis
from server.rest.answer import answer
from server.rest.call import Call
from server.rest.courses.cards import time_of
from server.rest.courses.page import LAST, PAGE, moment, next_after, parts_after
from server.store import enrollments
from server.store.enrollments import OwnCourse

STATES: tuple[MyCourseState, ...] = get_args(MyCourseState)


async def list_my_courses(call: Call) -> Response:
    """The caller's courses, newest first; `state` is one of the four of R47."""
    parts = parts_after(call, 2)
    before, key = (moment(parts[0]), parts[1]) if parts else (LAST, "")
    found = await enrollments.select_own(
        call.services.database, call.device.account, read_state(call), call.now, before, key, PAGE + 1
    )
    page = found[:PAGE]
    return answer(
        MyCourses(
            courses=[shown_course(each, call.now) for each in page],
            next=next_after(page[-1].since.isoformat(), page[-1].key) if len(found) > PAGE else None,
        )
    )


def shown_course(own: OwnCourse, now: datetime) -> MyCourse:
    time = time_of(own.run, now) if own.run else None
    return MyCourse(
        course=own.course,
        title=own.title,
        kind=own.kind,
        cover=own.cover,
        school_name=own.school_name,
        teachers=own.teachers,
        state=time.state if time else "next_run",
        time=time,
        since=millis(own.since),
    )


def read_state(call: Call) -> MyCourseState | None:
    given = call.query.get("state")
    if given is None:
        return None
    for state in STATES:
        if given == state:
            return state
    raise Refused(Code.BAD_FIELD, "state", data={"field": "state"})
