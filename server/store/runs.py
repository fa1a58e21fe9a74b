"""Runs: who is in them as what, their times and their grading policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from protocol.courses import CourseId, CourseKind, CourseRole, RunId
from protocol.ids import AccountId, SchoolId
from server.core.run import Run
from server.store.pool import Reader, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredRun:
    """A run as one who is in it sees it."""

    id: RunId
    number: int
    starts_at: datetime
    ends_at: datetime
    course: CourseId
    title: str
    kind: CourseKind
    school: SchoolId
    school_name: str
    role: CourseRole
    grading_text: str
    grading: dict[str, int]
    is_certified: bool

    @property
    def run(self) -> Run:
        return Run(id=self.id, number=self.number, starts_at=self.starts_at, ends_at=self.ends_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    n_enrolled: int
    n_certified: int
    n_dropped: int
    n_topics: int
    n_replies: int
    n_units: int


async def select_run(db: Reader, run: RunId, account: AccountId) -> EnteredRun | None:
    """The run, for a learner in it or a teacher of its course."""
    row = await db.fetchrow(
        """
        SELECT run.id, run.number, run.starts_at, run.ends_at, course.id AS course, course.title, course.kind,
               school.id AS school, school.name AS school_name, run.grading_text, run.grading,
               CASE WHEN teacher.account_id IS NULL THEN 'learner' ELSE 'teacher' END AS role,
               EXISTS (SELECT FROM certification
                        WHERE certification.account_id = $2 AND certification.school_id = school.id
                          AND certification.state = 'certified') AS is_certified
          FROM run
          JOIN course ON course.id = run.course_id
          JOIN school ON school.id = course.school_id
          LEFT JOIN course_teacher AS teacher ON teacher.course_id = course.id AND teacher.account_id = $2
          LEFT JOIN enrollment ON enrollment.run_id = run.id AND enrollment.account_id = $2
                              AND enrollment.state = 'enrolled'
         WHERE run.id = $1 AND (teacher.account_id IS NOT NULL OR enrollment.account_id IS NOT NULL)
        """,
        run,
        account,
    )
    return EnteredRun(**row) if row else None


async def lock_taught(tx: Tx, run: RunId, account: AccountId) -> Run | None:
    """Holds the run for a change; None when the account does not teach its course."""
    row = await tx.fetchrow(
        """
        SELECT run.id, run.number, run.starts_at, run.ends_at
          FROM run
          JOIN course_teacher AS teacher ON teacher.course_id = run.course_id
         WHERE run.id = $1 AND teacher.account_id = $2
           FOR NO KEY UPDATE OF run
        """,
        run,
        account,
    )
    return Run(**row) if row else None


async def select_course_of(db: Reader, run: RunId) -> CourseId:
    """The course of a run that is known to be there."""
    course: CourseId = await db.fetchval("SELECT course_id FROM run WHERE id = $1", run)
    return course


async def insert_run(tx: Tx, run: RunId, course: CourseId, starts_at: datetime, ends_at: datetime) -> None:
    """The course's next run. The caller holds the course, so numbers have no gap and no double."""
    await tx.execute(
        """
        INSERT INTO run (id, course_id, number, starts_at, ends_at)
        SELECT $1, $2::text, coalesce(max(number), 0) + 1, $3, $4
          FROM run
         WHERE course_id = $2
        """,
        run,
        course,
        starts_at,
        ends_at,
    )


async def update_run(
    tx: Tx,
    run: RunId,
    starts_at: datetime,
    ends_at: datetime,
    grading_text: str | None,
    grading: Mapping[str, int] | None,
) -> None:
    """The policy stays where it is None."""
    await tx.execute(
        """
        UPDATE run
           SET starts_at = $2, ends_at = $3, grading_text = coalesce($4, grading_text),
               grading = coalesce($5, grading)
         WHERE id = $1
        """,
        run,
        starts_at,
        ends_at,
        grading_text,
        grading,
    )


async def count_enrolled(db: Reader, runs: list[RunId]) -> dict[RunId, int]:
    rows = await db.fetch(
        """
        SELECT run_id, count(*) AS n
          FROM enrollment
         WHERE run_id = ANY ($1::text[]) AND state = 'enrolled'
         GROUP BY run_id
        """,
        runs,
    )
    return {row["run_id"]: row["n"] for row in rows}


async def select_statistics(db: Reader, run: RunId) -> Statistics:
    row = await db.fetchrow(
        """
        SELECT count(*) FILTER (WHERE enrollment.state = 'enrolled') AS n_enrolled,
               count(*) FILTER (WHERE enrollment.state = 'dropped') AS n_dropped,
               count(*) FILTER (WHERE enrollment.state = 'enrolled' AND certification.id IS NOT NULL) AS n_certified,
               (SELECT count(*) FROM topic WHERE topic.run_id = $1 AND (text IS NOT NULL OR n_replies > 0)) AS n_topics,
               (SELECT coalesce(sum(n_replies), 0)::bigint FROM topic WHERE topic.run_id = $1) AS n_replies,
               (SELECT count(*) FROM unit WHERE unit.run_id = $1 AND level = 'unit' AND is_published) AS n_units
          FROM enrollment
          JOIN run ON run.id = enrollment.run_id
          JOIN course ON course.id = run.course_id
          LEFT JOIN certification ON certification.account_id = enrollment.account_id
                                 AND certification.school_id = course.school_id AND certification.state = 'certified'
         WHERE enrollment.run_id = $1
        """,
        run,
    )
    assert row is not None, "an aggregate has one row"
    return Statistics(**row)
