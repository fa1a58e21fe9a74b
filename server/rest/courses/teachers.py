"""The teachers of a course: its owner asks others of the school to teach it, and lets them go."""

from __future__ import annotations

from starlette.responses import Response

from protocol.courses import CourseId, CourseTeacher, CourseTeachers
from protocol.errors import Code, Refused
from protocol.ids import AccountId
from server.core.course import check_asks_to_teach, check_ends_teaching
from server.rest.answer import answer, nothing
from server.rest.call import Call
from server.store import course_teachers, courses


async def list_teachers(call: Call) -> Response:
    """The course's teachers, its owner first."""
    course, db = CourseId(call.path["id"]), call.services.database
    if not await courses.is_taught(db, course, call.device.account):
        raise Refused(Code.NOT_FOUND)
    return answer(
        CourseTeachers(
            teachers=[
                CourseTeacher(account=each.account, name=each.name, title=each.title, is_owner=each.role == "owner")
                for each in await course_teachers.select_teachers(db, course)
            ]
        )
    )


async def add_teacher(call: Call) -> Response:
    """Have another teacher of the school teach the course; the owner alone may."""
    course, account = CourseId(call.path["id"]), AccountId(call.path["account"])
    async with call.transaction() as tx:
        roles = await course_teachers.lock_roles(tx, course, call.device.account)
        check_asks_to_teach(roles, call.device.account)
        if account not in roles:
            if not await course_teachers.insert_teacher(tx, course, account):
                raise Refused(Code.NOT_FOUND)
            await courses.refresh_search(tx, course)
    return nothing()


async def remove_teacher(call: Call) -> Response:
    """End somebody's teaching of the course: the owner anybody's but their own, everybody else their own."""
    course, account = CourseId(call.path["id"]), AccountId(call.path["account"])
    async with call.transaction() as tx:
        roles = await course_teachers.lock_roles(tx, course, call.device.account)
        check_ends_teaching(roles, call.device.account, account)
        await course_teachers.delete_teacher(tx, course, account)
        await courses.refresh_search(tx, course)
    return nothing()
