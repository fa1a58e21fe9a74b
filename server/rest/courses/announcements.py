"""公告 of a run: read by its learners, written by its teachers (R50)."""

from __future__ import annotations

from starlette.responses import Response

from protocol.courses import (
    CourseAnnouncement,
    CourseAnnouncementId,
    CourseAnnouncements,
    RunId,
    WriteCourseAnnouncement,
    Written,
)
from protocol.errors import Code, Refused
from protocol.inbox import Source
from server.core.course import clean_text, clean_title
from server.core.inbox import News
from server.core.moment import millis
from server.ids import draw_id
from server.rest.answer import answer, nothing
from server.rest.call import Call
from server.rest.courses.page import LAST, PAGE, moment, next_after, parts_after
from server.rest.courses.runs import enter_run
from server.store import course_announcements, runs
from server.telling_many import ring_push, start_push

# What the message centre says of it; the page has the rest.
NEWS_CHARS = 500


async def list_announcements(call: Call) -> Response:
    """The run's announcements, newest first."""
    db = call.services.database
    run = await enter_run(call, db)
    parts = parts_after(call, 2)
    before, key = (moment(parts[0]), parts[1]) if parts else (LAST, "")
    found = await course_announcements.select_announcements(db, run.id, before, key, PAGE + 1)
    page = found[:PAGE]
    return answer(
        CourseAnnouncements(
            announcements=[
                CourseAnnouncement(
                    id=each.id,
                    title=each.title,
                    text=each.text,
                    author_name=each.author_name,
                    at=millis(each.at),
                    edited_at=millis(each.edited_at) if each.edited_at else None,
                )
                for each in page
            ],
            next=next_after(page[-1].at.isoformat(), page[-1].id) if len(found) > PAGE else None,
        )
    )


async def announce(call: Call, body: WriteCourseAnnouncement) -> Response:
    """Write an announcement to the run's learners, who find it in their message centres (R57)."""
    made, title, text = CourseAnnouncementId(draw_id()), clean_title(body.title), clean_text(body.text)
    async with call.transaction() as tx:
        run = await runs.lock_taught(tx, RunId(call.path["id"]), call.device.account)
        if run is None:
            raise Refused(Code.NOT_FOUND)
        await course_announcements.insert_announcement(tx, made, run.id, call.device.account, title, text, call.now)
        course = await runs.select_course_of(tx, run.id)
        source = Source(kind="announcement", id=made, course=course, run=run.id)
        news = News(id=made, kind="course_announcement", title=title, text=text[:NEWS_CHARS], source=source)
        push = await start_push(tx, news, "run", run.id, author=call.device.account, now=call.now)
        done = await call.keep(tx, answer(Written(id=made), 201))
    ring_push(call.services.road, push, call.now)
    return done


async def change_announcement(call: Call, body: WriteCourseAnnouncement) -> Response:
    """Correct an announcement; it says when that was."""
    announcement, title, text = CourseAnnouncementId(call.path["id"]), clean_title(body.title), clean_text(body.text)
    async with call.transaction() as tx:
        if not await course_announcements.update_announcement(
            tx, announcement, call.device.account, title, text, call.now
        ):
            raise Refused(Code.NOT_FOUND)
    return nothing()


async def remove_announcement(call: Call) -> Response:
    """Take an announcement back."""
    async with call.transaction() as tx:
        if not await course_announcements.delete_announcement(
            tx, CourseAnnouncementId(call.path["id"]), call.device.account
        ):
            raise Refused(Code.NOT_FOUND)
    return nothing()
