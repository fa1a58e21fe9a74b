"""The records of a classroom and of the run it belongs to, in one (R60)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from protocol.account import Role
from protocol.classroom import LinkedRun
from protocol.courses import RunId
from protocol.ids import AccountId, ClassroomId
from server.store.pool import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """`role` is the asker's; `sees_online`: a student's own study, and everybody's for who teaches the run's course."""

    role: Role
    sees_online: bool
    linked: LinkedRun | None
    n_sessions: int
    n_answerable: int
    n_units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentRow:
    account: AccountId
    name: str
    n_answers: int
    n_posts: int
    is_enrolled: bool
    n_completed: int
    studied_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedClassroom:
    classroom: ClassroomId
    name: str
    n_members: int
    n_sessions: int
    is_mine: bool


async def select_overview(
    db: Reader, classroom: ClassroomId, account: AccountId, roles: Sequence[Role], answerable: Sequence[str]
) -> Overview | None:
    """For a member with one of `roles`. `answerable`: the kinds of activities that students answer."""
    row = await db.fetchrow(
        """
        SELECT membership.role, membership.role = 'student' OR teacher.account_id IS NOT NULL AS sees_online,
               run.id AS run, run.number, course.id AS course, course.title, classroom.n_sessions,
               (SELECT count(*) FROM activity
                 WHERE activity.classroom_id = classroom.id AND phase <> 'draft' AND kind = ANY ($4::text[]))
               AS n_answerable,
               (SELECT count(*) FROM unit WHERE unit.run_id = run.id AND level = 'unit' AND is_published) AS n_units
          FROM membership
          JOIN classroom ON classroom.id = membership.classroom_id
          LEFT JOIN run ON run.id = classroom.run_id
          LEFT JOIN course ON course.id = run.course_id
          LEFT JOIN course_teacher AS teacher ON teacher.course_id = course.id AND teacher.account_id = $2
         WHERE membership.classroom_id = $1 AND membership.account_id = $2 AND membership.state = 'joined'
           AND membership.role = ANY ($3::text[])
        """,
        classroom,
        account,
        list(roles),
        list(answerable),
    )
    if row is None:
        return None
    linked = None
    if row["run"] is not None:
        linked = LinkedRun(run=row["run"], number=row["number"], course=row["course"], title=row["title"])
    return Overview(
        role=row["role"],
        sees_online=row["sees_online"],
        linked=linked,
        n_sessions=row["n_sessions"],
        n_answerable=row["n_answerable"],
        n_units=row["n_units"],
    )


async def select_students(
    db: Reader, classroom: ClassroomId, only: AccountId | None, after: str, limit: int
) -> list[StudentRow]:
    """Students after that account id, `only` one of them if named. What `select_overview` says of the asker holds."""
    rows = await db.fetch(
        """
        SELECT page.account_id AS account, shown_name(page.name, account.state) AS name, answered.n AS n_answers,
               posted.n AS n_posts, enrollment.account_id IS NOT NULL AS is_enrolled, done.n_completed, done.studied_ms
          FROM (SELECT account_id, name FROM membership
                 WHERE classroom_id = $1 AND state = 'joined' AND role = 'student' AND account_id > $3
                   AND ($2::text IS NULL OR account_id = $2)
                 ORDER BY account_id LIMIT $4) AS page
          JOIN account ON account.id = page.account_id
          JOIN classroom ON classroom.id = $1
          LEFT JOIN enrollment ON enrollment.run_id = classroom.run_id AND enrollment.account_id = page.account_id
                              AND enrollment.state = 'enrolled'
         CROSS JOIN LATERAL (
               SELECT count(*) AS n
                 FROM activity JOIN response ON response.activity_id = activity.id
                WHERE activity.classroom_id = $1 AND response.account_id = page.account_id
                  AND response.phase = 'submitted') AS answered
         CROSS JOIN LATERAL (
               SELECT count(*) AS n
                 FROM activity JOIN post ON post.activity_id = activity.id
                WHERE activity.classroom_id = $1 AND post.author_id = page.account_id AND removed_by IS NULL) AS posted
         CROSS JOIN LATERAL (
               SELECT count(completed_at) FILTER (WHERE unit.is_published) AS n_completed,
                      coalesce(sum(studied_ms), 0)::bigint AS studied_ms
                 FROM unit JOIN progress ON progress.unit_id = unit.id
                WHERE unit.run_id = classroom.run_id AND progress.account_id = page.account_id) AS done
         ORDER BY page.account_id
        """,
        classroom,
        only,
        after,
        limit,
    )
    return [StudentRow(**row) for row in rows]


async def select_classrooms(db: Reader, run: RunId, account: AccountId) -> list[LinkedClassroom] | None:
    """The classrooms of a run, for who teaches its course; None for everybody else."""
    rows = await db.fetch(
        """
        SELECT classroom.id AS classroom, classroom.name, n_members, n_sessions,
               membership.account_id IS NOT NULL AS is_mine
          FROM run
          JOIN course_teacher AS teacher ON teacher.course_id = run.course_id
          LEFT JOIN classroom ON classroom.run_id = run.id
          LEFT JOIN membership ON membership.classroom_id = classroom.id AND membership.account_id = $2
                              AND membership.state = 'joined' AND membership.role IN ('teacher', 'assistant')
         WHERE run.id = $1 AND teacher.account_id = $2
         ORDER BY classroom.created_at, classroom.id
        """,
        run,
        account,
    )
    if not rows:
        return None
    return [LinkedClassroom(**row) for row in rows if row["classroom"] is not None]
