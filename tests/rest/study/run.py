"""A run to study: a course of a school with a teacher, learners, a video, a PDF and a page, straight in the book."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx

from protocol.envelopes import Body
from protocol.ids import FileId
from server.core.moment import millis
from server.ids import draw_id
from tests.harness.site import Person, Site

VIDEO = bytes(range(256)) * 40
VIDEO_MS = 60_000
QUESTIONS: list[Body] = [
    {"type": "single", "text": "1 + 1", "options": ["1", "2"], "key": 1, "points": 2, "explanation": "fingers"},
    {"type": "true_false", "text": "2 > 1", "key": True},
]
ESSAY: Body = {"type": "short_text", "text": "Why?", "key": "because", "points": 5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    id: str
    course: str
    school: str
    teacher: Person
    video: str
    video_file: str
    pdf: str
    pdf_file: str
    page: str
    draft: str


async def a_run(site: Site, *learners: Person, has_cloud: bool = False) -> Run:
    teacher = await site.register("Ma")
    made = Run(
        id=draw_id(),
        course=draw_id(),
        school=draw_id(),
        teacher=teacher,
        video=draw_id(),
        video_file=draw_id(),
        pdf=draw_id(),
        pdf_file=draw_id(),
        page=draw_id(),
        draft=draw_id(),
    )
    db, now = site.database, site.clock.now()
    await db.execute(
        "INSERT INTO school (id, name, has_cloud) VALUES ($1, $2, $3)", made.school, f"School {made.school}", has_cloud
    )
    await db.execute(
        "INSERT INTO course (id, school_id, kind, title, state) VALUES ($1, $2, 'spoc', 'Algebra', 'published')",
        made.course,
        made.school,
    )
    await db.execute(
        "INSERT INTO course_teacher (course_id, account_id, role) VALUES ($1, $2, 'owner')",
        made.course,
        teacher.account,
    )
    await db.execute(
        "INSERT INTO run (id, course_id, number, starts_at, ends_at, grading) VALUES ($1, $2, 1, $3, $4, $5)",
        made.id,
        made.course,
        now - timedelta(days=30),
        now + timedelta(days=60),
        {"quiz": 40, "exam": 60},
    )
    await add_files(site, made)
    await add_units(site, made)
    for learner in learners:
        await enroll(site, made, learner)
    return made


async def add_files(site: Site, run: Run) -> None:
    for file, name, content_type in (
        (run.video_file, "lesson.mp4", "video/mp4"),
        (run.pdf_file, "notes.pdf", "application/pdf"),
    ):
        await store(site, FileId(file))
        await site.database.execute(
            """
            INSERT INTO course_file (id, course_id, account_id, name, content_type, size_bytes, sha256, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, now())
            """,
            file,
            run.course,
            run.teacher.account,
            name,
            content_type,
            len(VIDEO),
            hashlib.sha256(VIDEO).digest(),
        )


async def store(site: Site, file: FileId) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / file
        source.write_bytes(VIDEO)
        await site.services.storage.put(file, source)


async def add_units(site: Site, run: Run) -> None:
    chapter, lesson = draw_id(), draw_id()
    rows: list[tuple[str, str | None, str, int, str | None, str | None, int | None, bool]] = [
        (chapter, None, "chapter", 0, None, None, None, True),
        (lesson, chapter, "lesson", 0, None, None, None, True),
        (run.video, lesson, "unit", 0, "video", run.video_file, VIDEO_MS, True),
        (run.pdf, lesson, "unit", 1, "pdf", run.pdf_file, None, True),
        (run.draft, lesson, "unit", 2, "rich_text", None, None, False),
        (run.page, lesson, "unit", 3, "rich_text", None, None, True),
    ]
    for unit, parent, level, position, kind, file, duration_ms, is_published in rows:
        await site.database.execute(
            """
            INSERT INTO unit (id, run_id, parent_id, level, position, title, kind, file_id, duration_ms, is_published)
            VALUES ($1, $2, $3, $4, $5, 'Title', $6, $7, $8, $9)
            """,
            unit,
            run.id,
            parent,
            level,
            position,
            kind,
            file,
            duration_ms,
            is_published,
        )


async def enroll(site: Site, run: Run, learner: Person, *, days_ago: int = 10) -> None:
    await site.database.execute(
        "INSERT INTO enrollment (run_id, account_id, enrolled_at) VALUES ($1, $2, $3)",
        run.id,
        learner.account,
        site.clock.now() - timedelta(days=days_ago),
    )


async def drop(site: Site, run: Run, learner: Person) -> None:
    await site.database.execute(
        "UPDATE enrollment SET state = 'dropped', dropped_at = now() WHERE run_id = $1 AND account_id = $2",
        run.id,
        learner.account,
    )


def in_ms(site: Site, **time: float) -> int:
    """That long after the site's now."""
    return millis(site.clock.now() + timedelta(**time))


def an_assessment(site: Site, **more: object) -> Body:
    return {
        "kind": "quiz",
        "title": "Quiz 1",
        "opens_at": in_ms(site, hours=-1),
        "due_at": in_ms(site, hours=2),
        "questions": QUESTIONS,
        "is_published": True,
        **more,
    }


async def ask(
    site: Site, method: str, path: str, person: Person | None = None, body: Body | None = None
) -> httpx.Response:
    return await site.client.request(method, path, json=body, headers=person.headers if person else {})


async def put_assessment(site: Site, run: Run, **more: object) -> str:
    """A new assessment of the run; gives its id."""
    made = await ask(site, "POST", f"/api/runs/{run.id}/assessments", run.teacher, an_assessment(site, **more))
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def begin(site: Site, assessment: str, learner: Person) -> Body:
    begun = await ask(site, "POST", f"/api/assessments/{assessment}/attempts", learner)
    assert begun.status_code == 201, begun.text
    attempt: Body = begun.json()
    return attempt
