"""The demo school's courses: a MOOC and a SPOC with a password, each with a run that began two weeks ago."""

from __future__ import annotations

from datetime import datetime, timedelta

from protocol.courses import CourseAnnouncementId, CourseId, RunId, UnitId, UnitLevel
from protocol.ids import AccountId, SchoolId
from protocol.topics import TopicId
from server import demo
from server.ids import draw_id
from server.password import Passwords
from server.seed_study import seed_assessments
from server.store import activities, course_announcements, courses, runs, schools, teaching, topics, units
from server.store.pool import Database, Tx
from server.store.units import StoredUnit

BEGAN = timedelta(days=14)
LASTS = timedelta(weeks=16)


async def seed_courses(database: Database, passwords: Passwords, teacher: AccountId) -> SchoolId:
    """The school with its cloud, its one teacher and their courses."""
    school = SchoolId(draw_id())
    hashed = {each.title: each.password and await passwords.hash(each.password) for each in demo.COURSES}
    async with database.transaction() as tx:
        now = await activities.select_now(tx)
        await schools.insert_school(tx, school, demo.SCHOOL_NAME, True, None)
        await teaching.update_introduction(tx, school, demo.SCHOOL_INTRODUCTION)
        await teaching.upsert_teacher(tx, school, teacher, demo.TEACHER_TITLE)
        for each in demo.COURSES:
            course, run = CourseId(draw_id()), RunId(draw_id())
            await courses.insert_course(tx, course, school, each.kind, each.title, each.summary, each.introduction)
            await courses.insert_owner(tx, course, teacher)
            await courses.update_password(tx, course, hashed[each.title])
            await courses.update_course(tx, course, None, None, None, "published", now)
            await courses.refresh_search(tx, course)
            await seed_run(tx, course, run, teacher, now)
    return school


async def seed_run(tx: Tx, course: CourseId, run: RunId, teacher: AccountId, now: datetime) -> None:
    starts_at = now - BEGAN
    await runs.insert_run(tx, run, course, starts_at, starts_at + LASTS)
    await runs.update_run(tx, run, starts_at, starts_at + LASTS, demo.GRADING_TEXT, demo.GRADING)
    text = str(demo.ANNOUNCEMENT.config["text"])
    announcement = CourseAnnouncementId(draw_id())
    await course_announcements.insert_announcement(
        tx, announcement, run, teacher, demo.ANNOUNCEMENT.title, text, starts_at
    )
    await topics.insert_topic(tx, TopicId(draw_id()), run, teacher, demo.TOPIC_TITLE, demo.TOPIC_TEXT, starts_at)
    chapter = a_unit(run, None, demo.CHAPTER, "chapter")
    lesson = a_unit(run, chapter.id, demo.LESSON, "lesson")
    leaves = [a_unit(run, lesson.id, each.title, "unit", each.text) for each in demo.UNITS]
    for unit in (chapter, lesson, *leaves):
        await units.insert_unit(tx, unit, now)
    await seed_assessments(tx, run, now)


def a_unit(run: RunId, parent: UnitId | None, title: str, level: UnitLevel, text: str | None = None) -> StoredUnit:
    return StoredUnit(
        id=UnitId(draw_id()),
        run=run,
        parent=parent,
        level=level,
        title=title,
        kind="rich_text" if text else None,
        file=None,
        file_name=None,
        file_type=None,
        text=text,
        duration_ms=None,
        is_published=text is not None,
    )
