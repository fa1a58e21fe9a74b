"""Learners in runs, and those who wait for the next one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from protocol.courses import CourseId, CourseKind, MyCourseState, RunId
from protocol.ids import AccountId, FileId
from server.core.run import Run
from server.store.pool import Reader, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCourse:
    """One card of 我的课程. `run` is None for a wish."""

    course: CourseId
    title: str
    kind: CourseKind
    cover: FileId | None
    school_name: str
    teachers: list[str]
    run: Run | None
    since: datetime
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    account: AccountId
    name: str
    number: str | None
    enrolled_at: datetime
    dropped_at: datetime | None


async def upsert_enrollment(tx: Tx, run: RunId, account: AccountId, password_hash: str | None, now: datetime) -> bool:
    """Enroll, for the first time or again; False where it was so already, or the password was changed meanwhile.

    The row is unique, so that of many at once one is new. Counts it.
    """
    course: CourseId | None = await tx.fetchval(
        """
        WITH new AS (
            INSERT INTO enrollment (run_id, account_id, enrolled_at)
            SELECT run.id, $2, $4
              FROM run
              JOIN course ON course.id = run.course_id
             WHERE run.id = $1 AND course.state = 'published' AND course.password_hash IS NOT DISTINCT FROM $3
                ON CONFLICT (run_id, account_id) DO UPDATE
               SET state = 'enrolled', dropped_at = NULL, enrolled_at = EXCLUDED.enrolled_at
             WHERE enrollment.state = 'dropped'
            RETURNING run_id
        )
        UPDATE course
           SET n_enrolled = n_enrolled + 1
          FROM new
          JOIN run ON run.id = new.run_id
         WHERE course.id = run.course_id
        RETURNING course.id
        """,
        run,
        account,
        password_hash,
        now,
    )
    if course is None:
        return False
    await delete_wish(tx, course, account)
    return True


async def is_enrolled(db: Reader, run: RunId, account: AccountId) -> bool:
    found: bool = await db.fetchval(
        "SELECT EXISTS (SELECT FROM enrollment WHERE run_id = $1 AND account_id = $2 AND state = 'enrolled')",
        run,
        account,
    )
    return found


async def update_dropped(tx: Tx, run: RunId, account: AccountId, now: datetime) -> bool:
    """放弃学习 (R49): enrolled -> dropped. The row stays, for the teacher to see."""
    course: CourseId | None = await tx.fetchval(
        """
        WITH gone AS (
            UPDATE enrollment
               SET state = 'dropped', dropped_at = $3
             WHERE run_id = $1 AND account_id = $2 AND state = 'enrolled'
            RETURNING run_id
        )
        UPDATE course
           SET n_enrolled = n_enrolled - 1
          FROM gone
          JOIN run ON run.id = gone.run_id
         WHERE course.id = run.course_id
        RETURNING course.id
        """,
        run,
        account,
        now,
    )
    return course is not None


async def insert_wish(tx: Tx, course: CourseId, account: AccountId, now: datetime) -> None:
    await tx.execute(
        "INSERT INTO next_run_wish (course_id, account_id, wished_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        course,
        account,
        now,
    )


async def delete_wish(tx: Tx, course: CourseId, account: AccountId) -> bool:
    status = await tx.execute("DELETE FROM next_run_wish WHERE course_id = $1 AND account_id = $2", course, account)
    return status == "DELETE 1"


async def enroll_wished(tx: Tx, course: CourseId, run: RunId, now: datetime) -> list[AccountId]:
    """Who waited for the next run is in it now; of a SPOC, who is still certified there. Counts them."""
    rows = await tx.fetch(
        """
        WITH granted AS (
            DELETE FROM next_run_wish AS wish
             USING course, school
             WHERE wish.course_id = $1 AND course.id = wish.course_id AND school.id = course.school_id
               AND (course.kind = 'mooc' OR NOT school.has_cloud
                    OR EXISTS (SELECT FROM certification
                                WHERE certification.school_id = school.id AND certification.state = 'certified'
                                  AND certification.account_id = wish.account_id))
            RETURNING wish.account_id
        )
        INSERT INTO enrollment (run_id, account_id, enrolled_at)
        SELECT $2, account_id, $3
          FROM granted
            ON CONFLICT DO NOTHING
        RETURNING account_id
        """,
        course,
        run,
        now,
    )
    await tx.execute("UPDATE course SET n_enrolled = n_enrolled + $2 WHERE id = $1", course, len(rows))
    return [row["account_id"] for row in rows]


async def select_own(
    db: Reader, account: AccountId, state: MyCourseState | None, now: datetime, before: datetime, after: str, limit: int
) -> list[OwnCourse]:
    """All courses of an account (R48) or those in one state (R47), newest first: before `before`, or at it after the
    key `after`."""
    rows = await db.fetch(
        """
        WITH own AS (
            SELECT run.course_id, run.id AS run, run.number, run.starts_at, run.ends_at, enrolled_at AS since,
                   CASE WHEN $3 < run.starts_at THEN 'upcoming' WHEN $3 < run.ends_at THEN 'running' ELSE 'ended' END
                       AS state
              FROM enrollment
              JOIN run ON run.id = enrollment.run_id
             WHERE enrollment.account_id = $1 AND enrollment.state = 'enrolled'
             UNION ALL
            SELECT course_id, NULL, NULL, NULL, NULL, wished_at, 'next_run'
              FROM next_run_wish
             WHERE account_id = $1
        ), page AS (
            SELECT own.*, coalesce(run, course_id)::text AS key
              FROM own
             WHERE ($2::text IS NULL OR state = $2)
               AND (since, coalesce(run, course_id)::text COLLATE "C") < ($4, $5 COLLATE "C")
             ORDER BY since DESC, key DESC
             LIMIT $6
        )
        SELECT course.id AS course, course.title, course.kind, course.cover_file_id AS cover,
               school.name AS school_name, page.run, page.number, page.starts_at, page.ends_at, page.since, page.key,
               ARRAY(SELECT shown_name(account.name, account.state)
                       FROM course_teacher
                       JOIN account ON account.id = course_teacher.account_id
                      WHERE course_teacher.course_id = course.id ORDER BY course_teacher.position) AS teachers
          FROM page
          JOIN course ON course.id = page.course_id
          JOIN school ON school.id = course.school_id
         ORDER BY page.since DESC, page.key DESC
        """,
        account,
        state,
        now,
        before,
        after,
        limit,
    )
    return [
        OwnCourse(
            course=row["course"],
            title=row["title"],
            kind=row["kind"],
            cover=row["cover"],
            school_name=row["school_name"],
            teachers=row["teachers"],
            run=row["run"]
            and Run(id=row["run"], number=row["number"], starts_at=row["starts_at"], ends_at=row["ends_at"]),
            since=row["since"],
            key=row["key"],
        )
        for row in rows
    ]


async def select_learners(db: Reader, run: RunId, after_name: str, after: str, limit: int) -> list[Learner]:
    """Everybody who is or was in the run (R49), with the 学号 the course's school certified them by (R25)."""
    rows = await db.fetch(
        """
        SELECT account.id AS account, shown_name(account.name, account.state) AS name, certification.number,
               enrollment.enrolled_at, enrollment.dropped_at
          FROM enrollment
          JOIN run ON run.id = enrollment.run_id
          JOIN course ON course.id = run.course_id
          JOIN account ON account.id = enrollment.account_id
          LEFT JOIN certification ON certification.account_id = account.id AND certification.state = 'certified'
                                 AND certification.school_id = course.school_id
         WHERE enrollment.run_id = $1 AND (shown_name(account.name, account.state), account.id::text) > ($2, $3)
         ORDER BY name, account.id
         LIMIT $4
        """,
        run,
        after_name,
        after,
        limit,
    )
    return [Learner(**row) for row in rows]
