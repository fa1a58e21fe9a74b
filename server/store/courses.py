"""Courses: who may come in, and what their teachers write. Searching is `server.store.catalogue`'s.

Who asks is part of every question: a course that is not there, one still a draft and another school's SPOC give the
same nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from protocol.courses import CourseId, CourseKind, CourseState, RunId
from protocol.ids import AccountId, FileId, SchoolId
from server.core.catalogue import grams_of, search_text
from server.store.pool import Reader, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredCourse:
    """A course as one account sees it. `enrolled_in`: the newest run it is enrolled in."""

    id: CourseId
    kind: CourseKind
    school: SchoolId
    state: CourseState
    introduction: str
    password_hash: str | None = field(repr=False)
    enrolled_in: RunId | None
    has_wished: bool
    is_teacher: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenCourse:
    """What its teachers see of a course, and whether the one who asks is its owner."""

    introduction: str
    state: CourseState
    is_owner: bool
    n_waiting: int


async def select_course(db: Reader, course: CourseId, account: AccountId) -> EnteredCourse | None:
    """The course, if it is the account's to see: a published MOOC is everybody's (R41), a SPOC of a school with a
    cloud that of its certified students and its staff (R20), its teachers' own in any state."""
    row = await db.fetchrow(
        """
        SELECT course.id, course.kind, course.school_id AS school, course.state, course.introduction,
               course.password_hash, teacher.account_id IS NOT NULL AS is_teacher,
               EXISTS (SELECT FROM next_run_wish AS wish
                        WHERE wish.course_id = course.id AND wish.account_id = $2) AS has_wished,
               (SELECT run.id
                  FROM run
                  JOIN enrollment ON enrollment.run_id = run.id
                 WHERE run.course_id = course.id AND enrollment.account_id = $2 AND enrollment.state = 'enrolled'
                 ORDER BY run.starts_at DESC
                 LIMIT 1) AS enrolled_in
          FROM course
          JOIN school ON school.id = course.school_id
          LEFT JOIN course_teacher AS teacher ON teacher.course_id = course.id AND teacher.account_id = $2
          LEFT JOIN certification ON certification.school_id = school.id AND certification.account_id = $2
                                 AND certification.state = 'certified'
         WHERE course.id = $1
           AND (teacher.account_id IS NOT NULL
                OR course.state = 'published'
                   AND (course.kind = 'mooc' OR NOT school.has_cloud OR certification.id IS NOT NULL
                        OR EXISTS (SELECT FROM school_staff
                                    WHERE school_staff.school_id = school.id AND school_staff.account_id = $2)))
        """,
        course,
        account,
    )
    return EnteredCourse(**row) if row else None


async def lock_taught(tx: Tx, course: CourseId, account: AccountId) -> bool:
    """Holds the course for a change; False when the account does not teach it."""
    found: bool | None = await tx.fetchval(
        """
        SELECT true
          FROM course
          JOIN course_teacher AS teacher ON teacher.course_id = course.id
         WHERE course.id = $1 AND teacher.account_id = $2
           FOR NO KEY UPDATE OF course
        """,
        course,
        account,
    )
    return found is not None


async def is_taught(db: Reader, course: CourseId, account: AccountId) -> bool:
    found: bool = await db.fetchval(
        "SELECT EXISTS (SELECT FROM course_teacher WHERE course_id = $1 AND account_id = $2)", course, account
    )
    return found


async def insert_course(
    tx: Tx, course: CourseId, school: SchoolId, kind: CourseKind, title: str, summary: str, introduction: str
) -> None:
    await tx.execute(
        """
        INSERT INTO course (id, school_id, kind, title, summary, introduction)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        course,
        school,
        kind,
        title,
        summary,
        introduction,
    )


async def insert_owner(tx: Tx, course: CourseId, account: AccountId) -> None:
    await tx.execute(
        "INSERT INTO course_teacher (course_id, account_id, role) VALUES ($1, $2, 'owner')", course, account
    )


async def update_course(
    tx: Tx,
    course: CourseId,
    title: str | None,
    summary: str | None,
    introduction: str | None,
    state: CourseState | None,
    now: datetime,
) -> None:
    """What is None stays."""
    await tx.execute(
        """
        UPDATE course
           SET title = coalesce($2, title), summary = coalesce($3, summary),
               introduction = coalesce($4, introduction), state = coalesce($5, state), updated_at = $6
         WHERE id = $1
        """,
        course,
        title,
        summary,
        introduction,
        state,
        now,
    )


async def update_password(tx: Tx, course: CourseId, password_hash: str | None) -> None:
    await tx.execute("UPDATE course SET password_hash = $2 WHERE id = $1", course, password_hash)


async def update_cover(tx: Tx, course: CourseId, cover: FileId | None) -> FileId | None:
    """Gives the cover before. The caller holds the course."""
    before: FileId | None = await tx.fetchval("SELECT cover_file_id FROM course WHERE id = $1", course)
    await tx.execute("UPDATE course SET cover_file_id = $2 WHERE id = $1", course, cover)
    return before


async def refresh_search(tx: Tx, course: CourseId) -> None:
    """What the course is found by, from what it is called and whose it is now. The caller holds the course."""
    row = await tx.fetchrow(
        """
        SELECT course.title, school.name,
               ARRAY(SELECT account.name
                       FROM course_teacher
                       JOIN account ON account.id = course_teacher.account_id
                      WHERE course_teacher.course_id = course.id) AS teachers
          FROM course
          JOIN school ON school.id = course.school_id
         WHERE course.id = $1
        """,
        course,
    )
    assert row is not None, "the caller holds it"
    others = [*row["teachers"], row["name"]]
    await tx.execute(
        "UPDATE course SET search = $2, grams = $3 WHERE id = $1",
        course,
        search_text(row["title"], others),
        grams_of(row["title"], others),
    )


async def select_written(db: Reader, courses: Sequence[CourseId], teacher: AccountId) -> dict[CourseId, WrittenCourse]:
    rows = await db.fetch(
        """
        SELECT course.id, course.introduction, course.state, teacher.role = 'owner' AS is_owner,
               (SELECT count(*) FROM next_run_wish AS wish WHERE wish.course_id = course.id) AS n_waiting
          FROM course
          JOIN course_teacher AS teacher ON teacher.course_id = course.id
         WHERE course.id = ANY ($1::text[]) AND teacher.account_id = $2
        """,
        list(courses),
        teacher,
    )
    return {
        row["id"]: WrittenCourse(
            introduction=row["introduction"],
            state=row["state"],
            is_owner=row["is_owner"],
            n_waiting=row["n_waiting"],
        )
        for row in rows
    }


async def select_taught(db: Reader, account: AccountId, limit: int) -> list[CourseId]:
    """The courses an account teaches, the newest first."""
    rows = await db.fetch(
        """
        SELECT course_id
          FROM course_teacher
         WHERE account_id = $1
         ORDER BY added_at DESC, course_id
         LIMIT $2
        """,
        account,
        limit,
    )
    return [row["course_id"] for row in rows]
