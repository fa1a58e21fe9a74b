"""The course's introduction and what one does from there: 立即参加 (R40, R43), 报名下次开课, 放弃学习 (R49)."""

from __future__ import annotations

from starlette.responses import Response

from protocol.courses import CourseId, CourseIntro, Enroll, Enrolled, RunId
from protocol.errors import Code, Refused
from server.core.run import to_join
from server.limiter import WRONG_COURSE_PASSWORDS
from server.rest.answer import answer, nothing
from server.rest.call import Call
from server.rest.courses.cards import card_of, time_of
from server.store import catalogue, courses, enrollments
from server.store.courses import EnteredCourse
from server.store.pool import Reader


async def show_course(call: Call) -> Response:
    """A course's introduction, runs and what the caller may do with it (R44)."""
    async with call.services.database.snapshot() as db:
        course = await enter(call, db)
        card = (await catalogue.select_cards(db, [course.id]))[course.id]
        runs = (await catalogue.select_runs(db, [course.id]))[course.id]
    joins = to_join(runs, call.now)
    return answer(
        CourseIntro(
            card=card_of(card, runs, call.now),
            introduction=course.introduction,
            state=course.state,
            runs=[time_of(run, call.now) for run in runs],
            joins=joins.id if joins else None,
            enrolled_in=course.enrolled_in,
            has_wished=course.has_wished,
            is_teacher=course.is_teacher,
        )
    )


async def enroll(call: Call, body: Enroll) -> Response:
    """立即参加: enroll in the run that runs or comes next; once, however often it is asked (R40)."""
    db, account = call.services.database, call.device.account
    course = await enter(call, db)
    run = to_join((await catalogue.select_runs(db, [course.id]))[course.id], call.now)
    if run is None or course.state == "draft":
        raise Refused(Code.NO_RUN_TO_JOIN)
    if await enrollments.is_enrolled(db, run.id, account):
        return answer(Enrolled(run=run.id))
    await check_password(call, course, body.password)
    async with call.transaction() as tx:
        is_new = await enrollments.upsert_enrollment(tx, run.id, account, course.password_hash, call.now)
        if not is_new and not await enrollments.is_enrolled(tx, run.id, account):
            # The password was changed between the look at it and now.
            raise Refused(Code.WRONG_COURSE_PASSWORD, data={"field": "password"})
        return await call.keep(tx, answer(Enrolled(run=run.id), 201))


async def wish_next_run(call: Call, body: Enroll) -> Response:
    """报名下次开课: be enrolled in the course's next run when there is one; the password is asked for now."""
    course = await enter(call, call.services.database)
    if not course.has_wished:
        await check_password(call, course, body.password)
        async with call.transaction() as tx:
            await enrollments.insert_wish(tx, course.id, call.device.account, call.now)
            return await call.keep(tx, nothing())
    return nothing()


async def take_back_wish(call: Call) -> Response:
    """Wait no longer for the course's next run."""
    async with call.transaction() as tx:
        if not await enrollments.delete_wish(tx, CourseId(call.path["id"]), call.device.account):
            raise Refused(Code.NOT_FOUND)
    return nothing()


async def drop(call: Call) -> Response:
    """放弃学习: leave the run; what was learned in it stays with the account (R49)."""
    async with call.transaction() as tx:
        if not await enrollments.update_dropped(tx, RunId(call.path["id"]), call.device.account, call.now):
            raise Refused(Code.NOT_FOUND)
    return nothing()


async def enter(call: Call, db: Reader) -> EnteredCourse:
    """Raises Refused(NOT_FOUND), for what is not there and what is not the caller's to see alike."""
    course = await courses.select_course(db, CourseId(call.path["id"]), call.device.account)
    if course is None:
        raise Refused(Code.NOT_FOUND)
    return course


async def check_password(call: Call, course: EnteredCourse, given: str | None) -> None:
    """Every try counts before it is checked, so that a hundred at once are a hundred; a right one is given back.

    Raises Refused: WRONG_COURSE_PASSWORD, SLOW_DOWN after too many of them, OVERLOADED.
    """
    if course.password_hash is None:
        return
    if given is None:
        raise Refused(Code.COURSE_PASSWORD_NEEDED, data={"field": "password"})
    limiter, subjects = call.services.limiter, (("account", call.device.account), ("device", call.device.id))
    for subject in subjects:
        await limiter.take(WRONG_COURSE_PASSWORDS, *subject)
    if not await call.services.entrance.passwords.verify(course.password_hash, given):
        raise Refused(Code.WRONG_COURSE_PASSWORD, data={"field": "password"})
    for subject in subjects:
        await limiter.give_back(WRONG_COURSE_PASSWORDS, *subject)
