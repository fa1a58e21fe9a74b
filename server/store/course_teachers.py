"""Who teaches a course: its owner, and the teachers of the same school whom the owner asked to."""

from __future__ import annotations

from dataclasses import dataclass

from protocol.courses import CourseId, TeacherRole
from protocol.ids import AccountId
from server.store.pool import Reader, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Teaching:
    account: AccountId
    name: str
    title: str
    role: TeacherRole


async def lock_roles(tx: Tx, course: CourseId, account: AccountId) -> dict[AccountId, TeacherRole]:
    """Everybody's role in a course that is held for a change; empty when the account does not teach it."""
    rows = await tx.fetch(
        """
        SELECT teacher.account_id, teacher.role
          FROM course
          JOIN course_teacher AS teacher ON teacher.course_id = course.id
         WHERE course.id = $1
           AND EXISTS (SELECT FROM course_teacher AS own
                        WHERE own.course_id = course.id AND own.account_id = $2)
           FOR NO KEY UPDATE OF course
        """,
        course,
        account,
    )
    return {row["account_id"]: row["role"] for row in rows}


async def select_teachers(db: Reader, course: CourseId) -> list[Teaching]:
    """In the order of the course's card."""
    rows = await db.fetch(
        """
        SELECT account.id AS account, shown_name(account.name, account.state) AS name,
               coalesce(staff.title, '') AS title, teacher.role
          FROM course_teacher AS teacher
          JOIN course ON course.id = teacher.course_id
          JOIN account ON account.id = teacher.account_id
          LEFT JOIN school_staff AS staff ON staff.school_id = course.school_id AND staff.role = 'teacher'
                                         AND staff.account_id = teacher.account_id
         WHERE teacher.course_id = $1
         ORDER BY teacher.position, teacher.added_at
        """,
        course,
    )
    return [Teaching(**row) for row in rows]


async def insert_teacher(tx: Tx, course: CourseId, account: AccountId) -> bool:
    """False when the account is no teacher of the course's school. The caller holds the course."""
    status = await tx.execute(
        """
        INSERT INTO course_teacher (course_id, account_id, role, position)
        SELECT course.id, staff.account_id, 'teacher',
               (SELECT max(position) + 1 FROM course_teacher WHERE course_id = course.id)
          FROM course
          JOIN school_staff AS staff ON staff.school_id = course.school_id AND staff.role = 'teacher'
          JOIN account ON account.id = staff.account_id AND account.state = 'active'
         WHERE course.id = $1 AND staff.account_id = $2
        """,
        course,
        account,
    )
    return status == "INSERT 0 1"


async def delete_teacher(tx: Tx, course: CourseId, account: AccountId) -> None:
    await tx.execute("DELETE FROM course_teacher WHERE course_id = $1 AND account_id = $2", course, account)
