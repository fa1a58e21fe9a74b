"""The course page of a run: for its learners and its course's teachers; times and grading policy, which teachers
write (R51)."""

from __future__ import annotations

from starlette.responses import Response

from protocol.courses import (
    ChangeRun,
    CourseId,
    CourseLearner,
    CourseLearners,
    CreateRun,
    Enrolled,
    RunId,
    RunPage,
    RunStatistics,
)
from protocol.errors import Code, Refused
from protocol.ids import Millis
from protocol.inbox import PushId, Source
from server.core.inbox import News
from server.core.moment import instant, millis
from server.core.run import check_times, check_weights
from server.ids import draw_id
from server.rest.answer import answer, nothing
from server.rest.call import Call
from server.rest.courses.cards import time_of
from server.rest.courses.page import PAGE_OF_PEOPLE, next_after, parts_after
from server.store import catalogue, courses, enrollments, runs
from server.store.pool import Reader, Tx
from server.store.runs import EnteredRun
from server.telling_many import ring_push, start_push

# What the message centre says to who waited for the run.
ENROLLED = "你报名的下次开课已经安排，已自动加入。"


async def show_run(call: Call) -> Response:
    """The run's page: its time, the caller's role and 评分标准 (R51)."""
    run = await enter_run(call, call.services.database)
    return answer(
        RunPage(
            run=run.id,
            course=run.course,
            title=run.title,
            kind=run.kind,
            school=run.school,
            school_name=run.school_name,
            role=run.role,
            time=time_of(run.run, call.now),
            grading_text=run.grading_text,
            grading=run.grading,
            counts_for_school=run.is_certified,
        )
    )


async def create_run(call: Call, body: CreateRun) -> Response:
    """Open a new run of the course; who waited for it is enrolled."""
    course, run = CourseId(call.path["id"]), RunId(draw_id())
    starts_at, ends_at = instant(Millis(body.starts_at)), instant(Millis(body.ends_at))
    check_times(starts_at, ends_at)
    if ends_at <= call.now:
        raise Refused(Code.BAD_FIELD, "ends_at", data={"field": "ends_at"})
    async with call.transaction() as tx:
        if not await courses.lock_taught(tx, course, call.device.account):
            raise Refused(Code.NOT_FOUND)
        await runs.insert_run(tx, run, course, starts_at, ends_at)
        enrolled = await enrollments.enroll_wished(tx, course, run, call.now)
        push = await start_news(call, tx, course, run) if enrolled else None
        done = await call.keep(tx, answer(Enrolled(run=run), 201))
    if push:
        ring_push(call.services.road, push, call.now)
    return done


async def start_news(call: Call, tx: Tx, course: CourseId, run: RunId) -> PushId:
    """Who registered for the next run learns that they are in it."""
    title = (await catalogue.select_cards(tx, [course]))[course].title
    source = Source(kind="run", id=run, course=course, run=run)
    news = News(id=draw_id(), kind="course_announcement", title=title, text=ENROLLED, source=source)
    return await start_push(tx, news, "run", run, author=call.device.account, now=call.now)


async def change_run(call: Call, body: ChangeRun) -> Response:
    """Change the run's times or its grading policy (R51)."""
    grading: dict[str, int] | None = None if body.grading is None else dict(body.grading.items())
    check_weights(grading or {})
    async with call.transaction() as tx:
        run = await runs.lock_taught(tx, RunId(call.path["id"]), call.device.account)
        if run is None:
            raise Refused(Code.NOT_FOUND)
        starts_at = run.starts_at if body.starts_at is None else instant(Millis(body.starts_at))
        ends_at = run.ends_at if body.ends_at is None else instant(Millis(body.ends_at))
        check_times(starts_at, ends_at)
        await runs.update_run(tx, run.id, starts_at, ends_at, body.grading_text, grading)
    return nothing()


async def list_learners(call: Call) -> Response:
    """Everybody who is or was in the run, by name: 未认证 without a number (R25), drops with their time (R49)."""
    run = await enter_taught(call, call.services.database)
    name, account = parts_after(call, 2) or ("", "")
    found = await enrollments.select_learners(call.services.database, run.id, name, account, PAGE_OF_PEOPLE + 1)
    page = found[:PAGE_OF_PEOPLE]
    return answer(
        CourseLearners(
            learners=[
                CourseLearner(
                    account=each.account,
                    name=each.name,
                    number=each.number,
                    enrolled_at=millis(each.enrolled_at),
                    dropped_at=millis(each.dropped_at) if each.dropped_at else None,
                )
                for each in page
            ],
            next=next_after(page[-1].name, page[-1].account) if len(found) > PAGE_OF_PEOPLE else None,
        )
    )


async def show_statistics(call: Call) -> Response:
    """The run in numbers, for its teachers."""
    run = await enter_taught(call, call.services.database)
    found = await runs.select_statistics(call.services.database, run.id)
    return answer(
        RunStatistics(
            n_enrolled=found.n_enrolled,
            n_certified=found.n_certified,
            n_dropped=found.n_dropped,
            n_topics=found.n_topics,
            n_replies=found.n_replies,
            n_units=found.n_units,
        )
    )


async def enter_run(call: Call, db: Reader) -> EnteredRun:
    """Raises Refused(NOT_FOUND), for what is not there and what is not the caller's alike."""
    run = await runs.select_run(db, RunId(call.path["id"]), call.device.account)
    if run is None:
        raise Refused(Code.NOT_FOUND)
    return run


async def enter_taught(call: Call, db: Reader) -> EnteredRun:
    """The same, for teachers only."""
    run = await enter_run(call, db)
    if run.role != "teacher":
        raise Refused(Code.NOT_FOUND)
    return run
