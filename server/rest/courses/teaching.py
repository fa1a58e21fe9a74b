"""What a course's teachers do with it: open it, write its introduction, publish it, set its password (R43, R44)."""

from __future__ import annotations

from starlette.responses import Response

from protocol.courses import (
    ChangeCourse,
    CourseId,
    CreateCourse,
    CreatedCourse,
    SetCoursePassword,
    TaughtCourse,
    TaughtCourses,
    TaughtRun,
    TeachingSchool,
)
from protocol.errors import Code, Refused
from protocol.ids import SchoolId
from server.core.course import clean_title
from server.ids import draw_id
from server.rest.answer import answer, nothing
from server.rest.call import Call
from server.rest.courses.cards import card_of, time_of
from server.store import catalogue, courses, runs, teaching

SHORTEST_PASSWORD = 4
MOST_TAUGHT = 200


async def list_taught(call: Call) -> Response:
    """The courses the caller teaches, and the schools where they may open one."""
    account = call.device.account
    async with call.services.database.snapshot() as db:
        ids = await courses.select_taught(db, account, MOST_TAUGHT)
        cards, of_course = await catalogue.select_cards(db, ids), await catalogue.select_runs(db, ids)
        written = await courses.select_written(db, ids, account)
        counts = await runs.count_enrolled(db, [run.id for each in of_course.values() for run in each])
        schools = await teaching.select_schools_taught(db, account)
    return answer(
        TaughtCourses(
            courses=[
                TaughtCourse(
                    card=card_of(cards[each], of_course[each], call.now),
                    introduction=written[each].introduction,
                    state=written[each].state,
                    is_owner=written[each].is_owner,
                    n_waiting=written[each].n_waiting,
                    runs=[
                        TaughtRun(time=time_of(run, call.now), n_enrolled=counts.get(run.id, 0))
                        for run in of_course[each]
                    ],
                )
                for each in ids
            ],
            schools=[TeachingSchool(id=school, name=name) for school, name in schools],
        )
    )


async def create_course(call: Call, body: CreateCourse) -> Response:
    """Open a course at a school one teaches at; it is a draft until it is published."""
    account, course, school = call.device.account, CourseId(draw_id()), SchoolId(body.school)
    title = clean_title(body.title)
    async with call.transaction() as tx:
        if school not in [each for each, _ in await teaching.select_schools_taught(tx, account)]:
            raise Refused(Code.NOT_FOUND)
        await courses.insert_course(tx, course, school, body.kind, title, body.summary.strip(), body.introduction)
        await courses.insert_owner(tx, course, account)
        await courses.refresh_search(tx, course)
        return await call.keep(tx, answer(CreatedCourse(course=course), 201))


async def change_course(call: Call, body: ChangeCourse) -> Response:
    """Change what is written of the course, publish it or take it from the catalogue."""
    course = CourseId(call.path["id"])
    title = None if body.title is None else clean_title(body.title)
    summary = None if body.summary is None else body.summary.strip()
    async with call.transaction() as tx:
        if not await courses.lock_taught(tx, course, call.device.account):
            raise Refused(Code.NOT_FOUND)
        await courses.update_course(tx, course, title, summary, body.introduction, body.state, call.now)
        await courses.refresh_search(tx, course)
    return nothing()


async def set_password(call: Call, body: SetCoursePassword) -> Response:
    """Set, change or clear 选课密码 (R43); it is kept as a hash and shown to nobody."""
    course, given = CourseId(call.path["id"]), body.password
    if not await courses.is_taught(call.services.database, course, call.device.account):
        raise Refused(Code.NOT_FOUND)
    if given is not None and len(given) < SHORTEST_PASSWORD:
        raise Refused(Code.BAD_FIELD, "password", data={"field": "password"})
    hashed = None if given is None else await call.services.entrance.passwords.hash(given)
    async with call.transaction() as tx:
        if not await courses.lock_taught(tx, course, call.device.account):
            raise Refused(Code.NOT_FOUND)
        await courses.update_password(tx, course, hashed)
    return nothing()
